"""Sharpe, drawdown and Calmar on resampled bars.

Bars are drawn with the stationary block bootstrap (Politis and Romano 1994), which keeps the
dependence within a block. What is slower than a block it cannot see, so the Sharpe's values are
spread to the long-run error (:mod:`core.trading.long_run`), and each path whose drawdown and
Calmar are taken is one of a new record: its mean return and its volatility differ from the
measured ones as far as the record leaves them open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import JsonModel
from core.metrics.conventions import NO_VOLATILITY
from core.trading.block_length import optimal_block_length
from core.trading.long_run import freedom, standard_error, stretch

if TYPE_CHECKING:
    from core.playbook.gates import GateId

METHOD = (
    "stationary block bootstrap of the bars (Politis and Romano 1994), percentile intervals; the "
    "Sharpe's is at least that of Student's t with the error of its 12 lowest cosine frequencies "
    "(Mueller and Watson 2008); drawdown and Calmar are those of a new record of as many bars, "
    "whose mean return and volatility are drawn with the errors of the measured ones"
)
MIN_BLOCK_BARS = 24.0  # a day, so that daily patterns stay together
MIN_BARS = 50


class OptimalBlocks(JsonModel):
    """Mean block lengths by Politis and White (2004), bars; null: too short, or never moving."""

    returns: float | None = Field(description="For the returns.")
    magnitudes: float | None = Field(description="For their absolute values.")


def optimal_blocks(returns: np.ndarray) -> OptimalBlocks:
    """Mean block lengths by Politis and White (2004), for returns and their absolute values.

    Returns are nearly uncorrelated, their absolute values are correlated for days. None
    where the series is too short or constant.
    """
    found: dict[str, float | None] = {"returns": None, "magnitudes": None}
    for name, series in (("returns", returns), ("magnitudes", np.abs(returns))):
        if len(series) >= MIN_BARS and float(np.std(series)) > NO_VOLATILITY:
            length = optimal_block_length(series)
            found[name] = length if np.isfinite(length) else None
    return OptimalBlocks(**found)


def chosen_block(optimal: OptimalBlocks, bars: int) -> float:
    """The longest of a day and both optimal lengths, but at most a quarter of the record."""
    wanted = max(MIN_BLOCK_BARS, optimal.returns or 0.0, optimal.magnitudes or 0.0)
    return max(1.0, min(wanted, bars / 4.0))


class BlockDraws:
    """Where the blocks of each resampled record begin and how long they are.

    :ivar starts: first bar of each block, shape (repetitions, blocks).
    :ivar lengths: in bars, likewise; each row sums to the bars of a resampled record.
    :param bars: of the record that is drawn from.
    :param length: bars of a resampled record; None: as many.
    """

    def __init__(
        self, bars: int, block: float, repetitions: int, seed: int, length: int | None = None
    ) -> None:
        random = np.random.default_rng(seed)
        made = bars if length is None else length
        expected = made / block
        blocks = int(expected + 6.0 * np.sqrt(expected) + 8.0)
        lengths = random.geometric(1.0 / block, (repetitions, blocks))
        ends = np.minimum(np.cumsum(lengths, axis=1), made)
        ends[:, -1] = made
        self.lengths = np.diff(ends, axis=1, prepend=0)
        self.starts = random.integers(0, bars, (repetitions, blocks))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum over each resampled record, shape (repetitions,)."""
        path = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values]))])
        totals: np.ndarray = (path[self.starts + self.lengths] - path[self.starts]).sum(axis=1)
        return totals

    def bars(self, record: int) -> np.ndarray:
        """Positions of one record's bars in the series written twice."""
        lengths = self.lengths[record]
        begins = np.cumsum(lengths) - lengths
        bars = np.arange(int(lengths.sum()))
        return np.repeat(self.starts[record] - begins, lengths) + bars


def resampled_bars(
    returns: np.ndarray, block: float, bars_per_year: int, repetitions: int, seed: int
) -> dict[GateId, np.ndarray]:
    """Sharpe, drawdown and Calmar of resampled records, shape (repetitions,) each.

    :param returns: each above -1.
    :param block: mean length of a block, in bars.
    """
    bars, logs = len(returns), np.log1p(returns)
    draws = BlockDraws(bars, block, repetitions, seed)
    mean = float(logs.mean())
    centred = logs - mean
    twice = np.concatenate([centred, centred])
    drift, louder = open_errors(logs, draws, seed)
    elapsed = np.arange(1.0, bars + 1.0)
    fall, growth = np.empty(repetitions), np.empty(repetitions)
    for i in range(repetitions):
        path = np.cumsum(twice[draws.bars(i)])
        path *= louder[i]
        path += (mean + drift[i]) * elapsed
        fall[i], growth[i] = _deepest(path), path[-1]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        calmar = np.expm1(growth * bars_per_year / bars) / fall
    return {
        "sharpe": sharpe_ratios(returns, draws) * np.sqrt(bars_per_year),
        "max_drawdown_pct": fall * 100.0,
        "calmar": np.where(np.isfinite(calmar), calmar, np.nan),
    }


def open_errors(logs: np.ndarray, draws: BlockDraws, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What new records' mean return differs by, and what their volatility is multiplied with.

    :param logs: log returns per bar, shape (n,).
    :param draws: of records as long as this one.
    """
    bars, repetitions = len(logs), len(draws.lengths)
    centred = logs - float(logs.mean())
    random = np.random.default_rng([seed, 1])
    spread = float((draws.sums(centred) / bars).std())
    drift = stretch(spread, logs) * spread * random.standard_normal(repetitions)
    louder = np.exp(_log_volatility_error(centred) * random.standard_t(freedom(bars), repetitions))
    return drift, louder


def sharpe_ratios(returns: np.ndarray, draws: BlockDraws) -> np.ndarray:
    """Per bar, of the resampled records, spread to the long-run error; NaN without volatility."""
    bars, mean, own_spread = len(returns), float(returns.mean()), float(returns.std(ddof=1))
    centred = returns - mean
    first, second = draws.sums(centred) / bars, draws.sums(centred**2) / bars
    spread = np.sqrt(np.maximum(second - first**2, 0.0) * bars / (bars - 1))
    ratios = np.full(len(first), np.nan)
    np.divide(mean + first, spread, out=ratios, where=spread >= NO_VOLATILITY)
    defined = np.isfinite(ratios)
    if not defined.any():
        return ratios
    own, scaled = mean / own_spread, centred / own_spread
    # Influence of each return on the ratio (Lo 2002; Mertens 2002).
    influence = scaled - own / 2.0 * (scaled**2 - 1.0)
    return own + (ratios - own) * stretch(float(ratios[defined].std()), influence)


def _log_volatility_error(centred: np.ndarray) -> float:
    """Of the logarithm of the volatility; where it clusters, a record knows it less well."""
    return standard_error(centred**2) / (2.0 * float(np.mean(centred**2)))


def _deepest(path: np.ndarray) -> float:
    """Deepest fall of a path of log returns from its highest point or its start, as a share."""
    peak = np.maximum(np.maximum.accumulate(path), 0.0)
    return float(-np.expm1((path - peak).min()))
