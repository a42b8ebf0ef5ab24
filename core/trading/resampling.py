"""Uncertainty of the gates: their values on resampled records.

Bars are resampled in blocks (``bar_resampling``), so are round trips (``trade_resampling``).
Sharpe, win rate and profit factor have a true value; drawdown, Calmar and losing streak depend
on the path, so their intervals are those of a new record of the same length. Seeded: repeatable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.json_model import Count, Ends, JsonModel, Sentence, Share
from core.language import Message
from core.metrics.conventions import NO_VOLATILITY, RELATIVE_TOLERANCE
from core.playbook.gates import GateId
from core.trading import bar_resampling, trade_resampling
from core.trading.bar_resampling import (
    MIN_BARS,
    BlockDraws,
    OptimalBlocks,
    chosen_block,
    optimal_blocks,
    resampled_bars,
    sharpe_ratios,
)
from core.trading.trade_resampling import resampled_trades, trade_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.playbook import GateSpec

SEED = 20_260_227
SHOWN_BLOCKS = (24.0, 168.0)
MIN_TRADES = 5
_QUANTILES = (0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995)
_BINS = 30
COVERAGE = Message(
    "on simulated records a 95 % interval holds in {usual} %, with volatility, trends or spells of "
    "wins that last long in {worst} %",
    usual="91 to 96",
    worst="88 to 93",
)
"""Measured by ``make bench-evidence``."""


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


class BlockIntervals(JsonModel):
    """The Sharpe's interval with another block length."""

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
    coverage: Sentence | None = Field(
        default=None,
        description="How often such intervals hold; null or absent: intervals of an earlier version.",
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
            method=bar_resampling.METHOD,
            repetitions=self.repetitions,
            seed=SEED,
            block_bars=self.block_bars,
            optimal_block_bars=self.optimal,
            by_block=tuple(
                BlockIntervals(block_bars=block, ci95=dict(found))
                for block, found in self.by_block.items()
            ),
            trade_gates=trade_resampling.METHOD,
            trade_block=self.trade_block,
            coverage=COVERAGE if made else None,
            status="ok" if made else "insufficient_data",
        )


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
    if len(returns) >= MIN_BARS and returns.min() > -1.0 and float(np.std(returns)) > NO_VOLATILITY:
        values |= resampled_bars(returns, block, bars_per_year, repetitions, SEED)
        for other in SHOWN_BLOCKS:
            if other <= len(returns) / 4.0:
                draws = BlockDraws(len(returns), other, repetitions, SEED)
                ratios = sharpe_ratios(returns, draws) * np.sqrt(bars_per_year)
                by_block[other] = {"sharpe": _interval(ratios)}
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


def passes(values: np.ndarray, op: str, threshold: float) -> np.ndarray:
    """Which values pass by :func:`~core.metrics.conventions.meets_limit`; NaN fails."""
    near = np.abs(values - threshold) <= RELATIVE_TOLERANCE * np.maximum(
        np.abs(values), abs(threshold)
    )
    beyond = values > threshold if op == ">=" else values < threshold
    passed: np.ndarray = near | beyond
    return passed


def pass_share(values: np.ndarray, op: str, threshold: float) -> float:
    """Share of the values that pass."""
    return float(np.mean(passes(values, op, threshold)))


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
