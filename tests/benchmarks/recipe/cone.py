"""Whether the cone holds the futures that it says, and how often the evidence expires for nothing.

Each world makes a record, and then the 30 days that follow it, by the same law: the forecast is of
the record alone. A future is held if none of its 30 closes leaves the cone. Nothing has changed, so
each expiry is a false alarm. Shares of 300 have a standard error of 1.7 points at 90 %.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from core.trading.expiry import ALPHA, daily, expiry
from core.trading.forecast import DAYS, Ended, forecast
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Callable

BARS, AFTER, FUTURES = 180 * 24, DAYS * 24, 300
PER_YEAR = 8760
HELD = (0.87, 0.93)
NO_TRIPS = Ended(np.empty(0, int), np.empty(0))
LOSS = 0.5  # of a day's usual move, lost each day once the model is broken


def plain(random: np.random.Generator, bars: int) -> np.ndarray:
    """Independent normal returns."""
    return random.normal(0.00003, 0.0015, bars)


def tails(random: np.random.Generator, bars: int) -> np.ndarray:
    """Student's t with 4 degrees of freedom."""
    return np.clip(0.00003 + 0.001 * random.standard_t(4, bars), -0.5, 0.5)


def clusters(random: np.random.Generator, bars: int) -> np.ndarray:
    """Volatility that forgets half of a shock within a day and a half."""
    shocks, log, kept = random.normal(0.0, 0.12, bars), 0.0, 0.98
    found = np.empty(bars)
    for bar in range(bars):
        log = kept * log + shocks[bar]
        found[bar] = log
    return 0.00003 + 0.0012 * np.exp(found - found.var() / 2.0) * random.standard_normal(bars)


def in_and_out(random: np.random.Generator, bars: int) -> np.ndarray:
    """In the market for a day at a time, two fifths of the time."""
    held = np.zeros(bars, bool)
    place = int(random.geometric(1.0 / 36.0))
    while place < bars:
        end = place + int(random.geometric(1.0 / 24.0))
        held[place:end] = True
        place = end + int(random.geometric(1.0 / 36.0))
    return np.where(held, tails(random, bars), 0.0)


WORLDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "independent": plain,
    "fat tails": tails,
    "clustered volatility": clusters,
    "in and out": in_and_out,
}


def main() -> bool:
    """Print a line for each world; whether coverage and false alarms are as promised."""
    print(f"{'world':<22} {'held':>7} {'false alarms':>13} {'noticed if broken':>18}")
    began, kept, share_held, alarms = time.perf_counter(), True, [], []
    for name, world in WORLDS.items():
        held, alarm, noticed = (np.empty(FUTURES, bool) for _ in range(3))
        for number in range(FUTURES):
            random = np.random.default_rng([len(name), number])
            whole = world(random, BARS + AFTER)
            record, future = whole[:BARS], whole[BARS:]
            made = present(forecast(record, NO_TRIPS, (), PER_YEAR, number))
            closes = np.exp(np.cumsum(np.log1p(future)))[made.bars_per_day - 1 :: made.bars_per_day]
            held[number] = made.left_on(closes.tolist()) is None
            past, days = daily(record, 24, newest_last=True), daily(future, 24)
            alarm[number] = expiry(past, days, number).expired_on is not None
            worse = days - LOSS * past.std()
            noticed[number] = expiry(past, worse, number).expired_on is not None
        share_held.append(held.mean())
        alarms.append(alarm.mean())
        print(
            f"{name:<22} {held.mean():>7.1%} {alarm.mean():>13.1%} {noticed.mean():>18.1%}",
            flush=True,
        )
    low, high = HELD
    kept = all(low <= share <= high for share in share_held) and max(alarms) <= ALPHA
    print(
        f"the cone of 90 % holds {min(share_held):.1%} to {max(share_held):.1%} (promised: {low:.0%} "
        f"to {high:.0%}); false alarms {max(alarms):.1%} at most (promised: {ALPHA:.0%}); "
        f"{time.perf_counter() - began:.0f} s"
    )
    return kept
