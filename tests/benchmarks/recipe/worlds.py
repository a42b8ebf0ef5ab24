"""Markets with and without a signal, and recipes whose seeds trade on them by rules.

No seed is trained here: a training takes minutes and a proof needs thousands. A seed is a policy
drawn from its recipe's family; all seeds of a recipe are replayed together, at the product's costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.trading.backtest_record import BacktestRecord
from core.trading.costs import CostModel
from core.trading.outcome import Judge, Outcome
from core.trading.replay import Costs, Replay, Track, replay

if TYPE_CHECKING:
    from core.playbook import Playbook

BARS, SIZE = 180 * 24, 0.15
SPREAD = 0.01  # of an hour's log return
REGIME = 24.0  # mean bars of a regime
COSTS = CostModel()


@dataclass(frozen=True)
class World:
    """Bars whose drift follows a hidden regime, up or down; without a drift nothing can be known.

    :ivar regime: number of the regime of each bar; ``ups`` whether each one rises.
    """

    frame: pd.DataFrame
    regime: np.ndarray
    ups: np.ndarray

    @classmethod
    def drawn(cls, seed: int, drift: float = 0.0, bars: int = BARS) -> World:
        random = np.random.default_rng([101, seed])
        begins = random.random(bars) < 1.0 / REGIME
        regime = np.cumsum(begins)
        ups = random.random(regime[-1] + 1) < 0.5
        moves = SPREAD * random.standard_t(5, bars) * np.sqrt(3.0 / 5.0)
        moves += drift * np.where(ups[regime], 1.0, -1.0)
        jumps = random.normal(0.0, SPREAD / 20.0, bars)
        closes = np.exp(np.cumsum(moves + jumps))
        index = pd.date_range(datetime(2025, 1, 1, tzinfo=UTC), periods=bars, freq="h")
        frame = pd.DataFrame({"open": closes / np.exp(moves), "close": closes}, index=index)
        return cls(frame, regime, ups)

    def opinions(self, seeds: int, seed: int, skill: float, apart: float = 0.1) -> np.ndarray:
        """Levels of seeds that hold the regimes which they take for rising, shape (bars, seeds).

        Half of what a seed thinks is the recipe's and the same for each seed.

        :param skill: chance that an opinion is right, of the recipe; 0.5: none.
        :param apart: standard deviation of the skill between seeds, where there is any.
        """
        random = np.random.default_rng([202, seed])
        regimes = len(self.ups)
        chances = np.full(seeds, skill)
        if skill > 0.5:
            chances = np.clip(random.normal(skill, apart, seeds), 0.3, 0.98)
        common = random.random(regimes) < skill
        right = random.random((regimes, seeds)) < chances
        shared = random.random((regimes, seeds)) < 0.5
        right = np.where(shared, common[:, None], right)
        held = np.where(right, self.ups[:, None], ~self.ups[:, None])
        levels: np.ndarray = SIZE * held[self.regime]
        return levels

    @cached_property
    def _momenta(self) -> np.ndarray:
        """Standardised momentum over some horizons, known before each bar, shape (bars, 5)."""
        logs = np.concatenate([[0.0], np.log(self.frame["close"].to_numpy())])[:-1]
        found = []
        for bars in (3, 12, 24, 72, 168):
            before = np.concatenate([np.full(bars, logs[0]), logs])[: len(logs)]
            found.append((logs - before) / (SPREAD * np.sqrt(bars)))
        return np.column_stack(found)

    def rules(self, weights: np.ndarray) -> np.ndarray:
        """Levels of rules that are long while a weighted momentum is high.

        :param weights: one rule a row: of the momenta, then the height at which it enters.
        """
        scores = self._momenta @ weights[:, :-1].T
        scores /= np.linalg.norm(weights[:, :-1], axis=1)
        enters, leaves = weights[:, -1], weights[:, -1] - 0.7
        levels, held = np.zeros(scores.shape), np.zeros(len(weights), bool)
        for bar, now in enumerate(scores):
            held = np.where(held, now > leaves, now > enters)
            levels[bar] = held
        return SIZE * levels


def drawn_rules(random: np.random.Generator, n: int) -> np.ndarray:
    """Weights of rules as a seed draws them."""
    return np.column_stack([random.normal(size=(n, 5)), random.normal(0.5, 0.5, n)])


@dataclass(frozen=True)
class Tried:
    """Policies of one world with their records and gates."""

    world: World
    levels: np.ndarray
    played: Replay
    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, world: World, levels: np.ndarray, playbook: Playbook) -> Tried:
        played = replay(Track.of(world.frame), levels, Costs.of(*[COSTS] * levels.shape[1]))
        judge = Judge(playbook.gates, playbook.decision, playbook.revalidation.bars_per_year)
        outcomes = tuple(
            judge.outcome(played.equity[:, one], played.pnl(one)) for one in range(levels.shape[1])
        )
        return cls(world, levels, played, outcomes)

    @cached_property
    def returns(self) -> np.ndarray:
        """Per bar, shape (bars, policies)."""
        found: np.ndarray = self.played.equity[1:] / self.played.equity[:-1] - 1.0
        return found

    @cached_property
    def sharpes(self) -> list[float | None]:
        """Annual Sharpe ratios; None: it never traded."""
        spread, mean = self.returns.std(axis=0, ddof=1), self.returns.mean(axis=0)
        return [
            float(np.sqrt(8760.0) * one / wide) if wide > 1e-12 else None
            for one, wide in zip(mean, spread, strict=True)
        ]

    def record(self, one: int) -> BacktestRecord:
        """As a revalidation books it."""
        trips = self.played.trades
        trips = trips[trips["scenario"].to_numpy() == one]
        times = pd.DatetimeIndex(self.world.frame.index)
        ends = pd.DatetimeIndex([times[-1] + pd.Timedelta(hours=1)])
        closes = times.append(ends)
        held = np.concatenate([[0.0], self.levels[:, one]])
        equity = pd.DataFrame(
            {
                "time": closes,
                "equity": 10_000.0 * self.played.equity[:, one],
                "exposure": held,  # near enough: a position drifts a little from its level
                "episode": 1,
                "target": held,
            }
        )
        leaves = trips["bar"].to_numpy(int) + trips["forced"].to_numpy(int)
        trades = pd.DataFrame(
            {
                "entry_time": closes[trips["entry_bar"].to_numpy(int)],
                "exit_time": closes[leaves],
                "pnl": 10_000.0 * trips["pnl"].to_numpy(),
                "forced_exit": trips["forced"].to_numpy(bool),
            }
        )
        return BacktestRecord(equity, trades, self.world.frame, COSTS)
