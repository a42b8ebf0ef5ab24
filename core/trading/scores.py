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

    :ivar decisions: that they are of; the gates of one decision are of one path of prices.
    :ivar stated: their mean.
    :ivar happened: how many of them happened.
    :ivar interval: Wilson's, of the share that happens, as if each decision were one forecast.
    """

    low: float
    high: float
    count: int
    decisions: int
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

    :ivar decisions: the independent ones among so many forecasts.
    :ivar expected: what a forecaster gets whose stated chances are true.
    """

    count: int
    decisions: int
    brier: float
    expected: float
    bins: tuple[Bin, ...]


def scores(decisions: Sequence[Sequence[Outcome]]) -> Scores | None:
    """Of forecasts that can be judged, by decision; None without one."""
    outcomes = [each for decision in decisions for each in decision]
    if not outcomes:
        return None
    count = len(outcomes)
    return Scores(
        count,
        sum(bool(decision) for decision in decisions),
        brier(outcomes),
        sum(chance * (1.0 - chance) for chance, _ in outcomes) / count,
        tuple(_bins(decisions)),
    )


def brier(outcomes: Sequence[Outcome]) -> float:
    """Mean squared difference between chance and outcome."""
    return sum((chance - happened) ** 2 for chance, happened in outcomes) / len(outcomes)


def _bins(decisions: Sequence[Sequence[Outcome]]) -> Iterable[Bin]:
    for low, high in itertools.pairwise(EDGES):
        last = high == EDGES[-1]
        by_decision = [
            [each for each in mine if low <= each[0] < high or (last and each[0] == high)]
            for mine in decisions
        ]
        own = [each for mine in by_decision for each in mine]
        if own:
            happened = sum(passed for _, passed in own)
            stated = sum(chance for chance, _ in own) / len(own)
            independent = sum(bool(mine) for mine in by_decision)
            interval = wilson(happened / len(own) * independent, independent)
            yield Bin(low, high, len(own), independent, stated, happened, interval)
