"""From the viewer's settings to the view of the charts: one horizontal axis for all of them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np

from dashboard.figures import axes
from dashboard.figures.view import Axis, Line, View

if TYPE_CHECKING:
    from datetime import datetime

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from dashboard.panels.live_training.lines import Lines
    from dashboard.panels.live_training.settings import Settings
    from dashboard.viewer import Viewer


def view_of(page: Page, snapshot: Snapshot, chosen: Settings, lines: Lines) -> View:
    """How the charts show their lines. Time of day is the viewer's, week time is UTC."""
    viewer = page.viewer
    own = chosen.axis is Axis.WALL
    shift = 0.0
    if own and (offset := viewer.local(lines.until).utcoffset()) is not None:
        shift = offset.total_seconds()
    bare = View(axis=chosen.axis, to_week=snapshot.clock.week_seconds)
    pace = lines.pace
    low, high = (
        None if step is None or not len(pace.points) else place_of(bare, pace, step)
        for step in (chosen.low, chosen.high)
    )
    return View(
        axis=chosen.axis,
        smoothing=chosen.smooth / 100,
        log=chosen.log,
        low=low,
        high=high,
        whole=_whole(bare, lines),
        language=viewer.language,
        to_week=snapshot.clock.week_seconds,
        written=lambda moment, step: _written(viewer, moment, step, own=own),
        shift=shift,
    )


def place_of(view: View, pace: Line, step: float) -> float:
    """Where a step of the run is on the horizontal axis."""
    return float(np.interp(step, pace.points.step, view.places(pace)))


def step_of(view: View, pace: Line, place: float) -> float:
    """The run's step at a place of the horizontal axis: the other way round."""
    if not len(pace.points):
        return 0.0
    return float(np.interp(place, view.places(pace), pace.points.step))


def wall_of(pace: Line, step: float) -> float | None:
    """The unix time at which the run reached a step; None before its first point."""
    if not len(pace.points):
        return None
    return float(np.interp(step, pace.points.step, pace.points.wall))


def _whole(view: View, lines: Lines) -> tuple[float, float] | None:
    """What all charts cover: the runs from their beginning to their newest point."""
    ends: list[float] = []
    for line in lines.paces:
        if len(line.points):
            places = view.places(line)
            ends += [float(places.min()), float(places.max())]
    if not ends:
        return None
    low = min(ends)
    return (
        min(low, 0.0) if view.axis is not Axis.WALL and view.axis is not Axis.WEEK else low
    ), max(ends)


def _written(viewer: Viewer, moment: datetime, step: float, *, own: bool) -> str:
    """The date at midnight, else the time; with seconds where labels are closer than minutes."""
    at = viewer.local(moment) if own else moment.astimezone(UTC)
    if step >= axes.DAY or not (at.hour or at.minute or at.second):
        return viewer.day(at.replace(tzinfo=UTC)).split(maxsplit=1)[-1]
    return f"{at:%H:%M:%S}" if step < axes.MINUTE else f"{at:%H:%M}"
