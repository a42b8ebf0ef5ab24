"""Uncertainty of the gates: their values on resampled records.

Bars are resampled with the stationary block bootstrap (Politis and Romano 1994), which
keeps the dependence within a block; round trips in matched blocks (``trade_resampling``).
The drawdown's interval is that of a new record of as many bars. Seeded: repeatable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.json_model import Count, Ends, JsonModel, Share
from core.metrics.conventions import NO_VOLATILITY, RELATIVE_TOLERANCE
from core.playbook.gates import GateId
from core.trading.dependence import effective_length
from core.trading.trade_resampling import METHOD, resampled_trades, trade_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.playbook import GateSpec

SEED = 20_260_227
MIN_BLOCK_BARS = 24.0  # a day, so that daily patterns stay together
SHOWN_BLOCKS = (24.0, 168.0)
MIN_BARS, MIN_TRADES = 50, 5
_QUANTILES = (0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995)
_BINS = 30


class Quantiles(JsonModel):
    """The value at each probability."""

    p: tuple[Share, ...] = Field(description="Probabilities, rising.")
    value: tuple[float, ...] = Field(description="The value at each of them.")


class Histogram(JsonModel):
    """counts[i] records have a value in edges[i] .. edges[i+1].

    The outermost half percent on each side is put into the first and last bin.
    """

    edges: tuple[float, ...] = Field(min_length=2, description="One more than counts, rising.")
    counts: tuple[Count, ...] = Field(description="Records of each bin.")


class Distribution(JsonModel):
    """Distribution of a gate's value on resampled records, for charts."""

    repetitions: Count = Field(description="Resampled records.")
    undefined: Count = Field(
        description="Of these, records on which the value is undefined; they count as not passed."
    )
    quantiles: Quantiles = Field(description="Of the defined values.")
    histogram: Histogram = Field(description="Of the defined values.")


class OptimalBlocks(JsonModel):
    """Mean block lengths by Politis and White (2004), bars; null: too short, or never moving."""

    returns: float | None = Field(description="For the returns.")
    magnitudes: float | None = Field(description="For their absolute values.")


class BlockIntervals(JsonModel):
    """The intervals with another block length."""

    block_bars: float = Field(description="Mean length of the blocks.")
    ci95: dict[GateId, Ends | None] = Field(description="95 % interval by gate.")


class UncertaintyRecord(JsonModel):
    """How the gates' intervals were made."""

    method: str = Field(description="How the bars were resampled.")
    repetitions: int = Field(ge=1, description="Resampled records.")
    seed: Count = Field(description="Of their draw.")
    block_bars: float = Field(description="Mean length of the blocks that ci95 and p_pass use.")
    optimal_block_bars: OptimalBlocks = Field(
        description="Politis and White (2004), on returns and on their absolute values."
    )
    by_block: tuple[BlockIntervals, ...] = Field(
        description="The interval with other blocks, to show how much depends on the choice."
    )
    trade_gates: str = Field(description="How the gates of trades were resampled.")
    trade_block: float | None = Field(
        default=None,
        description="Mean block length of the round trips; null or absent: drawn independently, "
        "or too few to resample.",
    )
    status: Literal["ok", "insufficient_data"] = Field(
        description="insufficient_data: no gate has an interval."
    )


@dataclass(frozen=True)
class GateUncertainty:
    """Uncertainty of one gate. ``ci95`` is None where nothing could be resampled.

    :ivar values: on each resampled record, NaN where undefined there.
    """

    values: np.ndarray
    ci95: Ends | None
    p_pass: float | None

    def distribution(self) -> Distribution | None:
        """Quantiles and a histogram; None where no record has a value."""
        defined = self.values[np.isfinite(self.values)]
        if not len(defined):
            return None
        low, high = np.quantile(defined, [_QUANTILES[0], _QUANTILES[-1]])
        if low == high:
            low, high = low - 0.5, high + 0.5
        counts, edges = np.histogram(np.clip(defined, low, high), _BINS, (low, high))
        return Distribution(
            repetitions=len(self.values),
            undefined=int(len(self.values) - len(defined)),
            quantiles=Quantiles(
                p=_QUANTILES,
                value=tuple(float(q) for q in np.quantile(defined, _QUANTILES)),
            ),
            histogram=Histogram(
                edges=tuple(float(edge) for edge in edges),
                counts=tuple(int(count) for count in counts),
            ),
        )


NOTHING = GateUncertainty(np.empty(0), None, None)


@dataclass(frozen=True)
class Uncertainty:
    """Uncertainty of all gates, and how it was computed."""

    gates: Mapping[GateId, GateUncertainty]
    repetitions: int
    block_bars: float
    optimal: OptimalBlocks
    by_block: Mapping[float, Mapping[GateId, Ends | None]]
    trade_block: float | None = None

    def record(self) -> UncertaintyRecord:
        """The record of it in a report."""
        made = any(gate.ci95 for gate in self.gates.values())
        return UncertaintyRecord(
            method="stationary block bootstrap of the bars (Politis and Romano 1994), "
            "percentile intervals; the drawdown is that of a new record of as many bars, whose mean "
            "return is drawn with the error of the measured one",
            repetitions=self.repetitions,
            seed=SEED,
            block_bars=self.block_bars,
            optimal_block_bars=self.optimal,
            by_block=tuple(
                BlockIntervals(block_bars=block, ci95=dict(found))
                for block, found in self.by_block.items()
            ),
            trade_gates=METHOD,
            trade_block=self.trade_block,
            status="ok" if made else "insufficient_data",
        )


