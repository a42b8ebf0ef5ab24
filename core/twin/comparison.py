"""Which arm of a twin run is better, with an interval that says how little a few pairs know.

Both arms of a pair begin with the same weights and the same seed, so what they share cancels in
their difference. The interval is Student's of the pairs' differences ("The probable error of a
mean", Biometrika 1908). Of a single pair there is no such interval; then batch means within the run
are used (Schmeiser, "Batch Size Effects in the Analysis of Simulation Output", Operations Research
1982), which know nothing of the seed's luck, and so decide nothing.
"""

from __future__ import annotations

from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from pydantic import Field

from core.json_model import JsonModel
from core.metrics.wilson import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.twin.arms import Arm

METRICS = ("reward", "approx_kl", "entropy")
DECIDES = METRICS[0]  # three intervals of 95 % that all decide would err in 14 %
BATCHES = 5
_FEWEST_BATCHES = 3
POWER = 0.8


class TwinVerdict(StrEnum):
    """Which arm is better, by the reward."""

    BETTER = "BETTER"  # with the change
    WORSE = "WORSE"
    CANNOT_TELL = "CANNOT_TELL"  # the interval holds 0, or there is none


class Effect(JsonModel):
    """The difference that the change makes to one metric: with it minus without it."""

    metric: str
    without: float
    changed: float
    low: float | None = Field(default=None, description="Of the interval; null: none is known.")
    high: float | None = None
    noticeable: float | None = Field(
        default=None, description="The smallest difference that so many pairs notice in 80 %."
    )

    @property
    def difference(self) -> float:
        """With the change minus without it."""
        return self.changed - self.without


class Comparison(JsonModel):
    """What all pairs say together.

    A pair of which an arm failed is in no effect, but is counted.
    """

    pairs: int = Field(description="Pairs with a result of both arms.")
    planned: int
    failed_with: int = Field(description="Arms with the change that failed.")
    failed_without: int
    effects: tuple[Effect, ...]
    verdict: TwinVerdict

    def effect(self, metric: str) -> Effect | None:
        """Of one metric; None: no pair has it."""
        return next((each for each in self.effects if each.metric == metric), None)


def compare(arms: Sequence[Arm], planned: int) -> Comparison:
    """Judge the arms that have ended.

    :param planned: pairs that were asked for.
    """
    by_seed: dict[int, dict[bool, Arm]] = {}
    for arm in arms:
        by_seed.setdefault(arm.seed, {})[arm.changed] = arm
    pairs = [
        (both[False], both[True])
        for both in by_seed.values()
        if len(both) == 2 and all(arm.failed is None for arm in both.values())
    ]
    effects = tuple(filter(None, (_effect(metric, pairs) for metric in METRICS)))
    failed_with = sum(arm.changed and arm.failed is not None for arm in arms)
    failed_without = sum(not arm.changed and arm.failed is not None for arm in arms)
    return Comparison(
        pairs=len(pairs),
        planned=planned,
        failed_with=failed_with,
        failed_without=failed_without,
        effects=effects,
        verdict=_verdict(effects, len(pairs), failed_with - failed_without),
    )


def paired_interval(differences: Sequence[float]) -> tuple[float, float]:
    """Student's interval of their mean; at least two differences."""
    from scipy.special import stdtrit

    count = len(differences)
    mean = sum(differences) / count
    half = float(stdtrit(count - 1, (1 + LEVEL) / 2)) * _deviation(differences) / sqrt(count)
    return mean - half, mean + half


def noticeable(deviation: float, pairs: int) -> float:
    """The true difference that the interval excludes 0 for in 80 %, with so many pairs.

    From the noncentral t of the paired test (Cohen, "Statistical Power Analysis", 1988, chapter 2).

    :param deviation: of the pairs' differences.
    """
    from scipy.special import nctdtrinc, stdtrit

    freedom = pairs - 1
    limit = float(stdtrit(freedom, (1 + LEVEL) / 2))
    return float(nctdtrinc(freedom, 1 - POWER, limit)) * deviation / sqrt(pairs)


def batch_interval(differences: Sequence[float]) -> tuple[float, float] | None:
    """The same from one run's consecutive differences, by means of long batches.

    :returns: None with too few of them for two in each batch.
    """
    batches = min(BATCHES, len(differences) // 2)
    if batches < _FEWEST_BATCHES:
        return None
    size = len(differences) // batches
    kept = differences[len(differences) - batches * size :]
    means = [sum(kept[at : at + size]) / size for at in range(0, len(kept), size)]
    return paired_interval(means)


def _effect(metric: str, pairs: Sequence[tuple[Arm, Arm]]) -> Effect | None:
    known = [
        (without, changed, pair)
        for pair in pairs
        if (without := pair[0].mean(metric)) is not None
        and (changed := pair[1].mean(metric)) is not None
    ]
    if not known:
        return None
    effect = Effect(
        metric=metric,
        without=sum(each[0] for each in known) / len(known),
        changed=sum(each[1] for each in known) / len(known),
    )
    if len(known) > 1:
        differences = [changed - without for without, changed, _ in known]
        low, high = paired_interval(differences)
        least = noticeable(_deviation(differences), len(known))
        return effect.model_copy(update={"low": low, "high": high, "noticeable": least})
    first, second = (arm.series(metric) for arm in known[0][2])
    within = batch_interval([b - a for a, b in zip(first, second, strict=False)])
    if within is None:
        return effect
    return effect.model_copy(update={"low": within[0], "high": within[1]})


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sqrt(sum((each - mean) ** 2 for each in values) / (len(values) - 1))


def _verdict(effects: Sequence[Effect], pairs: int, more_failed: int) -> TwinVerdict:
    """A side is not called better while more of its own arms failed: they are in no mean."""
    effect = next((each for each in effects if each.metric == DECIDES), None)
    if effect is None or effect.low is None or effect.high is None or pairs < 2:
        return TwinVerdict.CANNOT_TELL
    if effect.low > 0 and more_failed <= 0:
        return TwinVerdict.BETTER
    if effect.high < 0 and more_failed >= 0:
        return TwinVerdict.WORSE
    return TwinVerdict.CANNOT_TELL
