"""The lines of the charts: the run's own, and those of a run or attempt that is drawn over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.telemetry.aliases import find
from core.telemetry.drawn_series import ENTROPY_TAG, drawn_series
from core.telemetry.frameworks import is_positive_entropy
from core.telemetry.readings import pace_series
from dashboard.figures.view import Line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.telemetry import RunEvents
    from core.telemetry.series import Series
    from dashboard.data.shown_events import ShownEvents
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

ATTEMPT, RUN = "attempt:", "run:"  # what is drawn over the run, in the address
Begin = tuple[float, float]  # step and unix time of a run's first event


@dataclass(frozen=True)
class Beside:
    """A run or an attempt that is drawn over the shown run.

    :ivar attempt: its number from 0; None: a whole run.
    """

    name: str
    events: RunEvents
    until: datetime
    attempt: int | None = None

    def series(self, tag: str) -> Series:
        """Its points of a tag."""
        if self.attempt is None:
            return drawn_series(self.events, tag, self.until)
        own = find(tag, self.events.tags()) or tag
        found = self.events.written_by(self.attempt, own, self.until.timestamp())
        turned = (tag == ENTROPY_TAG) != is_positive_entropy(own)
        return replace(found, value=-found.value) if turned else found

    @property
    def begin(self) -> Begin | None:
        """Where it begins."""
        return _begin(self.events, self.attempt or 0)


@dataclass(frozen=True)
class Lines:
    """All lines of a page's charts."""

    events: RunEvents
    until: datetime
    beside: Beside | None = None

    def of(self, tags: Mapping[str, str]) -> dict[str, Line]:
        """The lines of one chart that have points.

        :param tags: name of each curve to its tag.
        """
        begin = _begin(self.events)
        found = {}
        for name, tag in tags.items():
            series = drawn_series(self.events, tag, self.until)
            if len(series):
                found[name] = Line(series, begin)
            if self.beside is not None and len(other := self.beside.series(tag)):
                named = self.beside.name if len(tags) == 1 else f"{name} · {self.beside.name}"
                found[named] = Line(other, self.beside.begin, other=True, curve=name)
        return found

    @property
    def pace(self) -> Line:
        """The run's progress: its steps over time."""
        return Line(pace_series(self.events, self.until), _begin(self.events))

    @property
    def paces(self) -> list[Line]:
        """The progress of the run, and of what is drawn over it."""
        found = [self.pace]
        if self.beside is not None:
            pace = pace_series(self.beside.events, self.beside.until)
            points = self.beside.series(pace.tag) if len(pace) else pace
            found.append(Line(points, self.beside.begin, other=True))
        return found


def lines_of(page: Page, snapshot: Snapshot, logged: ShownEvents, beside: str) -> Lines:
    """The lines of the shown run, with those of the chosen run or attempt if it exists."""
    return Lines(logged.events, logged.until, _beside(page, snapshot, logged, beside))


def choices(page: Page, snapshot: Snapshot, logged: ShownEvents) -> dict[str, str]:
    """What can be drawn over the run: its attempts and the other runs of this home, with captions."""
    say, found = page.say, {"": page.say.raw("nothing")}
    attempts = logged.events.attempts_until(logged.until.timestamp())
    if len(attempts) > 1:
        for number in range(len(attempts)):
            found[f"{ATTEMPT}{number + 1}"] = say.raw("attempt {number}", number=number + 1)
    run = snapshot.run
    folder = snapshot.home.tensorboard
    names = [each.name for each in folder.iterdir() if each.is_dir()] if folder.is_dir() else []
    for name in sorted(names, reverse=True):
        if run is None or name != run.name:
            found[f"{RUN}{name}"] = name
    return found


def _beside(page: Page, snapshot: Snapshot, logged: ShownEvents, chosen: str) -> Beside | None:
    if chosen.startswith(ATTEMPT) and chosen.removeprefix(ATTEMPT).isdecimal():
        number = int(chosen.removeprefix(ATTEMPT))
        if not 0 < number <= len(logged.events.attempts_until(logged.until.timestamp())):
            return None
        name = page.say.raw("attempt {number}", number=number)
        return Beside(name, logged.events, logged.until, number - 1)
    if chosen in choices(page, snapshot, logged) and chosen.startswith(RUN):
        name = chosen.removeprefix(RUN)
        reader = page.services.reader(page.services.home.run(name))
        reader.refresh()
        return Beside(name, reader.events(), snapshot.now)
    return None


def _begin(events: RunEvents, attempt: int = 0) -> Begin | None:
    attempts = events.attempts
    if attempt >= len(attempts):
        return None
    first = attempts[attempt]
    return float(first.first_step), first.first_wall
