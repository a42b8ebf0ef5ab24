"""Week time as a function of the training run's progress."""

from __future__ import annotations

from datetime import datetime, timedelta

LAUNCH_DAY_H = 5.1  # from the launch to just after the 19:00 slot
WHOLE_H = 72.0  # a run of the playbook's length lasts into the fourth day
_LAUNCH_DAY_SHARE = 0.3  # of the run: each of the five hourly slots needs a part of the curve


def week_moment(launch: datetime, progress: float, length: float = 1.0) -> datetime:
    """Week time at a share of the training run.

    :param progress: 0 to 1; values outside are clipped.
    :param length: the run's length as a share of the playbook's. A shorter run takes less
        of the week, so that its events stay as dense in week time: with sparse events a
        healthy run would be judged as hung.
    """
    progress = min(max(progress, 0.0), 1.0)
    end = max(WHOLE_H * min(length, 1.0), LAUNCH_DAY_H)
    if end == LAUNCH_DAY_H:
        return launch + timedelta(hours=end * progress)
    if progress <= _LAUNCH_DAY_SHARE:
        return launch + timedelta(hours=LAUNCH_DAY_H * progress / _LAUNCH_DAY_SHARE)
    later = (progress - _LAUNCH_DAY_SHARE) / (1 - _LAUNCH_DAY_SHARE)
    return launch + timedelta(hours=LAUNCH_DAY_H + (end - LAUNCH_DAY_H) * later)
