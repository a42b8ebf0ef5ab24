"""data_issue: NaN or infinite values, damaged files, steps and times that jump."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.language import Message, plural
from core.telemetry.aliases import canonical
from core.telemetry.frameworks import logs_by_episode
from core.timestamps import FIRST_MOMENT, LAST_MOMENT, age_text
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import RunEvents, Series

RECENT, REMEMBERED = 20, 40  # points of a tag for which it fires, then is reported
STEP_JUMP = 10.0  # times the median step difference
CLOCK_BACK = 1.0  # seconds; smaller steps back are the order of two threads
CLOCK_AHEAD = 90.0  # days between two points: no pause, but a clock that was set
MIN_LEAPS = 5  # step differences; with fewer, the median is not used
# NaN when all returns of a rollout are equal: harmless by itself.
_BENIGN = frozenset({"train/explained_variance"})
_NAN = re.compile(r"\bnan\b|\binf(inity)?\b|non-?finite|invalid values", re.IGNORECASE)
_MOST_CLOCKS = 5  # reported at once
_RANK = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True)
class _Issue:
    """One issue. Status OK: it is over and only reported."""

    status: FindingStatus
    severity: Severity
    step: int | None
    what: Message


def data_issue(moment: RunView) -> ScenarioResult:
    """The worst of all issues; older ones are reported and raise no alarm."""
    if moment.silence is None and moment.facts.data_check is None:
        return no_data(Message("No event yet."))
    issues = [*_outside(moment), *_nonfinite(moment), *_damaged(moment), *_jumps(moment)]
    alarming = [issue for issue in issues if issue.status is not FindingStatus.OK]
    older = tuple(issue.what for issue in issues if issue.status is FindingStatus.OK)
    if (first := moment.continues_from) is not None:
        older = (*older, _continuation(first))
    if not alarming:
        return clear(Message("Values, steps and files are fine."), *older)
    firing = any(issue.status is FindingStatus.FIRING for issue in alarming)
    steps = [issue.step for issue in alarming if issue.step is not None]
    return ScenarioResult(
        FindingStatus.FIRING if firing else FindingStatus.RECOVERING,
        Message("Data issue: {problem}.", problem=alarming[0].what),
        max((issue.severity for issue in alarming), key=_RANK.index),
        min(steps, default=None),
        tuple(issue.what for issue in alarming),
        older,
    )


def _continuation(first: int) -> Message:
    return Message(
        "the events begin at step {step:,}: an earlier part of the run is not among them",
        step=first,
    )


def _outside(moment: RunView) -> list[_Issue]:
    """Issues from the data check and the trainer's log."""
    found: list[Message] = []
    check = moment.facts.data_check
    if check is not None and check.result is not None and check.result.get("ok") is False:
        errors = check.result.get("errors") or []
        found.append(
            Message(
                "the data check found errors ({source}): {error}",
                source=check.source,
                error=str(errors[0]).rstrip("."),
            )
            if errors
            else Message("the data check found errors ({source})", source=check.source)
        )
    for line in moment.facts.log.errors if moment.facts.log else ():
        if _NAN.search(line):
            found.append(Message("logged: {line}", line=line.rstrip(".")))
            break
    return [_Issue(FindingStatus.FIRING, Severity.CRITICAL, None, what) for what in found]


def _nonfinite(moment: RunView) -> list[_Issue]:
    """NaN and infinities by tag, in the newest attempt."""
    if moment.reader is None:
        return []
    found: list[_Issue] = []
    for tag in moment.reader.tags():
        series = moment.of_attempt(moment.reader.series(tag, moment.unix))
        places = np.flatnonzero(~np.isfinite(series.value))
        if not len(places):
            continue
        first, last = int(series.step[places[0]]), int(series.step[places[-1]])
        where = {"tag": tag, "bad": len(places), "first": first}
        what = (
            plural(
                "{tag}: {bad} of {n} value NaN or infinite, at step {first:,}",
                "{tag}: {bad} of {n} values NaN or infinite, at step {first:,}",
                len(series),
                **where,
            )
            if first == last
            else Message(
                "{tag}: {bad} of {count} values NaN or infinite, steps {first:,} to {last:,}",
                **where,
                count=len(series),
                last=last,
            )
        )
        age = len(series) - 1 - int(places[-1])
        status = FindingStatus.FIRING if age < RECENT else FindingStatus.RECOVERING
        if canonical(tag) in _BENIGN:
            harmless = Message("{problem} (harmless by itself)", problem=what)
            found.append(_Issue(FindingStatus.OK, Severity.INFO, first, harmless))
        elif age >= REMEMBERED:
            found.append(_Issue(FindingStatus.OK, Severity.INFO, first, what))
        else:
            found.append(_Issue(status, Severity.CRITICAL, first, what))
    return found


def _damaged(moment: RunView) -> list[_Issue]:
    if moment.reader is None:
        return []
    return _cut(moment, moment.reader) + [
        _Issue(FindingStatus.FIRING, Severity.WARNING, None, problem.text)
        for problem in moment.problems
        if problem.is_damage
    ]


def _cut(moment: RunView, reader: RunEvents) -> list[_Issue]:
    """A file that ends inside a record and no longer grows: a full disk, or a kill."""
    if (moment.silence or 0.0) <= moment.patience and moment.active:
        return []
    return [
        _Issue(
            FindingStatus.FIRING,
            Severity.WARNING,
            moment.step,
            plural(
                "{file} ends with an incomplete record ({n:,} byte): disk full, or writer killed",
                "{file} ends with an incomplete record ({n:,} bytes): disk full, or writer killed",
                file.waiting,
                file=file.name,
            ),
        )
        for file in reader.files
        if file.waiting and file.points and (file.last_wall or 0.0) <= moment.unix
    ]


