"""The handover as the machine writes it: what the next person has to know of a week now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.language import Message, literal
from core.ledger_bodies import (
    AlertRuleChanged,
    AlertRuleMade,
    ModelChosen,
    PlaybookTaken,
    RestartRequested,
    ShiftTaken,
    TickWithdrawn,
)
from core.shifts import holding
from core.state_words import capitals, word_of
from core.vocabulary import ACTIVE_STATES, Severity, SlotState
from runner.client.incidents import open_actions
from runner.week.concerns import concerns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from core.language import Language
    from core.playbook.text import Readable
    from runner.week.judged_week import JudgedWeek

NEXT_SHIFT = timedelta(hours=12)  # how far ahead, and back, where no shift says it
_MOST_DUE = 12


def draft(week: JudgedWeek, language: Language) -> dict[str, str]:
    """Section to its text; one without anything to say is empty, as the asks always are."""
    made = {
        name: "\n".join(f"- {line.in_(language)}" for line in lines(week, language))
        for name, lines in _SECTIONS.items()
    }
    return {**made, "asks": ""}


def _incidents(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    playbook = week.week.playbook
    for incident in week.open_incidents:
        spec = playbook.find_escalation(incident.procedure)
        step = next(iter(open_actions(week.week, incident).values()), None)
        owner = incident.acknowledged_by
        if owner is None and spec is not None and spec.chain:
            owner = playbook.roles[spec.chain[0]].title.in_(language)
        yield Message(
            "{what}: {summary} Next step: {step} Owner: {owner}",
            what=incident.procedure if spec is None else spec.title.in_(language),
            summary=incident.summary.in_(language),
            step="–" if step is None else step.in_(language),
            owner=owner or "–",
        )
    for one in concerns(week):
        if one.severity is not Severity.INFO and one.kind is not EventKind.INCIDENT:
            level, what = word_of(one.severity).in_(language), one.what.in_(language)
            yield literal(f"{what} ({level}): {one.text.in_(language)}")


def _silences(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    for one in week.records.silences:
        if one.holds(week.now):
            yield Message(
                "{what} until {time}, by {by}: {reason}",
                what=one.what,
                time=_stamp(week, one.until, real=True).in_(language),
                by=one.by,
                reason=one.reason,
            )


def _work(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    for job in week.jobs:
        if job.state in ACTIVE_STATES:
            yield Message(
                "{job}: {state}, requested by {by} at {time}",
                job=job.id,
                state=capitals(job.state).in_(language),
                by=job.requested_by,
                time=_stamp(week, job.requested_at, real=True).in_(language),
            )


def _changes(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    for entry in week.records.activity:
        if entry.at < week.now - NEXT_SHIFT:
            continue
        match entry.body:
            case RestartRequested(changes=changes) if changes:
                given = ", ".join(f"{name} {value}" for name, value in changes.items())
                what = Message("restart with {changes}", changes=given)
                back = Message("restart with the values before: trainweek restart")
            case ModelChosen(run=run):
                what = Message("the model of {run} is in use", run=run)
                back = Message("put the model before in use: page Runs")
            case PlaybookTaken(reason=reason):
                what = Message("a changed playbook: {reason}", reason=reason)
                back = Message("take the playbook before: trainweek playbook")
            case AlertRuleMade(name=name):
                what = Message("a new alert rule: {name}", name=name)
                back = Message("retire the rule: page Alerts")
            case AlertRuleChanged(name=name):
                what = Message("a changed alert rule: {name}", name=name)
                back = Message("change it back: page Alerts")
            case ShiftTaken():
                what = Message("took a shift over")
                back = Message("give it back: page On call")
            case TickWithdrawn(slot=slot, check=check, reason=reason):
                what = Message(
                    "took back the tick of {check}: {reason}",
                    check=_check_title(week, slot, check, language),
                    reason=reason,
                )
                back = Message("tick it again once it is checked")
            case _:
                continue
        yield Message(
            "{time}, {by}: {what}. The way back: {back}",
            time=_stamp(week, entry.at, real=True).in_(language),
            by=entry.by,
            what=what.in_(language),
            back=back.in_(language),
        )


def _due(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    """Checklists of the next shift, and those that are open now; in week time."""
    held = [one.until for one in holding(week.records.shifts, week.now)]
    until = week.clock.to_week(max(held, default=week.now) + NEXT_SHIFT)
    wanted = {SlotState.OVERDUE, SlotState.DUE}
    found = [
        view for view in week.timeline if view.state in wanted or (week.now_week < view.at <= until)
    ]
    for view in found[:_MOST_DUE]:
        title = view.spec.title.in_(language)
        time = _stamp(week, view.at, real=False).in_(language)
        if view.state is SlotState.OVERDUE:
            yield Message("{time} {what} (overdue)", time=time, what=title)
        else:
            yield literal(f"{time} {title}")
    if len(found) > _MOST_DUE:
        yield literal("…")


def _stamp(week: JudgedWeek, at: datetime, *, real: bool) -> Message:
    """A time, with the clock that it is of where the week has one of its own."""
    if week.clock.is_identity:
        return Message("{time:%Y-%m-%d %H:%M} UTC", time=at)
    if real:
        return Message("{time:%Y-%m-%d %H:%M} UTC (real time)", time=at)
    return Message("{time:%Y-%m-%d %H:%M} UTC (week time)", time=at)


def _check_title(week: JudgedWeek, slot: str, check: str, language: Language) -> str:
    """``Hourly check: Is the reward above 0?``; the ids where the playbook has them no more."""
    spec = next((view.spec for view in week.timeline if view.spec.id == slot), None)
    where = slot if spec is None else spec.title.in_(language)
    found = week.week.playbook.checks.get(check)
    return f"{where}, {check if found is None else found.title.in_(language)}"


_SECTIONS: dict[str, Callable[[JudgedWeek, Language], Iterator[Readable]]] = {
    "incidents": _incidents,
    "silences": _silences,
    "work": _work,
    "changes": _changes,
    "due": _due,
}
