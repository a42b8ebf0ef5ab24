"""When a rule fires on recorded readings: the same function for now and for the past.

A firing depends on the readings up to it alone, so the preview of a rule on a week says what
people would have been told while the week went on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.edges import RESOLVE_AFTER
from core.alerts.own_rule import Operator
from core.timestamps import FIRST_MOMENT, LAST_MOMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.alerts.own_rule import RuleTerms
    from core.clock import Clock
    from core.telemetry import RunEvents
    from core.telemetry.series import Series

LINGER = timedelta(seconds=60)  # how long a firing is told after its end
MERGED = LINGER + RESOLVE_AFTER  # firings closer than this are one alert
_ROUNDING = 1e-6  # seconds; unix times hold no finer difference


@dataclass(frozen=True)
class Firing:
    """One stretch in which a rule fires. Times are real, in seconds since the epoch.

    :ivar began: of the reading at which it fired.
    :ivar ended: of the first reading that is fine again, or of the attempt's last one; None: it
        holds at the newest reading.
    :ivar step: of that first reading; ``value``: its value.
    :ivar last_step: of the last reading in it.
    """

    began: float
    ended: float | None
    step: int
    value: float
    last_step: int

    def told_at(self, moment: float) -> bool:
        """Whether people are told of it at a real moment, in seconds since the epoch."""
        over = float("inf") if self.ended is None else self.ended + LINGER.total_seconds()
        return self.began <= moment < over


def firings(terms: RuleTerms, points: Series, clock: Clock) -> list[Firing]:
    """The firings of a rule on the points that one attempt wrote, in the order of writing.

    A value that is not a number says nothing: it neither begins nor ends one.
    """
    points = usable(points)
    if not len(points):
        return []
    place = _place(terms, points, clock)
    span = terms.steps or 60 * terms.minutes
    if terms.operator is Operator.CHANGES:
        wrong, lasting = _change(points.value, place, span) > terms.threshold, 0.0
    elif terms.operator is Operator.ABOVE:
        wrong, lasting = points.value > terms.threshold, max(span - _ROUNDING, 0.0)
    else:
        wrong, lasting = points.value < terms.threshold, max(span - _ROUNDING, 0.0)
    edges = np.diff(wrong.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    fired = np.maximum(np.searchsorted(place, place[starts] + lasting), starts)
    kept = fired < ends
    return [
        Firing(
            began=float(points.wall[first]),
            ended=float(points.wall[end]) if end < len(points) else None,
            step=int(points.step[first]),
            value=float(points.value[first]),
            last_step=int(points.step[end - 1]),
        )
        for first, end in zip(fired[kept], ends[kept], strict=True)
    ]


def run_firings(
    terms: RuleTerms, events: RunEvents, clock: Clock, until: float | None = None
) -> list[Firing]:
    """The firings of a rule on a run, attempt by attempt; near ones are one alert.

    What a later attempt replaced on the curve was a reading all the same, and it fired.

    :param until: seconds since the epoch; later readings are not known.
    """
    found: list[Firing] = []
    attempts = len(events.attempts_until(until))
    for number in range(attempts):
        points = usable(events.written_by(number, terms.tag, until))
        for firing in firings(terms, points, clock):
            if firing.ended is None and number < attempts - 1:
                firing = replace(firing, ended=float(points.wall[-1]))
            found.append(firing)
    return merged(found)


def merged(found: Sequence[Firing]) -> list[Firing]:
    """One firing for those that are told of as one alert."""
    kept: list[Firing] = []
    for firing in found:
        before = kept[-1] if kept else None
        if before is None or before.ended is None:
            kept.append(firing)
        elif firing.began - before.ended < MERGED.total_seconds():
            kept[-1] = replace(before, ended=firing.ended, last_step=firing.last_step)
        else:
            kept.append(firing)
    return kept


def usable(points: Series) -> Series:
    """The points with a value and a time."""
    timed = (points.wall >= FIRST_MOMENT) & (points.wall <= LAST_MOMENT)
    known = timed & ~np.isnan(points.value)
    return points if known.all() else points.where(known)


def always_wrong(terms: RuleTerms, points: Series) -> bool:
    """Whether each of several readings is on the wrong side of the threshold."""
    points = usable(points)
    if len(points) < 2 or terms.operator is Operator.CHANGES:
        return False
    wrong = points.value > terms.threshold
    if terms.operator is Operator.BELOW:
        wrong = points.value < terms.threshold
    return bool(wrong.all())


def _place(terms: RuleTerms, points: Series, clock: Clock) -> np.ndarray:
    """What the duration is measured on: steps, or seconds of week time; never going back."""
    place = points.step.astype(float) if terms.steps else clock.week_seconds(points.wall)
    return np.asarray(np.maximum.accumulate(place))


def _change(values: np.ndarray, place: np.ndarray, span: float) -> np.ndarray:
    """The largest difference of each value to one before it within the span."""
    last = np.arange(len(values))
    first = np.searchsorted(place, place - span - _ROUNDING) if span else np.maximum(last - 1, 0)
    highest = _over_windows(np.maximum, values, first, last)
    lowest = _over_windows(np.minimum, values, first, last)
    with np.errstate(invalid="ignore"):  # infinity less infinity is no change
        return np.asarray(np.fmax(highest - values, values - lowest))


def _over_windows(
    of: np.ufunc, values: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """The extreme of each window ``first..last``, from blocks of 1, 2, 4 … values."""
    found = values.copy()
    size = np.frexp(last - first + 1)[1] - 1  # the largest block that fits in, as a power of 2
    block = values
    for power in range(int(size.max(initial=0)) + 1):
        if power:
            half = 1 << (power - 1)
            block = of(block[:-half], block[half:])
        here = np.flatnonzero(size == power)
        found[here] = of(block[first[here]], block[last[here] - (1 << power) + 1])
    return found
