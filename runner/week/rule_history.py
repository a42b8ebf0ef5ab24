"""A rule replayed on what was recorded: how often people would have been told, and of what not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.rule_firing import run_firings, usable
from core.language import Message, joined, plural
from core.timestamps import from_unix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from core.alerts.own_rule import RuleTerms
    from core.alerts.rule_firing import Firing
    from core.telemetry import RunEvents, RunReader, Series
    from runner.client.recorded_runs import RecordedRun, RecordedWeek, RecordedWeeks
    from runner.incident_records import Incident

BEFORE = timedelta(hours=2)  # week time before an incident in which a firing is of it
AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class RunHistory:
    """One run that has readings of the tag.

    :ivar points: the stitched curve, to draw; ``firings``: what people would have been told.
    """

    run: RecordedRun
    points: Series
    firings: tuple[Firing, ...]


@dataclass(frozen=True)
class WeekHistory:
    """One week.

    :ivar runs: those that have readings of the tag, oldest first.
    :ivar missed: incidents that no firing came before.
    """

    id: str
    runs: tuple[RunHistory, ...]
    incidents: tuple[Incident, ...] = ()
    missed: tuple[Incident, ...] = ()

    @property
    def times(self) -> int:
        """How often people would have been told."""
        return sum(len(run.firings) for run in self.runs)


@dataclass(frozen=True)
class RuleHistory:
    """The recorded weeks with readings of the tag, the newest first.

    :ivar without: weeks that have no reading of it; they say nothing.
    :ivar left_off: earlier weeks that were not replayed.
    """

    weeks: tuple[WeekHistory, ...]
    without: int = 0
    left_off: int = 0

    @property
    def times(self) -> int:
        """How often people would have been told."""
        return sum(week.times for week in self.weeks)

    @property
    def runs(self) -> list[tuple[WeekHistory, RunHistory]]:
        """Every run, the newest first."""
        return [(week, run) for week in self.weeks for run in reversed(week.runs)]

    @property
    def values(self) -> np.ndarray:
        """All recorded finite values."""
        found = [run.points.finite().value for _, run in self.runs]
        return np.concatenate([np.empty(0), *found])

    def sentence(self, this_week: str | None) -> Message:
        """How often, and what would have been missed."""
        if not self.weeks:
            return Message("No recorded week has a reading of this tag: nothing to replay.")
        own = next((week for week in self.weeks if week.id == this_week), None)
        parts = []
        if own is not None:
            parts.append(
                plural(
                    "Would have fired {n} time in this week.",
                    "Would have fired {n} times in this week.",
                    own.times,
                )
            )
        if own is None or len(self.weeks) > 1:  # else it would say the same again
            parts.append(
                plural(
                    "Would have paged {times} in {n} recorded week.",
                    "Would have paged {times} in {n} recorded weeks.",
                    len(self.weeks),
                    times=plural("{n} time", "{n} times", self.times),
                )
            )
        if known := sum(len(week.incidents) for week in self.weeks):
            missed = sum(len(week.missed) for week in self.weeks)
            parts.append(
                plural(
                    "Missed {missed} of the {n} incident.",
                    "Missed {missed} of the {n} incidents.",
                    known,
                    missed=missed,
                )
            )
        else:
            parts.append(
                plural(
                    "No incident was opened in it.",
                    "No incident was opened in them.",
                    len(self.weeks),
                )
            )
        if self.without:
            parts.append(
                plural(
                    "{n} other week has no reading of it.",
                    "{n} other weeks have no reading of it.",
                    self.without,
                )
            )
        if self.left_off:
            parts.append(
                plural(
                    "{n} earlier week was not replayed.",
                    "{n} earlier weeks were not replayed.",
                    self.left_off,
                )
            )
        return joined(parts)


def rule_history(
    terms: RuleTerms, recorded: RecordedWeeks, reader_of: Callable[[Path], RunReader]
) -> RuleHistory:
    """The firings of a rule on every recorded run that has its tag."""

    def fired(week: RecordedWeek, events: RunEvents, _: float | None) -> list[Firing]:
        return run_firings(terms, events, week.clock)

    return history_of(terms.tag, recorded, reader_of, fired)


def history_of(
    tag: str,
    recorded: RecordedWeeks,
    reader_of: Callable[[Path], RunReader],
    fired: Callable[[RecordedWeek, RunEvents, float | None], list[Firing]],
) -> RuleHistory:
    """The same for any rule on a tag.

    :param fired: the firings of a run, which was the week's newest until a real moment, in seconds
        since the epoch; None: it still is.
    """
    found = []
    for number, week in enumerate(recorded.weeks):
        read = [(run, events) for run in week.runs if (events := run.events(reader_of))]
        begins = [events.first_wall for _, events in read]
        runs = []
        for place, (run, events) in enumerate(read):
            if not len(usable(events.series(tag, stitched=False))):
                continue
            until = next((wall for wall in begins[place + 1 :] if wall is not None), None)
            firings = fired(week, events, until)
            if number or run.over or place + 1 < len(read):
                firings = [_closed(one, events) for one in firings]
            runs.append(RunHistory(run, events.series(tag), tuple(firings)))
        if runs:
            found.append(_with_incidents(week, tuple(runs)))
    return RuleHistory(tuple(found), len(recorded.weeks) - len(found), recorded.left_off)


def _closed(firing: Firing, events: RunEvents) -> Firing:
    """The firing, which ends with the run's last reading."""
    if firing.ended is not None or events.last_wall is None:
        return firing
    return replace(firing, ended=max(firing.began, events.last_wall))


def _with_incidents(week: RecordedWeek, runs: tuple[RunHistory, ...]) -> WeekHistory:
    every = [firing for run in runs for firing in run.firings]
    missed = tuple(one for one in week.incidents if not _told_of(week, one, every))
    return WeekHistory(week.week.id, runs, week.incidents, missed)


def _told_of(week: RecordedWeek, incident: Incident, every: Iterable[Firing]) -> bool:
    """Whether a firing held at some moment around the opening of an incident."""
    opened = week.clock.to_week(incident.opened_at)
    for firing in every:
        began = week.clock.to_week(from_unix(firing.began))
        ended = None if firing.ended is None else week.clock.to_week(from_unix(firing.ended))
        if began <= opened + AFTER and (ended is None or ended >= opened - BEFORE):
            return True
    return False


def recorded_tags(recorded: RecordedWeeks, reader_of: Callable[[Path], RunReader]) -> list[str]:
    """Every tag of the recorded runs; those of the newest week that has any come first."""
    found: dict[str, None] = {}
    for week in recorded.weeks:
        own = {
            tag
            for run in week.runs
            if (events := run.events(reader_of)) is not None
            for tag in events.tags()
        }
        found |= dict.fromkeys(sorted(own))
    return list(found)


def usual_top(tag: str, recorded: RecordedWeeks, reader_of: Callable[[Path], RunReader]) -> float:
    """The value that one in a hundred recorded readings exceeds: where a limit may begin."""
    values = history_of(tag, recorded, reader_of, lambda week, events, until: []).values
    return float(f"{np.quantile(values, 0.99):.4g}") if len(values) else 0.0
