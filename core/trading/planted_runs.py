"""Records with a planted edge: as the agent trades, on its bars, but with a known true Sharpe.

Each run draws the bars anew in blocks (:mod:`core.trading.bar_resampling`), places the agent's
round trips at random (:mod:`core.trading.random_policies`), charges its costs, and adds the same
return to every held bar. That return is chosen so that the expected Sharpe ratio, net of costs, is
the wanted one. While a trip lasts its share of the equity is constant, as in
:func:`core.trading.baselines.buy_and_hold`, so that all runs are booked without a step for each bar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.metrics.conventions import NO_VOLATILITY
from core.trading.bar_resampling import BlockDraws, chosen_block, optimal_blocks
from core.trading.resampling import SEED

if TYPE_CHECKING:
    from core.playbook.gates import GateId
    from core.trading.costs import CostModel
    from core.trading.random_policies import Style
    from core.trading.replay import Track

CHUNK = 64  # runs that are booked together: their bars fit into the processor's cache
_LEAST = 1e-12  # of a bar's growth: a position that loses more than its equity stays at 0


class Records(NamedTuple):
    """n records by what joins and judges them, shape (n,) each.

    Paths are of log equity from 0, sums of the bars' returns; ``fall`` is the deepest below
    the highest point, 0 or less.
    """

    bars: np.ndarray
    total: np.ndarray  # sum of returns
    squares: np.ndarray
    end: np.ndarray
    high: np.ndarray
    low: np.ndarray
    fall: np.ndarray
    trades: np.ndarray
    won: np.ndarray  # round trips
    gains: np.ndarray  # of them, in units of the starting capital
    losses: np.ndarray  # positive
    longest: np.ndarray  # losing run
    leading: np.ndarray  # losing run at the beginning
    trailing: np.ndarray

    def then(self, after: Records) -> Records:
        """Each record followed by another one."""
        scale = np.exp(self.end)
        all_lost, later_lost = self.leading == self.trades, after.leading == after.trades
        return Records(
            bars=self.bars + after.bars,
            total=self.total + after.total,
            squares=self.squares + after.squares,
            end=self.end + after.end,
            high=np.maximum(self.high, self.end + after.high),
            low=np.minimum(self.low, self.end + after.low),
            fall=np.minimum(np.minimum(self.fall, after.fall), self.end + after.low - self.high),
            trades=self.trades + after.trades,
            won=self.won + after.won,
            gains=self.gains + scale * after.gains,
            losses=self.losses + scale * after.losses,
            longest=np.maximum(
                np.maximum(self.longest, after.longest), self.trailing + after.leading
            ),
            leading=self.leading + np.where(all_lost, after.leading, 0),
            trailing=after.trailing + np.where(later_lost, self.trailing, 0),
        )

    def take(self, which: np.ndarray) -> Records:
        """Some of them, in this order."""
        return Records(*(values[which] for values in self))

    def values(self, bars_per_year: int) -> dict[GateId, np.ndarray]:
        """The gates' values as :func:`core.gates.measure` defines them, NaN where undefined."""
        mean = self.total / self.bars
        spread = np.sqrt(np.maximum(self.squares / self.bars - mean**2, 0.0))
        spread *= np.sqrt(self.bars / (self.bars - 1))
        deepest = -np.expm1(self.fall)
        with np.errstate(over="ignore"):
            growth = np.expm1(self.end * bars_per_year / self.bars)
        return {
            "sharpe": _ratio(mean, spread, spread >= NO_VOLATILITY) * math.sqrt(bars_per_year),
            "max_drawdown_pct": deepest * 100.0,
            "win_rate_pct": _ratio(self.won, self.trades, self.trades > 0) * 100.0,
            "profit_factor": _ratio(self.gains, self.losses, self.losses > 0.0),
            "consecutive_losses": self.longest.astype(float),
            "calmar": _ratio(growth, deepest, (deepest > 0.0) & np.isfinite(growth)),
        }