def optimal_blocks(returns: np.ndarray) -> OptimalBlocks:
    """Mean block lengths by Politis and White (2004), for returns and their absolute values.

    Returns are nearly uncorrelated, their absolute values are correlated for days. None
    where the series is too short or constant.
    """
    from arch.bootstrap import optimal_block_length  # loading it takes a second

    found: dict[str, float | None] = {"returns": None, "magnitudes": None}
    for name, series in (("returns", returns), ("magnitudes", np.abs(returns))):
        if len(series) >= MIN_BARS and float(np.std(series)) > NO_VOLATILITY:
            length = float(optimal_block_length(series)["stationary"].iloc[0])
            found[name] = length if np.isfinite(length) else None
    return OptimalBlocks(**found)


def chosen_block(optimal: OptimalBlocks, bars: int) -> float:
    """The longest of a day and both optimal lengths, but at most a quarter of the record."""
    wanted = max(MIN_BLOCK_BARS, optimal.returns or 0.0, optimal.magnitudes or 0.0)
    return max(1.0, min(wanted, bars / 4.0))


def uncertainty(
    returns: np.ndarray,
    pnl: np.ndarray | None,
    gates: Sequence[GateSpec],
    bars_per_year: int,
    repetitions: int = 1000,
) -> Uncertainty:
    """95 % interval and P(pass) of each gate.

    :param returns: per bar, net, shape (n,).
    :param pnl: net results of the round trips; None or too few: no interval for their gates.
    """
    limits = {gate.id: gate for gate in gates}
    optimal = optimal_blocks(returns)
    block = chosen_block(optimal, len(returns))
    values: dict[GateId, np.ndarray] = {}
    by_block: dict[float, dict[GateId, Ends | None]] = {}
    moving = len(returns) >= MIN_BARS and float(np.std(returns)) > NO_VOLATILITY
    if moving:
        values |= resampled_bars(returns, block, bars_per_year, repetitions)
        for other in SHOWN_BLOCKS:
            if other <= len(returns) / 4.0:
                found = (
                    values
                    if other == block
                    else resampled_bars(returns, other, bars_per_year, repetitions)
                )
                by_block[other] = {name: _interval(each) for name, each in found.items()}
    blocks = None
    if pnl is not None and len(pnl) >= MIN_TRADES:
        blocks = trade_block(pnl)
        values |= resampled_trades(pnl, repetitions, SEED, blocks)
    return Uncertainty(
        {name: _of(values.get(name), limits[name]) for name in limits},
        repetitions,
        block,
        optimal,
        by_block,
        blocks,
    )


def resampled_bars(
    returns: np.ndarray, block: float, bars_per_year: int, repetitions: int
) -> dict[GateId, np.ndarray]:
    """Sharpe, drawdown and Calmar of resampled paths, shape (repetitions,) each.

    A new record differs from this one in its true mean return too, as far as this one leaves
    it open; so each path whose drawdown is taken has a drift of its own, drawn with the
    standard error that the effective number of bars gives.

    :param block: mean length of a block, in bars.
    """
    from arch.bootstrap import StationaryBootstrap

    sharpe, deepest, growth = (np.full(repetitions, np.nan) for _ in range(3))
    bars, logs = len(returns), np.log1p(returns)
    error = float(logs.std()) / np.sqrt(effective_length(logs))
    drifts = np.random.default_rng(SEED).standard_normal(repetitions) * error
    elapsed = np.arange(1.0, bars + 1.0)
    fall = np.full(repetitions, np.nan)
    # The annotation says int; a mean length may be fractional.
    source = StationaryBootstrap(block, returns, logs, seed=SEED)  # type: ignore[arg-type]
    for i, (data, _) in enumerate(source.bootstrap(repetitions)):
        simple, steps = data
        path = np.cumsum(steps)
        deepest[i] = _deepest(path)
        fall[i] = _deepest(path + drifts[i] * elapsed)
        growth[i] = path[-1]
        spread = simple.std(ddof=1)
        if spread >= NO_VOLATILITY:
            sharpe[i] = simple.mean() / spread
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        calmar = np.expm1(growth * bars_per_year / bars) / deepest
    return {
        "sharpe": sharpe * np.sqrt(bars_per_year),
        "max_drawdown_pct": fall * 100.0,
        "calmar": np.where(np.isfinite(calmar), calmar, np.nan),
    }


def _deepest(path: np.ndarray) -> float:
    """Deepest fall of a path of log returns from its highest point or its start, as a share."""
    peak = np.maximum(np.maximum.accumulate(path), 0.0)
    return float(-np.expm1((path - peak).min()))


def pass_share(values: np.ndarray, op: str, threshold: float) -> float:
    """Share of the values that pass by :func:`~core.metrics.conventions.meets_limit`; NaN fails."""
    near = np.abs(values - threshold) <= RELATIVE_TOLERANCE * np.maximum(
        np.abs(values), abs(threshold)
    )
    beyond = values > threshold if op == ">=" else values < threshold
    return float(np.mean(near | beyond))


def _of(values: np.ndarray | None, gate: GateSpec) -> GateUncertainty:
    if values is None:
        return NOTHING
    return GateUncertainty(values, _interval(values), pass_share(values, gate.op, gate.threshold))


def _interval(values: np.ndarray) -> Ends | None:
    defined = values[np.isfinite(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)
