"""Stress tests of a record: other costs, a later fill, single quarters, regimes and trades."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel
from core.metrics.periods import Period, by_part, quarters, regimes
from core.metrics.returns import bar_returns
from core.trading.costs import CostModel
from core.trading.outcome import CostOutcome, FeeOutcome, Judge, Outcome, SlippageOutcome
from core.trading.replay import Costs, Replay, Track, replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.trading.backtest_record import BacktestRecord
    from core.trading.episodes import EpisodeRow

FEE_MULTIPLES = (0.0, 1.0, 2.0, 3.0)
SLIPPAGES_BPS = (0.0, 5.0, 10.0, 20.0)
COST_MULTIPLES = (2.0, 3.0)
BEST = 5
_HIGHEST_BPS = 1_000.0
RUINED = 1e-6  # of the starting capital; a relative difference would mean nothing below it


class WorstEpisode(JsonModel):
    """The episode with the lowest return."""

    episode: Count = Field(description="Its number, from 1.")
    return_pct: float = Field(description="Its net return, percent.")


class Robustness(JsonModel):
    """Results under other costs and a later fill, and by quarter, regime and best trades."""

    fees: tuple[FeeOutcome, ...] = Field(description="Fee x 0, 1, 2, 3; slippage unchanged.")
    slippage: tuple[SlippageOutcome, ...] = Field(
        description="Slippage per side; at least half a price tick where above 0."
    )
    costs: tuple[CostOutcome, ...] = Field(description="Fee and slippage together x 2, 3.")
    delay_one_bar: Outcome | None = Field(description="Each decision filled one bar later.")
    break_even_cost_bps: float | None = Field(
        description="Costs per side at which the return is 0; null: it earns nothing even without "
        "costs."
    )
    replay_error: float = Field(
        description="Largest relative difference of the replayed equity from the recorded one at "
        "the same costs."
    )
    quarters: tuple[Period, ...] = Field(description="Quarters of the year, in order of time.")
    regimes: tuple[Period, ...] = Field(
        description="Trend sign x tercile of volatility of the market."
    )
    worst_episode: WorstEpisode | None = Field(description="Null: there is no episode.")
    top5_share: float | None = Field(
        description="Net result of the five best trades / net result of all; null where all earned "
        "nothing."
    )
    return_without_top5_pct: float | None = Field(
        description="Net return without the five best trades, percent."
    )


@dataclass(frozen=True)
class Stress:
    """The record under other costs and one bar later.

    :ivar break_even_bps: costs per side at which the return is 0; None: it earns nothing
        even without costs.
    :ivar same: the replay at the recorded costs.
    """

    fees: tuple[FeeOutcome, ...]
    slippage: tuple[SlippageOutcome, ...]
    costs: tuple[CostOutcome, ...]
    delayed: Outcome
    break_even_bps: float | None
    same: Replay

    @property
    def doubled(self) -> Outcome:
        """With fee and slippage doubled."""
        return self.costs[0]


def stress(track: Track, levels: np.ndarray, costs: CostModel, judge: Judge) -> Stress:
    """Replay the recorded levels under every cost of the grid.

    :param levels: held on each bar, shape (n,).
    """
    fees = [replace(costs, fee_bps=costs.fee_bps * m) for m in FEE_MULTIPLES]
    # Without slippage there is no spread either, so the floor of half a tick is dropped.
    slips = [
        replace(costs, slippage_bps=bps, tick=costs.tick if bps else 0.0) for bps in SLIPPAGES_BPS
    ]
    whole = [_times(costs, m) for m in COST_MULTIPLES]
    played = replay(track, levels, Costs.of(costs, *fees, *slips, *whole))
    at = iter(range(1, 1 + len(fees) + len(slips) + len(whole)))
    late = replay(track, _later(levels, track), Costs.of(costs))
    return Stress(
        fees=tuple(
            FeeOutcome(multiple=m, fee_bps=model.fee_bps, **dict(judge.scenario(played, next(at))))
            for m, model in zip(FEE_MULTIPLES, fees, strict=True)
        ),
        slippage=tuple(
            SlippageOutcome(slippage_bps=bps, **dict(judge.scenario(played, next(at))))
            for bps in SLIPPAGES_BPS
        ),
        costs=tuple(
            CostOutcome(multiple=m, **dict(judge.scenario(played, next(at))))
            for m in COST_MULTIPLES
        ),
        delayed=judge.scenario(late, 0),
        break_even_bps=break_even_bps(track, levels),
        same=replay(track, levels, Costs.of(costs)),
    )


def robustness(
    record: BacktestRecord, strained: Stress, table: Sequence[EpisodeRow], bars_per_year: int
) -> Robustness:
    """The record of all stress tests.

    :param table: the episode table.
    """
    returns = {
        row.episode: row.return_pct
        for row in table
        if isinstance(row.episode, int) and row.return_pct is not None
    }
    worst = min(returns, key=lambda episode: returns[episode], default=None)
    quarterly, by_regime = parts(record.equity, record.track, record.trades, bars_per_year)
    share, rest = best_trades(record.curve, record.pnl)
    return Robustness(
        fees=strained.fees,
        slippage=strained.slippage,
        costs=strained.costs,
        delay_one_bar=strained.delayed,
        break_even_cost_bps=strained.break_even_bps,
        replay_error=replay_error(record, strained.same),
        quarters=quarterly,
        regimes=by_regime,
        worst_episode=None
        if worst is None
        else WorstEpisode(episode=worst, return_pct=returns[worst]),
        top5_share=share,
        return_without_top5_pct=rest,
    )


def replay_error(record: BacktestRecord, played: Replay | None = None) -> float:
    """Largest relative difference of the replayed equity from the recorded one.

    Of an account that is ruined the difference is in units of the starting capital.

    :param played: a replay at the recorded costs; None: made here.
    """
    same = played or replay(record.track, record.levels, Costs.of(record.costs))
    curve = record.curve / record.curve[0]
    off = np.abs(same.equity[:, 0] - curve) / np.where(np.abs(curve) > RUINED, np.abs(curve), 1.0)
    return float(off.max())


def break_even_bps(track: Track, levels: np.ndarray) -> float | None:
    """Costs per side, in basis points, at which the return is 0.

    Searched between 0 and 1000 bps, all costs as a fee; None if it earns nothing even
    without costs, or never trades.
    """
    if not np.any(levels):
        return None

    low, high = 0.0, _HIGHEST_BPS
    for _ in range(3):  # each round narrows the bracket by a factor of 63
        grid = np.linspace(low, high, 64)
        ends = replay(track, levels, Costs.grid(*((bps, 0.0, 0.0) for bps in grid))).equity[-1]
        profitable = np.flatnonzero(ends >= 1.0)
        if not len(profitable):
            return None
        last = int(profitable[-1])
        if last == len(grid) - 1:
            return float(grid[-1])
        low, high = float(grid[last]), float(grid[last + 1])
    gain, loss = float(ends[last]) - 1.0, 1.0 - float(ends[last + 1])
    return low + (high - low) * gain / (gain + loss) if gain + loss > 0 else low


def parts(
    equity: pd.DataFrame, track: Track, trades: pd.DataFrame, bars_per_year: int
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The record by quarter and by market regime."""
    import pandas as pd

    returns = bar_returns(equity["equity"].to_numpy(float))
    before = np.concatenate([track.open[:1], track.close[:-1]])
    market = track.close / before - 1.0
    times = pd.to_datetime(equity["time"], utc=True)
    # A round trip that ends at a bar's open belongs to that bar, a forced one to the bar just closed.
    ends = pd.to_datetime(trades["exit_time"], utc=True)
    exits = np.searchsorted(times.to_numpy(), ends.to_numpy(), side="right") - 1
    forced = trades["forced_exit"].astype(bool).to_numpy()
    exits = np.clip(np.where(forced, exits - 1, exits), 0, len(track) - 1)
    return (
        by_part(quarters(times.iloc[1:]), returns, market, exits, bars_per_year),
        by_part(regimes(track.close), returns, market, exits, bars_per_year),
    )


def best_trades(equity: np.ndarray, pnl: np.ndarray) -> tuple[float | None, float]:
    """How much the result depends on the five best round trips.

    :returns: their share of the net result (None without a gain), and the net return
        in percent without them.
    """
    net = float(pnl.sum())
    best = float(np.sort(pnl)[-BEST:].sum()) if len(pnl) else 0.0
    rest = float((equity[-1] - best) / equity[0] - 1.0) * 100.0
    return best / net if net > 0 else None, rest


def _later(levels: np.ndarray, track: Track) -> np.ndarray:
    """Each level one bar later, within its episode."""
    late = np.concatenate([[0.0], levels[:-1]])
    late[track.first] = 0.0
    return late


def _times(costs: CostModel, multiple: float) -> CostModel:
    return CostModel(costs.fee_bps * multiple, costs.slippage_bps * multiple, costs.tick * multiple)