def _ratio(above: np.ndarray, below: np.ndarray, defined: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(above, below, out=np.full(len(above), np.nan), where=defined)
    return found


@dataclass(frozen=True)
class _Chunk:
    """Held bars of some runs in order, each trip followed by its exit.

    :ivar moves: net return of the account without an edge, shape (runs, held bars and exits).
    :ivar held: share of equity that earns the planted return: the size, at an exit 0.
    :ivar exits: place of each trip's exit, shape (runs, trips).
    """

    moves: np.ndarray
    held: np.ndarray
    exits: np.ndarray


class PlantedRuns:
    """n runs in the agent's style, each on its own resampling of the bars."""

    def __init__(
        self, track: Track, style: Style, costs: CostModel, n: int, seed: int = SEED
    ) -> None:
        self.bars, self.n = len(track), n
        gaps = np.zeros(self.bars)
        gaps[1:] = track.open[1:] / track.close[:-1] - 1.0
        bodies = track.close / track.open - 1.0
        whole = (1.0 + gaps) * (1.0 + bodies) - 1.0
        # One more bar after the last: a trip that is still open is closed at the last close.
        self._gaps, self._bodies, self._whole = (
            np.append(values, 0.0) for values in (gaps, bodies, whole)
        )
        paid = np.asarray(costs.per_side(track.open), float)
        self._costs = np.append(np.broadcast_to(paid, (self.bars,)), float(np.mean(paid)))
        block = chosen_block(optimal_blocks(whole), self.bars)
        draws = BlockDraws(self.bars, block, n, seed)
        placed = style.place(self.bars, n, seed)
        self._chunks = []
        for first in range(0, n, CHUNK):
            runs = range(first, min(first + CHUNK, n))
            sources = np.stack([np.append(draws.bars(run) % self.bars, self.bars) for run in runs])
            starts, holds, sides = (
                part[first : first + CHUNK] for part in (placed.starts, placed.holds, placed.sides)
            )
            self._chunks.append(self._book(sources, starts, holds, sides * style.size))
        self._moments = self._moments_of()

    def _book(
        self, sources: np.ndarray, starts: np.ndarray, holds: np.ndarray, levels: np.ndarray
    ) -> _Chunk:
        runs, lengths = len(starts), holds + 1
        after = np.cumsum(lengths, axis=1)

        def spread(values: np.ndarray) -> np.ndarray:
            return np.repeat(values.ravel(), lengths.ravel()).reshape(runs, -1)

        offset = np.arange(int(after[0, -1])) - spread(after - lengths)
        bar = np.take_along_axis(sources, spread(starts) + offset, axis=1)
        level, leaving, entering = spread(levels), offset == spread(holds), offset == 0
        market = np.where(
            leaving, self._gaps[bar], np.where(entering, self._bodies[bar], self._whole[bar])
        )
        size = np.abs(level)
        paid = np.where(leaving | entering, self._costs[bar] * size, 0.0)
        return _Chunk(level * market - paid, np.where(leaving, 0.0, size), after - 1)

    def _moments_of(self) -> np.ndarray:
        """Means over all bars: moves, held, moves^2, moves * held, held^2."""
        sums = np.zeros(5)
        for chunk in self._chunks:
            m, h = chunk.moves, chunk.held
            sums += [m.sum(), h.sum(), (m * m).sum(), (m * h).sum(), (h * h).sum()]
        found: np.ndarray = sums / (self.n * self.bars)
        return found

    def edge(self, sharpe: float, bars_per_year: int) -> float | None:
        """Return per held bar that makes the true Sharpe ratio this one; None: none does.

        :param sharpe: annual, net of costs, 0 or more.
        """
        m, h, mm, mh, hh = (float(moment) for moment in self._moments)
        if sharpe == 0.0:
            return -m / h
        ratio = sharpe**2 / bars_per_year
        # (1 + s^2) mean(edge)^2 = s^2 mean_of_squares(edge), a quadratic in the edge.
        a = (1.0 + ratio) * h * h - ratio * hh
        b = 2.0 * ((1.0 + ratio) * m * h - ratio * mh)
        c = (1.0 + ratio) * m * m - ratio * mm
        root = b * b - 4.0 * a * c
        if a <= 0.0 or root < 0.0:
            return None  # so rarely in the market that even a certain gain is not worth it
        return (-b + math.sqrt(root)) / (2.0 * a)

    def records(self, edge: float) -> Records:
        """All runs with this return added to each held bar."""
        parts = [_summed(chunk, edge, self.bars) for chunk in self._chunks]
        return Records(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _summed(chunk: _Chunk, edge: float, bars: int) -> Records:
    returns = chunk.moves + edge * chunk.held
    path = np.cumsum(np.log(np.maximum(1.0 + returns, _LEAST)), axis=1)
    peak = np.maximum(np.maximum.accumulate(path, axis=1), 0.0)
    runs, trips = chunk.exits.shape
    ends = np.exp(np.take_along_axis(path, chunk.exits, axis=1))
    pnl = np.diff(ends, axis=1, prepend=1.0)
    lost = pnl < 0.0
    places = np.arange(trips)
    last_kept = np.maximum.accumulate(np.where(lost, -1, places), axis=1)
    since = places - last_kept  # length of the losing run that ends here
    leading = np.where(lost.all(axis=1), trips, np.argmin(lost, axis=1))
    return Records(
        bars=np.full(runs, bars),
        total=returns.sum(axis=1),
        squares=(returns * returns).sum(axis=1),
        end=path[:, -1],
        high=np.maximum(peak[:, -1], 0.0),
        low=np.minimum(path.min(axis=1), 0.0),
        fall=np.minimum((path - peak).min(axis=1), 0.0),
        trades=np.full(runs, trips),
        won=(pnl > 0.0).sum(axis=1),
        gains=np.where(pnl > 0.0, pnl, 0.0).sum(axis=1),
        losses=-np.where(lost, pnl, 0.0).sum(axis=1),
        longest=since.max(axis=1),
        leading=leading,
        trailing=since[:, -1],
    )
