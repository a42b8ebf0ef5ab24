"""A synthetic OGNUSDT market with a planted signal, for trials, tests and demos.

The log return of an hour is a hidden drift plus noise::

    r[t] = drift[state[t]] - pull * ln(close[t-1] / anchor_price) + noise_vol * e[t]

``state`` is a Markov chain over the drifts (down, up, or down, flat, up), all
regimes equally likely and of geometric length. The drifts are symmetric, so
that buy and hold earns nothing in the long run; the weak pull keeps years of
hours at believable prices. Nothing else in a candle depends on the state: open,
high, low and volume follow from the return and from noise, so the filter of
``core.market.hidden_state`` over returns uses all the information there is.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import InputError
from core.files import write_text
from core.language import Message, plural
from core.market.candles import HOUR, PRICES, Candles, RawFacts
from core.market.csv_text import csv_text
from core.market.synthetic_mark import MARKER

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

TICK = 0.0001  # OGNUSDT


@dataclass(frozen=True)
class SignalModel:
    """The planted signal and its noise. All rates are per hour."""

    drift: float = 0.0016
    """Log drift of the up regime; the down regime has its negative. 0: no signal."""

    regime_hours: float = 96.0
    """Expected length of a regime."""

    flat_regime: bool = False
    """Adds a third regime with drift 0."""

    noise_vol: float = 0.010
    """Standard deviation of the Gaussian noise in a log return."""

    anchor_price: float = 0.50
    """USDT; where the market starts and what it is weakly pulled to."""

    pull: float = 1 / 3000
    """Share of the log distance to the anchor that an hour takes back."""

    gap_vol: float = 0.0001
    """Standard deviation of ln(open / previous close); independent of the signal."""

    median_volume: float = 250_000.0
    """OGN in an hour in which the price moves by its typical amount."""

    volume_vol: float = 0.6
    """Standard deviation of log volume around what the move explains."""

    volume_on_move: float = 0.35
    """How much log volume rises with |return| / noise_vol."""

    def __post_init__(self) -> None:
        positive = ("noise_vol", "anchor_price", "median_volume")
        for name in positive:
            if not getattr(self, name) > 0:
                raise InputError(
                    Message("SignalModel.{field} must be above 0.", field=name),
                    Message("Give a positive number."),
                )
        if self.drift < 0 or self.regime_hours < 2 or not 0 <= self.pull < 1:
            raise InputError(
                Message("SignalModel needs drift >= 0, regime_hours >= 2 and 0 <= pull < 1."),
                Message("Correct these fields."),
            )

    @property
    def drifts(self) -> np.ndarray:
        """Drift per hour of each state, rising: shape (2,) or (3,)."""
        drifts = [-self.drift, 0.0, self.drift] if self.flat_regime else [-self.drift, self.drift]
        return np.array(drifts)

    @property
    def transition(self) -> np.ndarray:
        """P(next state | state), rows sum to 1; all other states are equally likely."""
        states = len(self.drifts)
        leave = 1.0 / self.regime_hours
        matrix = np.full((states, states), leave / (states - 1))
        np.fill_diagonal(matrix, 1.0 - leave)
        return matrix

    @property
    def stationary(self) -> np.ndarray:
        """Long-run share of each state: equal, by symmetry."""
        return np.full(len(self.drifts), 1.0 / len(self.drifts))

    def without_signal(self) -> SignalModel:
        """The same market without drift; the drift's variance is added to the noise."""
        variance = self.noise_vol**2 + float(np.mean(self.drifts**2))
        return replace(self, drift=0.0, noise_vol=math.sqrt(variance))


@dataclass(frozen=True)
class SyntheticMarket:
    """Candles with the hidden states that produced them.

    :ivar states: index into ``model.drifts`` for each bar, shape (bars,); the
        drift acts within the bar, from the previous close to this close.
    """

    candles: Candles
    states: np.ndarray
    model: SignalModel
    seed: int

    @property
    def marker(self) -> str:
        """First line of the file: the label, with everything needed to reproduce it."""
        return marker(self.model, self.seed, len(self.candles))


def marker(model: SignalModel, seed: int, bars: int) -> str:
    """First line of a synthetic file, without a line end: label, seed, bars and model settings."""
    fields = "; ".join(f"{name}={value!r}" for name, value in asdict(model).items())
    return f"{MARKER} OGNUSDT 1h market, not exchange data; seed={seed}; bars={bars}; {fields}"


