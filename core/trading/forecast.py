"""What a decision expects of the next 30 days: a cone of equity, drawdown, trades, and gates.

Bars of the record are drawn in blocks (stationary bootstrap, Politis and Romano 1994) to make
futures. Each future's mean return and volatility also differ from the measured ones as far as the
record leaves them open, so the forecast is of days that come, not of days like those (predictive
bootstrap). What the record owes to its selection is taken off its mean return first. A round trip is
drawn with the bar on which it ended.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from core.gates import measure
from core.json_model import Count, JsonModel, Share
from core.language import Message
from core.metrics.conventions import DAYS_PER_YEAR, NO_VOLATILITY, meets_limit
from core.playbook.gates import GateId
from core.trading.bar_resampling import BlockDraws, chosen_block, open_errors, optimal_blocks
from core.trading.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.playbook import GateSpec
    from core.trading.backtest_record import BacktestRecord

DAYS = 30
LEVEL = 0.9
FUTURES = 1000
MIN_DAYS = 14  # of the record: a shorter one says too little of a month
METHOD = (
    "stationary block bootstrap of the bars with their round trips (Politis and Romano 1994); the "
    "mean return and the volatility of each future are drawn with the errors of the measured ones"
)


class Band(JsonModel):
    """A range by day: entry 0 is after the first day."""

    low: tuple[float, ...] = Field(description="Lower end.")
    median: tuple[float, ...] = Field(description="Middle.")
    high: tuple[float, ...] = Field(description="Upper end.")


class Forecast(JsonModel):
    """What is expected of the days after the backtest."""

    days: int = Field(ge=1, description="Days that it is of, from the backtest's last bar.")
    bars_per_day: int = Field(ge=1, description="Bars of a day.")
    level: float = Field(gt=0.0, lt=1.0, description="Share of futures that the cone holds.")
    futures: int = Field(ge=1, description="Resampled futures.")
    seed: Count = Field(description="Of their draw.")
    block_bars: float = Field(description="Mean length of the blocks.")
    method: str = Field(description="How the futures were made.")
    equity: Band = Field(
        description="Equity at the close of each day, start = 1. Its ends hold the whole path of "
        "that share of the futures, not each day alone."
    )
    drawdown_pct: Band = Field(
        description="Deepest fall from the highest close of a bar so far, positive percent; 5 %, "
        "50 %, 95 % of the futures, day by day."
    )
    trades: Band = Field(
        description="Round trips ended so far; 5 %, 50 %, 95 % of the futures, day by day."
    )
    gates: dict[GateId, Share] = Field(
        description="Share of the futures whose 30 days alone pass a gate; undefined does not pass."
    )
    selection: Selection | None = Field(
        default=None,
        description="What the record's mean return is lowered by; null: it was not selected; "
        "absent: an older forecast, which takes the record at its word.",
    )

    def left_on(self, equity: Sequence[float]) -> int | None:
        """The first day, from 1, whose close is outside the cone; None: all are in it.

        :param equity: at the close of each day so far, start = 1.
        """
        ends = zip(equity, self.equity.low, self.equity.high, strict=False)
        outside = (day for day, (at, low, high) in enumerate(ends, 1) if not low <= at <= high)
        return next(outside, None)

    def fell_out_on(self, equity: Sequence[float]) -> int | None:
        """The first day, from 1, whose close is below the cone; None: none is."""
        lows = zip(equity, self.equity.low, strict=False)
        return next((day for day, (at, low) in enumerate(lows, 1) if at < low), None)

    def in_short(self) -> dict[str, Any]:
        """What an approval writes down of it: the last day, and the chance of each gate."""
        bands = {"equity": self.equity, "drawdown_pct": self.drawdown_pct, "trades": self.trades}
        ends = {
            name: [band.low[-1], band.median[-1], band.high[-1]] for name, band in bands.items()
        }
        return {"days": self.days, "level": self.level, **ends, "gates": dict(self.gates)}

    def of_selection(self) -> Message:
        """What was taken off the record because it may be the best of several."""
        if self.selection is not None:
            return self.selection.sentence()
        if "selection" in self.model_fields_set:
            return Message("No other candidate was counted, so nothing is taken off for selection.")
        return Message(
            "The forecast takes the record at its word: it does not take into account that the model "
            "may have been chosen as the best of several. Then expect less than the middle of the cone."
        )

    def sentence(self) -> Message:
        """What the last day should look like."""
        return Message(
            "Forecast of {days} days: in {level:.0%} of the futures the return stays between "
            "{low:+.1f} % and {high:+.1f} % at the end, about {trades:,.0f} trades, deepest "
            "drawdown up to {drawdown:.1f} %.",
            days=self.days,
            level=self.level,
            low=100.0 * (self.equity.low[-1] - 1.0),
            high=100.0 * (self.equity.high[-1] - 1.0),
            trades=self.trades.median[-1],
            drawdown=self.drawdown_pct.high[-1],
        )


@dataclass(frozen=True)
class Ended:
    """Round trips on the bars of a record.

    :ivar bars: bar, from 0, on which each ended, shape (trips,).
    :ivar results: its net result as a share of the equity before that bar, shape (trips,).
    """

    bars: np.ndarray
    results: np.ndarray

    @classmethod
    def of(cls, equity: pd.DataFrame, trades: pd.DataFrame) -> Ended:
        """From the tables of a backtest; a forced exit is at the close of its bar."""
        import pandas as pd

        closes = pd.DatetimeIndex(pd.to_datetime(equity["time"], utc=True))
        exits = pd.DatetimeIndex(pd.to_datetime(trades["exit_time"], utc=True))
        forced = np.zeros(len(trades), bool)
        if "forced_exit" in trades:
            forced = trades["forced_exit"].astype(str).str.lower().isin(["true", "1"]).to_numpy()
        # A fill at a bar's open has the time of the close before it.
        later, at = closes.searchsorted(exits, "right"), closes.searchsorted(exits, "left")
        bars = np.clip(np.where(forced, at, later) - 1, 0, max(len(closes) - 2, 0))
        before = equity["equity"].to_numpy(float)[bars]
        return cls(bars.astype(int), trades["pnl"].to_numpy(float) / before)


def forecast(
    returns: np.ndarray,
    ended: Ended,
    gates: Sequence[GateSpec],
    bars_per_year: int,
    seed: int,
    futures: int = FUTURES,
    days: int = DAYS,
    selection: Selection | None = None,
) -> Forecast | None:
    """The forecast of a record; None where it is too short, never moves, or was ruined.

    :param returns: per bar, net, shape (n,).
    :param seed: the same record and seed give the same forecast.
    :param selection: what the record owes to being chosen; None: it was not.
    """
    per_day = max(round(bars_per_year / DAYS_PER_YEAR), 1)
    still = not len(returns) or float(np.std(returns)) <= NO_VOLATILITY
    if len(returns) < MIN_DAYS * per_day or still or returns.min() <= -1.0:
        return None
    block = chosen_block(optimal_blocks(returns), len(returns))
    luck = (0.0, 0.0)
    if selection is not None:
        a_bar = float(np.std(returns)) / np.sqrt(bars_per_year)  # of a Sharpe of 1
        luck = selection.sharpe * a_bar, selection.error * a_bar
    drawn = _Futures(returns, ended, block, futures, days * per_day, seed, luck)
    closes = drawn.equity[:, per_day::per_day]
    peaks = np.maximum.accumulate(drawn.equity, axis=1)
    falls = np.maximum.accumulate(1.0 - drawn.equity / peaks, axis=1)[:, per_day::per_day]
    counts = np.cumsum(drawn.ends, axis=1)[:, per_day - 1 :: per_day]
    return Forecast(
        days=days,
        bars_per_day=per_day,
        level=LEVEL,
        futures=futures,
        seed=seed,
        block_bars=block,
        method=METHOD,
        equity=whole_paths(closes, LEVEL),
        drawdown_pct=_by_day(100.0 * falls),
        trades=_by_day(counts),
        gates=drawn.chances(gates, bars_per_year),
        selection=selection,
    )


def forecast_of(
    record: BacktestRecord,
    gates: Sequence[GateSpec],
    bars_per_year: int,
    rests_on: Sequence[str],
    futures: int = FUTURES,
    selection: Selection | None = None,
) -> Forecast | None:
    """:func:`forecast` of a backtest's tables.

    :param rests_on: hashes of model, candles, rules and tables: they are the seed.
    """
    seed = int(hashlib.sha256(" ".join(rests_on).encode()).hexdigest()[:8], 16)
    ended = Ended.of(record.equity, record.trades)
    return forecast(record.returns, ended, gates, bars_per_year, seed, futures, selection=selection)


def whole_paths(paths: np.ndarray, level: float) -> Band:
    """Ends that hold whole paths: the days' quantiles that this share of the paths never leaves.

    The simultaneous envelope of Davison and Hinkley, *Bootstrap Methods* (1997), 4.2.4.

    :param paths: shape (paths, days).
    """
    count = len(paths)
    ranks = paths.argsort(axis=0).argsort(axis=0)
    farthest = np.minimum(ranks, count - 1 - ranks).min(axis=1)
    outer = int(np.quantile(farthest, 1.0 - level, method="lower"))
    ordered = np.sort(paths, axis=0)
    return Band(
        low=_numbers(ordered[outer]),
        median=_numbers(np.median(paths, axis=0)),
        high=_numbers(ordered[count - 1 - outer]),
    )


class _Futures:
    """Resampled futures: equity from 1 (futures, bars + 1), and the round trips of each."""

    def __init__(
        self,
        returns: np.ndarray,
        ended: Ended,
        block: float,
        futures: int,
        bars: int,
        seed: int,
        luck: tuple[float, float],
    ) -> None:
        logs, own = np.log1p(returns), len(returns)
        mean = float(logs.mean())
        draws = BlockDraws(own, block, futures, seed, length=bars)
        drift, louder = open_errors(logs, BlockDraws(own, block, futures, seed + 1), seed)
        random = np.random.default_rng([seed, 4])
        drift = drift - luck[0] + luck[1] * random.standard_normal(futures)
        source = np.stack([draws.bars(number) % own for number in range(futures)])
        steps = (logs - mean)[source] * louder[:, None] + mean + drift[:, None]
        start = np.zeros((futures, 1))
        self.equity = np.exp(np.concatenate([start, np.cumsum(steps, axis=1)], axis=1))
        # A bar may end two round trips: one at its open, one by force at its close.
        sums, counts = np.zeros(own), np.zeros(own, int)
        np.add.at(sums, ended.bars, ended.results)
        np.add.at(counts, ended.bars, 1)
        self.ends = counts[source]
        # A future's other mean return comes to its round trips in equal parts.
        held = own / max(len(ended.bars), 1)
        self._results = np.where(
            self.ends > 0, sums[source] * louder[:, None] + drift[:, None] * held, 0.0
        )

    def chances(self, gates: Sequence[GateSpec], bars_per_year: int) -> dict[GateId, float]:
        """Share of the futures that pass each gate."""
        passed = {gate.id: 0 for gate in gates}
        for path, ends, results in zip(self.equity, self.ends, self._results, strict=True):
            at = np.flatnonzero(ends)
            values = measure(path, results[at] * path[at], bars_per_year)
            for gate in gates:
                value = values[gate.id].value
                passed[gate.id] += value is not None and meets_limit(value, gate.op, gate.threshold)
        return {name: count / len(self.equity) for name, count in passed.items()}


def _by_day(values: np.ndarray) -> Band:
    low, middle, high = np.quantile(values, [(1.0 - LEVEL) / 2.0, 0.5, (1.0 + LEVEL) / 2.0], axis=0)
    return Band(low=_numbers(low), median=_numbers(middle), high=_numbers(high))


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
