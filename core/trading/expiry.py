"""When the evidence has expired: a test that may be looked at every day.

Each new block of days is ranked among the blocks of the record and the new ones before it. Blocks are
as long as those of the forecast, because days of one mood of the market come together. If blocks are
exchangeable, these ranks are independent and uniform, however few the record has (conformal
p-values: Vovk, Nouretdinov and Gammerman, *Testing exchangeability on-line*, 2003). A gambler who
bets a part of his money that the next one ranks low has, on a model that is as good as its record,
a nonnegative supermartingale: by Ville (1939) it ever reaches 1/alpha with probability alpha at
most, so looking daily costs nothing. Moods that last longer than a block break that promise. The bet is linear in the rank, as in Waudby-Smith and Ramdas,
*Estimating means of bounded random variables by betting* (2024): only the mean rank counts, so a
wilder market alone does not look like a worse model. Several parts are bet with equal shares,
whose sum is such a process again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

ALPHA = 0.05
STAKES = (0.25, 0.5, 0.75, 1.0)  # of the money, on the next block
_DRAWS = 200  # futures without skill, for the power


@dataclass(frozen=True)
class Expiry:
    """What the bets against the model are worth.

    :ivar wealth: after each day, of 1 at the start.
    :ivar expired_on: the first day, from 1, on which it reached 1/alpha; None: not reached.
    """

    wealth: tuple[float, ...]
    expired_on: int | None


def expiry(
    record: np.ndarray, days: np.ndarray, seed: int, alpha: float = ALPHA, block: int = 1
) -> Expiry:
    """Whether the new days are worse than those of the record.

    :param record: return of each day of the record, shape (n,).
    :param days: of each new day, in order, shape (m,).
    :param seed: of the draw that breaks ties, such as days out of the market.
    :param block: days that are bet on at once; between two bets the wealth stays.
    """
    past = daily_sums(record, block, newest_last=True)
    bets = [1.0, *_wealth(past, daily_sums(days, block), seed)]
    found = [bets[day // block] for day in range(1, len(days) + 1)]
    reached = (day for day, worth in enumerate(found, 1) if worth >= 1.0 / alpha)
    return Expiry(tuple(found), next(reached, None))


def block_days(block_bars: float, bars_per_day: int) -> int:
    """Whole days of a block of the forecast."""
    return max(math.ceil(block_bars / bars_per_day), 1)


def earliest(block: int = 1, alpha: float = ALPHA) -> int:
    """The first day on which the evidence can expire, whatever is lost."""
    bets = 1
    while np.mean((1.0 + np.array(STAKES)) ** bets) < 1.0 / alpha:
        bets += 1
    return bets * block


def power(record: np.ndarray, horizon: int, seed: int, block: int = 1) -> float:
    """Share of futures without skill (the record's blocks less their mean) that expire in time."""
    past = daily_sums(record, block, newest_last=True)
    if len(past) < 2:
        return 0.0
    random, idle = np.random.default_rng([seed, 3]), past - past.mean()
    drawn = (random.choice(idle, horizon // block) for _ in range(_DRAWS))
    hits = [max(_wealth(past, new, seed), default=1.0) >= 1.0 / ALPHA for new in drawn]
    return float(np.mean(hits))


def _wealth(past: np.ndarray, new: np.ndarray, seed: int) -> list[float]:
    wealth, found = np.ones(len(STAKES)), []
    for rank in ranks(past, new, seed):
        wealth = wealth * (1.0 + np.array(STAKES) * (1.0 - 2.0 * rank))
        found.append(float(wealth.mean()))
    return found


def ranks(record: np.ndarray, days: np.ndarray, seed: int) -> np.ndarray:
    """Share of the days so far, this one included, below each new day; ties at random."""
    random = np.random.default_rng([seed, 2])
    ties = random.random(len(days))
    seen = np.concatenate([np.asarray(record, float), np.asarray(days, float)])
    found = np.empty(len(days))
    for number, day in enumerate(days):
        before = seen[: len(record) + number]
        equal = int(np.count_nonzero(before == day)) + 1
        below = int(np.count_nonzero(before < day))
        found[number] = (below + ties[number] * equal) / (len(before) + 1)
    return found


def daily(returns: np.ndarray, bars_per_day: int, *, newest_last: bool = False) -> np.ndarray:
    """Log returns of whole days; see :func:`daily_sums`.

    :param returns: simple, per bar, shape (n,).
    :param newest_last: days end with the last bar, else they begin with the first one.
    """
    return daily_sums(np.log1p(returns), bars_per_day, newest_last=newest_last)


def daily_sums(values: np.ndarray, each: int, *, newest_last: bool = False) -> np.ndarray:
    """Sums of so many values each; what is left over is at the beginning or at the end."""
    count = len(values) // each
    kept = values[len(values) - count * each :] if newest_last else values[: count * each]
    sums: np.ndarray = np.asarray(kept, float).reshape(count, each).sum(axis=1)
    return sums