def make_market(
    seed: int, bars: int, start: datetime, model: SignalModel | None = None
) -> SyntheticMarket:
    """Generate ``bars`` hours from ``start`` (aware, on the hour); one seed, one market.

    :raises InputError: fewer than two bars, or a start without zone or off the hour.
    """
    model = model or SignalModel()
    if bars < 2:
        raise InputError(
            plural("A market can't have {n} bar.", "A market can't have {n} bars.", bars),
            Message("Ask for at least 2."),
        )
    if start.tzinfo is None or pd.Timestamp(start).floor("h") != pd.Timestamp(start):
        raise InputError(
            Message("A market can't start at {start}.", start=str(start)),
            Message("Give a time with a zone, on the hour."),
        )
    random = np.random.default_rng(seed)
    states = _hidden_states(model, bars, random)
    log_close = _log_closes(model, states, random)
    frame = _candles(model, log_close, random)
    hours = pd.date_range(start, periods=bars, freq="h", unit="us").tz_convert("UTC")
    # Without freq, as in a table that was read from a file.
    plain = pd.DatetimeIndex(hours.tz_localize(None).to_numpy(), name="open_time")
    frame.index = plain.tz_localize("UTC")
    line = marker(model, seed, bars)
    candles = Candles(
        frame=frame.assign(is_filled=False),
        sha256=hashlib.sha256(csv_text(frame, line).encode()).hexdigest(),
        interval=HOUR,
        synthetic=True,
        synthetic_note=line.removeprefix("# "),
        raw=RawFacts(rows=bars, synthetic_files=1),
    )
    return SyntheticMarket(candles=candles, states=states, model=model, seed=seed)


def make_null_market(
    seed: int, bars: int, start: datetime, model: SignalModel | None = None
) -> SyntheticMarket:
    """The same kind of market without a signal, so there is nothing to learn."""
    return make_market(seed, bars, start, (model or SignalModel()).without_signal())


def write_market(
    market: SyntheticMarket,
    path: Path,
    first: datetime | None = None,
    before: datetime | None = None,
) -> Path:
    """Write the bars in ``[first, before)`` as header CSV with the synthetic mark.

    One market split in two gives training and backtest data that don't overlap.
    The file is written completely or not at all.
    """
    frame = market.candles.frame
    keep = np.ones(len(frame), dtype=bool)
    if first is not None:
        keep &= frame.index >= pd.Timestamp(first)
    if before is not None:
        keep &= frame.index < pd.Timestamp(before)
    if not keep.any():
        raise InputError(
            Message(
                "The market has no bar from {first} to {before}.",
                first=str(first),
                before=str(before),
            ),
            Message(
                "It has bars from {first} to {last}.",
                first=str(market.candles.first),
                last=str(market.candles.last),
            ),
        )
    return write_text(path, csv_text(frame[keep], market.marker))


def _hidden_states(model: SignalModel, bars: int, random: np.random.Generator) -> np.ndarray:
    count = len(model.drifts)
    leaves = random.random(bars) < 1.0 / model.regime_hours
    steps = np.where(leaves, random.integers(1, count, bars), 0)
    steps[0] = random.integers(count)
    # Leaving by 1..count-1 places, modulo count, reaches each other state alike.
    return np.cumsum(steps) % count


def _log_closes(model: SignalModel, states: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """ln(close), one more than bars: the first is the price before the market opens."""
    moves = model.drifts[states] + model.noise_vol * random.standard_normal(len(states))
    log_close = np.empty(len(states) + 1)
    anchor = log_close[0] = math.log(model.anchor_price)
    for bar, move in enumerate(moves):
        log_close[bar + 1] = log_close[bar] + move - model.pull * (log_close[bar] - anchor)
    return log_close


def _candles(
    model: SignalModel, log_close: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    bars = len(log_close) - 1
    log_open = log_close[:-1] + model.gap_vol * random.standard_normal(bars)
    closes = log_close[1:]
    # Extremes of a Brownian bridge from open to close: exact draws, one each side.
    spread = (closes - log_open) ** 2
    variance = 2 * model.noise_vol**2
    up = np.sqrt(spread - variance * np.log(random.random(bars)))
    down = np.sqrt(spread - variance * np.log(random.random(bars)))
    high = (log_open + closes + up) / 2
    low = (log_open + closes - down) / 2
    move = np.abs(closes - log_open) / model.noise_vol
    volume = model.median_volume * np.exp(
        model.volume_on_move * (move - 0.67) + model.volume_vol * random.standard_normal(bars)
    )
    frame = pd.DataFrame({"open": log_open, "high": high, "low": low, "close": closes})
    prices: pd.DataFrame = np.exp(frame)  # type: ignore[assignment]  # NumPy keeps the table
    frame = prices.div(TICK).round().mul(TICK).round(4).clip(lower=TICK)
    frame["high"] = frame[PRICES].max(axis=1)
    frame["low"] = frame[PRICES].min(axis=1)
    frame["volume"] = volume.round(2)
    return frame
