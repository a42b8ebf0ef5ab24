"""What happened in a week since a person's mark: a line for each thing, the worst and newest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.language import Message, joined, literal, plural
from core.ledger_bodies import (
    DecisionMade,
    ModelChosen,
    PlaybookTaken,
    RestartRequested,
    WeekMended,
)
from core.playbook.text import Text
from core.state_words import ACTS_DONE, capitals
from core.telemetry.readings import last_step
from core.vocabulary import ENDED_STATES, IncidentState, JobKind, JobState, Severity
from runner.week.concern import WORST_FIRST
from runner.week.judged_moment import slots_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from core.alerts.conditions import Alert, Said
    from core.playbook.text import Readable
    from runner.client.visits import Unseen
    from runner.home.visits import VisitMark
    from runner.incident_records import Incident
    from runner.records import Job, LedgerEntry
    from runner.week.judged_week import JudgedWeek

_JUDGED = {EventKind.FINDING, EventKind.RULE, EventKind.STALL, EventKind.UNREACHABLE}
_BAD = {JobState.FAILED, JobState.LOST}
_RUN = Message("Training run")


@dataclass(frozen=True)
class News:
    """One thing that happened.

    :ivar at: real time of its newest part.
    :ivar page: the page that shows it, with ``query`` as in docs/links.md.
    :ivar quote: what was reported of it, after ``text``.
    """

    severity: Severity
    at: datetime
    what: Readable
    text: Message
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    quote: Readable | None = None


def news(week: JudgedWeek, mark: VisitMark, unseen: Unseen, me: str | None = None) -> list[News]:
    """All that happened since the mark, also what is over again.

    :param me: whose own acts are left out; None: nobody's.
    """
    found = [
        *_incidents(week, mark, me),
        *_alerts(mark, unseen),
        *_overdue(week, mark),
        *_jobs(week, unseen),
        *_signatures(week, mark, me),
        *(one for entry in unseen.lines if entry.by != me for one in _line(entry)),
        *_slots(week, mark, me),
        *_steps(week, mark),
    ]
    newest = sorted(found, key=lambda one: one.at, reverse=True)
    return sorted(newest, key=lambda one: WORST_FIRST.index(one.severity))


def _incidents(week: JudgedWeek, mark: VisitMark, me: str | None) -> Iterator[News]:
    for one in week.incidents:
        opened = one.id > mark.line
        closed = one.closed_at if one.closed_at is not None and one.closed_at > mark.at else None
        if not (opened and one.opened_by != me) and not (closed and one.closed_by != me):
            continue
        spec = week.week.playbook.find_escalation(one.procedure)
        severity = Severity.INFO
        if one.state is IncidentState.OPEN:
            severity = Severity.CRITICAL if one.blocks_start else Severity.WARNING
        yield News(
            severity,
            closed or one.opened_at,
            literal(one.procedure) if spec is None else spec.title,
            _of_incident(one, opened=opened, closed=closed is not None),
            "escalation",
            {"incident": str(one.id)},
        )


def _of_incident(one: Incident, *, opened: bool, closed: bool) -> Message:
    given = {
        "by": one.opened_by,
        "closer": one.closed_by or "",
        "reason": one.close_reason or "",
    }
    if opened and closed:
        return Message("incident opened by {by}, closed by {closer}: {reason}", **given)
    if closed:
        return Message("incident closed by {closer}: {reason}", **given)
    return Message("incident opened by {by}: {text}", text=one.summary, **given)


def _alerts(mark: VisitMark, unseen: Unseen) -> Iterator[News]:
    """Findings, rules and stalls that fired or are over; not those that an incident names."""
    covered = {key for one in unseen.alerts for key in one.last.covers}
    for alert in unseen.alerts:
        if alert.last.kind in _JUDGED and alert.key not in covered:
            yield _of_alert(alert, mark)


def _of_alert(alert: Alert, mark: VisitMark) -> News:
    began, over = alert.began or alert.first.since, alert.resolved
    severity = alert.last.level if over is None else Severity.INFO
    if over is None:
        text = Message("fires")
    else:
        text = Message("fired, and is over") if began > mark.at else Message("is over")
    name, _, rest = alert.key.partition(":")
    query = {"finding": rest} if name == "finding" else {}
    if alert.last.page == "alerts":
        query = {"alert": alert.key}
    return News(
        severity,
        over or began,
        _text(alert.last.subject),
        text,
        alert.last.page or "alerts",
        query,
        _text(alert.last.text),
    )


def _text(said: Said) -> Text:
    return Text(en=said["en"], pt=said["pt"])


def _overdue(week: JudgedWeek, mark: VisitMark) -> Iterator[News]:
    seen = week.clock.to_week(mark.at)
    late = [
        (view.due_from + timedelta(minutes=view.spec.grace_minutes), view.spec)
        for view in week.overdue
    ]
    new = [(at, spec) for at, spec in late if at > seen]
    if not new:
        return
    at, spec = new[-1]
    text = plural("{n} checklist is overdue", "{n} checklists are overdue", len(new))
    titles = Text(
        en=", ".join(spec.title.en for _, spec in new),
        pt=", ".join(spec.title.pt for _, spec in new),
    )
    yield News(
        Severity.WARNING,
        week.clock.to_real(at) or week.now,
        Message("Overdue"),
        text,
        spec.page,
        _slot_query(spec.page, spec.id),
        titles,
    )


def _slot_query(page: str, slot: str) -> dict[str, str]:
    name = {"hourly_checks": "slot", "daily_checkin": "day"}.get(page)
    return {} if name is None else {name: slot}


def _jobs(week: JudgedWeek, unseen: Unseen) -> Iterator[News]:
    """Runs that began or ended, and other jobs that failed."""
    for job in week.jobs:
        training = job.kind is JobKind.TRAIN
        ended = job.id in unseen.ended and job.state in ENDED_STATES
        began = job.id in unseen.began
        if not (training and (began or ended)) and not (ended and job.state in _BAD):
            continue
        severity = Severity.INFO
        if job.state in _BAD:
            severity = Severity.CRITICAL if training else Severity.WARNING
        page, query = "jobs", {"job": job.id}
        if job.run is not None:
            page, query = "runs", {"run": job.run}
        at = job.ended_at if ended else job.started_at
        yield News(severity, at or week.now, _name(job), _of_job(job, ended), page, query)


def _name(job: Job) -> Message:
    return literal(job.run or job.id)


def _of_job(job: Job, ended: bool) -> Message:
    if not ended:
        return Message("started, requested by {by}", by=job.requested_by)
    text = Message("ended: {state}.", state=capitals(job.state))
    return joined([text, job.reason]) if job.reason else text


def _signatures(week: JudgedWeek, mark: VisitMark, me: str | None) -> Iterator[News]:
    for one in week.records.signatures:
        if one.id > mark.line and one.week_id == week.week.id and one.by != me:
            text = Message("{act} by {by}", act=ACTS_DONE[one.act], by=one.by)
            yield News(Severity.INFO, one.at, Message("Decision"), text, "decision")


def _line(entry: LedgerEntry) -> Iterator[News]:
    """What only the ledger says."""
    by = entry.by
    match entry.body:
        case DecisionMade(decision=decision, score=score, sha256=sha256) if decision is not None:
            what, page = Message("Decision"), "decision"
            text = Message(
                "{decision} {score} was recorded", decision=capitals(decision), score=score or ""
            )
            if sha256:
                yield News(Severity.INFO, entry.at, what, text, "history", {"text": sha256[:12]})
                return
        case ModelChosen(run=run, reason=reason):
            what, page = Message("Model in use"), "runs"
            text = Message("{by} chose the one of {run}: {reason}", by=by, run=run, reason=reason)
        case PlaybookTaken(reason=reason):
            what, page = Message("Playbook"), "playbook"
            text = Message("changed by {by}: {reason}", by=by, reason=reason)
        case WeekMended(reason=reason):
            what, page = Message("Launch"), "weeks"
            text = Message("moved by {by}: {reason}", by=by, reason=reason)
        case RestartRequested(changes=changes):
            what, page = _RUN, "jobs"
            given = ", ".join(f"{name} {value}" for name, value in changes.items())
            text = Message("restart requested by {by} {changes}", by=by, changes=given)
        case _:
            return
    yield News(Severity.INFO, entry.at, what, text, page)


def _slots(week: JudgedWeek, mark: VisitMark, me: str | None) -> Iterator[News]:
    """Ticks, ticks that were taken back, and notes; ticks of one slot are one line."""
    specs = {spec.id: spec for spec in slots_of(week)}

    def place(slot: str) -> tuple[Readable, str, dict[str, str]]:
        spec = specs.get(slot)
        if spec is None:
            return literal(slot), "live_training", {}
        return spec.title, spec.page, _slot_query(spec.page, slot)

    ticked = defaultdict(list)
    for tick in week.records.ticks:
        if tick.id > mark.line and tick.by != me:
            ticked[tick.slot].append(tick)
    for slot, ticks in ticked.items():
        by = ", ".join(sorted({tick.by for tick in ticks}))
        text = plural("{n} check ticked by {by}", "{n} checks ticked by {by}", len(ticks), by=by)
        what, page, query = place(slot)
        yield News(Severity.INFO, ticks[-1].at, what, text, page, query)
    for one in week.records.withdrawals:
        if one.id > mark.line and one.by != me:
            text = Message("tick taken back by {by}: {reason}", by=one.by, reason=one.reason)
            what, page, query = place(one.slot)
            yield News(Severity.INFO, one.at, what, text, page, query)
    for note in week.records.notes:
        if note.id > mark.line and note.by != me:
            text = Message("note by {by}: {text}", by=note.by, text=note.text)
            what, page, query = place(note.slot)
            if note.step is not None:
                what = Message("Step {step:,}", step=note.step)
            yield News(Severity.INFO, note.at, what, text, page, query)


def newest_step(week: JudgedWeek) -> tuple[str, int] | None:
    """The shown run and its newest step; None without one."""
    run = week.run
    if run is None or run.reader is None:
        return None
    step = last_step(run.reader, run.until)
    return None if step is None or step.value is None else (run.name, int(step.value))


def _steps(week: JudgedWeek, mark: VisitMark) -> Iterator[News]:
    newest = newest_step(week)
    if newest is None or mark.step is None or newest[0] != mark.run or newest[1] <= mark.step:
        return
    run, step = newest
    text = Message("{n:,} steps more, now at step {step:,}", n=step - mark.step, step=step)
    # As old as the mark, so that what people did stands before it.
    yield News(Severity.INFO, mark.at, literal(run), text, "live_training")
