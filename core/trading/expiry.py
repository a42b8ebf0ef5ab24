"""When the evidence has expired: a test that may be looked at every day.

Each new day is ranked among the days of the record and the new ones before it. If days are
exchangeable, these ranks are independent and uniform, however few days the record has (conformal
p-values: Vovk, Nouretdinov and Gammerman, *Testing exchangeability on-line*, 2003). A gambler who
bets a part of his money that the next day ranks low has, on a model that is as good as its record,
a nonnegative supermartingale: by Ville (1939) it ever reaches 1/alpha with probability alpha at
most, so looking daily costs nothing. The bet is linear in the rank, as in Waudby-Smith and Ramdas,
*Estimating means of bounded random variables by betting* (2024): only the mean rank counts, so a
wilder market alone does not look like a worse model. Several parts are bet with equal shares,
whose sum is such a process again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ALPHA = 0.05
STAKES = (0.25, 0.5, 0.75, 1.0)  # of the money, on the next day


@dataclass(frozen=True)
class Expiry:
    """What the bets against the model are worth.

    :ivar wealth: after each day, of 1 at the start.
    :ivar expired_on: the first day, from 1, on which it reached 1/alpha; None: not reached.
    """

    wealth: tuple[float, ...]
    expired_on: int | None


def expiry(record: np.ndarray, days: np.ndarray, seed: int, alpha: float = ALPHA) -> Expiry:
    """Whether the new days are worse than those of the record.

    :param record: return of each day of the record, shape (n,).
    :param days: of each new day, in order, shape (m,).
    :param seed: of the draw that breaks ties, such as days out of the market.
    """
    wealth = np.ones(len(STAKES))
    found: list[float] = []
    for rank in ranks(record, days, seed):
        wealth = wealth * (1.0 + np.array(STAKES) * (1.0 - 2.0 * rank))
        found.append(float(wealth.mean()))
    reached = (day for day, worth in enumerate(found, 1) if worth >= 1.0 / alpha)
    return Expiry(tuple(found), next(reached, None))


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
    """Log returns of whole days.

    :param returns: simple, per bar, shape (n,).
    :param newest_last: days end with the last bar, else they begin with the first one.
    """
    days = len(returns) // bars_per_day
    kept = returns[len(returns) - days * bars_per_day :] if newest_last else returns
    logs = np.log1p(kept[: days * bars_per_day])
    sums: np.ndarray = logs.reshape(days, bars_per_day).sum(axis=1)
    return sums
