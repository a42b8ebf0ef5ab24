"""How good forecasts were: Brier score and calibration."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.metrics.wilson import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Outcome = tuple[float, bool]  # the chance that was stated, and whether it happened
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Bin:
    """Forecasts of similar chances.

    :ivar stated: their mean.
    :ivar happened: how many of them happened.
    :ivar interval: Wilson's, of the share that happens.
    """

    low: float
    high: float
    count: int
    stated: float
    happened: int
    interval: Interval

    @property
    def kept(self) -> bool:
        """Whether what was stated is among what the outcomes leave open."""
        return self.interval.low <= self.stated <= self.interval.high


@dataclass(frozen=True)
class Scores:
    """Brier (1950): mean squared difference of chance and outcome; 0 is best, 0.25 a coin.

    :ivar expected: what a forecaster gets whose stated chances are true.
    """

    count: int
    brier: float
    expected: float
    bins: tuple[Bin, ...]


def scores(outcomes: Sequence[Outcome]) -> Scores | None:
    """Of forecasts that can be judged; None without one."""
    if not outcomes:
        return None
    count = len(outcomes)
    return Scores(
        count,
        brier(outcomes),
        sum(chance * (1.0 - chance) for chance, _ in outcomes) / count,
        tuple(_bins(outcomes)),
    )


def brier(outcomes: Sequence[Outcome]) -> float:
    """Mean squared difference between chance and outcome."""
    return sum((chance - happened) ** 2 for chance, happened in outcomes) / len(outcomes)


def _bins(outcomes: Sequence[Outcome]) -> Iterable[Bin]:
    for low, high in itertools.pairwise(EDGES):
        last = high == EDGES[-1]
        mine = [each for each in outcomes if low <= each[0] < high or (last and each[0] == high)]
        if mine:
            happened = sum(passed for _, passed in mine)
            stated = sum(chance for chance, _ in mine) / len(mine)
            yield Bin(low, high, len(mine), stated, happened, wilson(happened, len(mine)))
