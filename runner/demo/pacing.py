"""How far the week has come when the training has come so far."""

from __future__ import annotations

from datetime import datetime, timedelta

LAUNCH_DAY_H = 5.1  # from the launch to just behind the 19:00 closing look
WHOLE_H = 72.0  # a training of the playbook's length lasts into the fourth day
_LAUNCH_DAY_SHARE = 0.3  # of the training: five looks in five hours need some curve each


def week_moment(launch: datetime, progress: float, length: float = 1.0) -> datetime:
    """Week time at a share of the training.

    :param progress: 0 to 1; values outside are clipped.
    :param length: the training's length as a share of the playbook's. A shorter one
        takes less of the week, so that its events stay as dense in week time: a clock
        that ran ahead of them would make a healthy run look hung.
    """
    progress = min(max(progress, 0.0), 1.0)
    end = max(WHOLE_H * min(length, 1.0), LAUNCH_DAY_H)
    if end == LAUNCH_DAY_H:
        return launch + timedelta(hours=end * progress)
    if progress <= _LAUNCH_DAY_SHARE:
        return launch + timedelta(hours=LAUNCH_DAY_H * progress / _LAUNCH_DAY_SHARE)
    later = (progress - _LAUNCH_DAY_SHARE) / (1 - _LAUNCH_DAY_SHARE)
    return launch + timedelta(hours=LAUNCH_DAY_H + (end - LAUNCH_DAY_H) * later)
