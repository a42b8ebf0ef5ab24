"""slowdown: steps per second compared with the run's own usual speed.

``time/fps`` is a mean since the start and lags (a trial slowed from 3087 to 608 steps/s
while it still showed 893), so the rate is d(step)/d(wall).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.medians import growing_medians
from core.language import Message, plural
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

WINDOW = 10  # iterations
EARLIER = 10  # iterations before the window, at least
SHARE = 0.7
MEDIAN_SHARE = 0.8  # at least half of the window's iterations must be slower than this
HOLD_FOR, KEEP_FIRING = 3, 3
_REPLAYED = 12  # iterations: what HOLD_FOR and KEEP_FIRING depend on
_VERDICTS = {
    FindingStatus.PENDING: Message("Possible slowdown"),
    FindingStatus.FIRING: Message("Slowdown"),
    FindingStatus.RECOVERING: Message("Slowdown over"),
}


def slowdown(moment: RunView) -> ScenarioResult:
    """The last 10 iterations below 0.7 of the usual speed, in three consecutive evaluations.

    A pause makes one iteration slow and is no slowdown, so most of the ten must be slow.
    A finished run is not evaluated.
    """
    pace = moment.of_attempt(moment.pace())
    seen = len(pace)
    # The first iteration of a process contains no update, and is too fast.
    pace = pace.where(slice(1, None))
    if len(pace) < WINDOW + EARLIER + 1:
        needed = WINDOW + EARLIER + 2
        return no_data(
            plural(
                "{n} iteration; speed is judged from {needed}.",
                "{n} iterations; speed is judged from {needed}.",
                seen,
                needed=needed,
            )
        )
    ends = range(max(WINDOW + EARLIER + 1, len(pace) - _REPLAYED), len(pace) + 1)
    measured = _speeds(pace, ends)
    outcomes = [None if found is None else found.slow for found in measured]
    status = alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)
    if measured[-1] is None:
        return no_data(Message("Steps or wall times of this run do not increase."))
    rate, usual = measured[-1].rate, measured[-1].usual
    fact = Message(
        "{rate} steps/s over the last {window} iterations to step {step:,}, "
        "{share:.0%} of the earlier median {usual}",
        rate=_digits(rate),
        window=WINDOW,
        step=int(pace.step[-1]),
        share=rate / usual,
        usual=_digits(usual),
    )
    if not moment.active:
        return clear(Message("Run finished; not evaluated. {fact}.", fact=fact))
    if status is FindingStatus.OK:
        return clear(Message("{fact}.", fact=fact))
    slow = [end for end, holds in zip(ends, outcomes, strict=True) if holds]
    since = int(pace.step[max(0, slow[0] - WINDOW - 1)]) if slow else int(pace.step[-1])
    below = Message("below {share:.0%} of the median around step {step:,}", share=SHARE, step=since)
    return ScenarioResult(
        status,
        Message("{verdict}: {fact}.", verdict=_VERDICTS[status], fact=fact),
        Severity.WARNING,
        since,
        (fact,) if outcomes[-1] else (below,),
        () if outcomes[-1] else (fact,),
    )


@dataclass(frozen=True)
class _Speed:
    """Steps per second of the newest window, and the run's usual speed."""

    rate: float  # over the window
    usual: float  # median of all earlier windows of the same length
    middle: float  # median of the window's iterations
    usual_middle: float  # median of all earlier iterations

    @property
    def slow(self) -> bool:
        slower = self.middle < MEDIAN_SHARE * self.usual_middle
        return slower and self.rate < SHARE * self.usual


def _speeds(pace: Series, ends: range) -> list[_Speed | None]:
    """Speed of the window that ends at each end; None where steps or time do not advance."""
    steps, walls = pace.step.astype(float), pace.wall
    over = _forward(steps[WINDOW:] - steps[:-WINDOW], walls[WINDOW:] - walls[:-WINDOW])
    single = _forward(np.diff(steps), np.diff(walls))
    # Windows, and iterations, that share none with the newest window of each end.
    usual = growing_medians(over, [end - 2 * WINDOW for end in ends])
    before = growing_medians(single, [end - 1 - WINDOW for end in ends])
    found: list[_Speed | None] = []
    for place, end in enumerate(ends):
        newest = single[end - 1 - WINDOW : end - 1]
        newest = newest[np.isfinite(newest)]
        rate = float(over[end - WINDOW - 1])
        if not len(newest) or not np.isfinite([rate, usual[place], before[place]]).all():
            found.append(None)
            continue
        found.append(_Speed(rate, usual[place], float(np.median(newest)), before[place]))
    return found


def _digits(rate: float) -> Message:
    """Three digits, no exponent."""
    if rate >= 100:
        return Message("{rate:,.0f}", rate=rate)
    return Message("{rate:.3g}", rate=rate)


def _forward(steps: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Rates; NaN where steps or seconds do not advance."""
    rates = np.full(len(steps), np.nan)
    good = (steps > 0) & (seconds > 0)
    rates[good] = steps[good] / seconds[good]
    return rates
