"""slowdown: steps a second against the run's own median.

``time/fps`` is a mean since the start and lags far behind (a trial slowed from 3087 to
608 steps/s while it still said 893), so the rate is d(step)/d(wall).
"""

from __future__ import annotations

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import Verdict, no_data, quiet
from core.diagnosis.moment import Moment
from core.telemetry import Series
from core.vocabulary import FindingStatus, Severity

WINDOW = 10  # iterations
EARLIER = 10  # iterations before the window, at least
SHARE = 0.7
HOLD_FOR, KEEP_FIRING = 3, 3
_REPLAYED = 12  # iterations: what HOLD_FOR and KEEP_FIRING can look back on


def slowdown(moment: Moment) -> Verdict:
    """The last 10 iterations below 0.7 of the median of the earlier ones, three times."""
    pace = moment.of_attempt(moment.pace())
    # The first iteration of a process holds no update, and is too fast.
    pace = pace.where(slice(1, None))
    if len(pace) < WINDOW + EARLIER + 1:
        needed = WINDOW + EARLIER + 2
        return no_data(f"{len(pace) + 1} iterations; the speed is judged from {needed} on.")
    ends = range(max(WINDOW + EARLIER + 1, len(pace) - _REPLAYED), len(pace) + 1)
    measured = [_rates(pace, end) for end in ends]
    outcomes = [None if found is None else found[0] < SHARE * found[1] for found in measured]
    status = alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)
    if measured[-1] is None:
        return no_data("The steps of this run do not advance in time.")
    rate, usual = measured[-1]
    fact = (
        f"{rate:,.0f} steps/s over the last {WINDOW} iterations to step {int(pace.step[-1])}, "
        f"{rate / usual:.0%} of the earlier median {usual:,.0f}"
    )
    if status is FindingStatus.OK:
        return quiet(f"{fact}.")
    slow = [end for end, holds in zip(ends, outcomes, strict=True) if holds]
    since = int(pace.step[max(0, slow[0] - WINDOW - 1)]) if slow else int(pace.step[-1])
    words = {
        FindingStatus.PENDING: "It may be slowing down",
        FindingStatus.FIRING: "It has slowed down",
        FindingStatus.RECOVERING: "It was slow, and is back at speed",
    }
    against = () if outcomes[-1] else (fact,)
    return Verdict(
        status,
        f"{words[status]}: {fact}.",
        Severity.WARNING,
        since,
        (fact,) if outcomes[-1] else (f"below {SHARE:.0%} of the median around step {since}",),
        against,
    )


def _rates(pace: Series, end: int) -> tuple[float, float] | None:
    """Rate over the window that ends there, and the median rate of all iterations before."""
    steps, walls = pace.step[:end], pace.wall[:end]
    passed = walls[-1] - walls[-1 - WINDOW]
    gained = steps[-1] - steps[-1 - WINDOW]
    earlier = np.diff(steps[:-WINDOW]) / np.maximum(np.diff(walls[:-WINDOW]), 1e-9)
    earlier = earlier[(np.diff(steps[:-WINDOW]) > 0) & (np.diff(walls[:-WINDOW]) > 0)]
    if not passed > 0 or gained < 0 or not len(earlier):
        return None
    return float(gained / passed), float(np.median(earlier))
