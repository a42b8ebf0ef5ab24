"""What a chart shows: its lines, limits and marks, and along which axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.language import Language
    from core.telemetry import Series


class Axis(StrEnum):
    """What is along the horizontal axis."""

    STEP = "step"
    START = "start"  # steps since the first point of each line
    RELATIVE = "relative"  # seconds since the first event of each line's run
    WALL = "wall"  # real time
    WEEK = "week"  # week time


@dataclass(frozen=True)
class Limit:
    """A threshold line."""

    value: float
    label: str
    colour: str


@dataclass(frozen=True)
class Band:
    """A named region."""

    low: float
    high: float
    label: str


class MarkKind(StrEnum):
    """What a mark marks."""

    RESTART = "restart"
    SETTING = "setting"
    INCIDENT = "incident"
    ALERT = "alert"
    NOTE = "note"
    CHECK = "check"


@dataclass(frozen=True)
class Mark:
    """A named place on the horizontal axis.

    :ivar step: of the run.
    :ivar label: its name, short enough for a chart.
    :ivar wall: unix time; None: known by its step alone.
    :ivar text: what happened, for a list; the label if empty.
    """

    step: float
    label: str
    colour: str
    wall: float | None = None
    kind: MarkKind = MarkKind.RESTART
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A curve beside the others of its chart.

    :ivar begin: step and unix time of the first event of its run; None: its own first point.
    :ivar other: of another run or attempt: drawn dashed.
    :ivar curve: name of the curve that it is drawn over, whose colour it has; empty: its own.
    """

    points: Series
    begin: tuple[float, float] | None = None
    other: bool = False
    curve: str = ""


@dataclass(frozen=True)
class View:
    """How curves are shown.

    :ivar smoothing: weight of the past, 0 to below 1; 0: the points themselves.
    :ivar low: where the chosen part begins, in units of the axis; None: no part is chosen.
    :ivar whole: what the axis covers without a chosen part; None: what the lines cover.
    :ivar to_week: week times of real times, both in unix seconds.
    :ivar written: a moment as a label; seconds between two labels.
    :ivar shift: seconds of the shown time zone before UTC.
    """

    axis: Axis = Axis.STEP
    smoothing: float = 0.0
    log: bool = False
    low: float | None = None
    high: float | None = None
    whole: tuple[float, float] | None = None
    language: Language = "en"
    to_week: Callable[[np.ndarray], np.ndarray] = field(default=lambda wall: wall)
    written: Callable[[datetime, float], str] = field(default=lambda at, step: f"{at:%d %b %H:%M}")
    shift: float = 0.0

    def places(self, line: Line) -> np.ndarray:
        """Where the points of a line are on the horizontal axis."""
        return self._across(line, line.points.step.astype(float), line.points.wall)

    def place(self, mark: Mark, line: Line) -> float:
        """Where a mark of a line's run is on the horizontal axis."""
        points, wall = line.points, mark.wall
        if wall is None and len(points):
            wall = float(np.interp(mark.step, points.step, points.wall))
        return float(self._across(line, np.array([mark.step]), np.array([wall or 0.0]))[0])

    def _across(self, line: Line, step: np.ndarray, wall: np.ndarray) -> np.ndarray:
        points = line.points
        if self.axis is Axis.STEP or not len(points):
            return step
        first, began = line.begin or (float(points.step[0]), float(points.wall[0]))
        if self.axis is Axis.START:
            return step - first
        if self.axis is Axis.RELATIVE:
            return wall - began
        return wall if self.axis is Axis.WALL else self.to_week(wall)


AS_LOGGED = View()