def _jumps(moment: RunView) -> list[_Issue]:
    """Steps that go back or jump inside an attempt, silences, and two writers at once."""
    if moment.reader is None:
        return []
    found: list[_Issue] = []
    pace = moment.of_attempt(moment.pace())
    raw = moment.reader.newest_written(pace.tag, moment.unix)
    back = np.flatnonzero(np.diff(raw.step) < 0)
    if len(back):
        place = int(back[-1])
        status = _recent(len(raw) - 2 - place < RECENT, FindingStatus.FIRING)
        before, after = int(raw.step[place]), int(raw.step[place + 1])
        what = Message(
            "steps go back from {before:,} to {after:,} without a restart",
            before=before,
            after=after,
        )
        found.append(_Issue(status, Severity.WARNING, after, what))
    leaps = np.diff(pace.step)
    usual = float(np.median(leaps)) if len(leaps) >= MIN_LEAPS else math.inf
    far = np.flatnonzero(leaps > STEP_JUMP * max(usual, 1.0))
    if len(far) and not logs_by_episode(moment.reader.tags()):  # else episodes differ in length
        place = int(far[-1])
        status = _recent(len(leaps) - place <= RECENT, FindingStatus.FIRING)
        step = int(pace.step[place + 1])
        what = Message(
            "steps jump by {leap:,} at step {step:,}, usually {usual:,.0f}",
            leap=int(leaps[place]),
            step=step,
            usual=usual,
        )
        found.append(_Issue(status, Severity.WARNING, step, what))
    gaps = np.diff(pace.wall)
    long = np.flatnonzero((gaps > moment.patience) & (gaps < CLOCK_AHEAD * 86400))
    if len(long):
        place = int(long[-1])
        status = _recent(len(gaps) - place <= RECENT, FindingStatus.RECOVERING)
        step = int(pace.step[place + 1])
        what = Message(
            "no event for {minutes:,.0f} min before step {step:,}; events have resumed",
            minutes=float(gaps[place]) / 60,
            step=step,
        )
        found.append(_Issue(status, Severity.WARNING, step, what))
    found += _untimed(moment.reader.newest_written(pace.tag))
    writers = _two_writers(moment, moment.reader, raw.tag)
    every = raw if writers else moment.reader.series(raw.tag, moment.unix, stitched=False)
    return [*found, *_clock(moment, every), *writers]


def _untimed(every: Series) -> list[_Issue]:
    """Points without a time of the calendar: at no moment they have been written."""
    usable = (every.wall >= FIRST_MOMENT) & (every.wall <= LAST_MOMENT)
    places = np.flatnonzero(~usable)
    if not len(places):
        return []
    place = int(places[-1])
    what = plural(
        "{n:,} of {count:,} events has no usable time and may be left out: {wall:.4g} at step "
        "{step:,} is no time in seconds since 1970",
        "{n:,} of {count:,} events have no usable time and may be left out: {wall:.4g} at step "
        "{step:,} is no time in seconds since 1970",
        len(places),
        count=len(every),
        wall=float(every.wall[place]),
        step=int(every.step[place]),
    )
    status = _recent(len(every) - 1 - place < RECENT, FindingStatus.FIRING)
    return [_Issue(status, Severity.WARNING, int(every.step[place]), what)]


def _clock(moment: RunView, raw: Series) -> list[_Issue]:
    """A clock that was set: points are ordered as they were written, whatever their times."""
    found: list[_Issue] = []
    gaps = np.diff(raw.wall)
    for place in np.flatnonzero((gaps < -CLOCK_BACK) | (gaps >= CLOCK_AHEAD * 86400)):
        step, gap = int(raw.step[place + 1]), float(gaps[place])
        status = _recent(len(gaps) - int(place) <= RECENT, FindingStatus.RECOVERING)
        what = (
            Message(
                "the clock was set back by {length} before step {step:,}; points are ordered as "
                "they were written",
                length=age_text(-gap),
                step=step,
            )
            if gap < 0
            else plural(
                "the clock moved forward by {n:,.0f} day before step {step:,}; points are ordered "
                "as they were written",
                "the clock moved forward by {n:,.0f} days before step {step:,}; points are ordered "
                "as they were written",
                np.round(gap / 86400),
                step=step,
            )
        )
        found.append(_Issue(status, Severity.WARNING, step, what))
    present = moment.run.present
    if present is not None and moment.unix > present.timestamp() + CLOCK_BACK:
        what = Message(
            "the newest events are dated {length} after now: a clock was or is wrong",
            length=age_text(moment.unix - present.timestamp()),
        )
        found.append(_Issue(FindingStatus.RECOVERING, Severity.WARNING, moment.step, what))
    return found[-_MOST_CLOCKS:]


def _recent(is_recent: bool, status: FindingStatus) -> FindingStatus:
    return status if is_recent else FindingStatus.OK


def _two_writers(moment: RunView, reader: RunEvents, tag: str) -> list[_Issue]:
    """An earlier attempt that still writes after the start of the next one."""
    concurrent = reader.concurrent_until(moment.unix)
    if not concurrent:
        return []
    marks = reader.attempts_until(moment.unix)
    what = Message(
        "two writers at once: {attempt} started while an earlier attempt was still writing {tag}",
        attempt=marks[-1].name,
        tag=tag,
    )
    return [_Issue(FindingStatus.FIRING, Severity.WARNING, marks[-1].first_step, what)]
