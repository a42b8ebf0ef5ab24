"""The handover as the machine writes it: what the next person has to know of a week now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import Message, literal
from core.ledger_bodies import ModelChosen, PlaybookTaken, RestartRequested
from core.shifts import holding
from core.state_words import capitals
from core.vocabulary import ACTIVE_STATES, SlotState
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def _silences(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    for one in week.records.silences:
        if one.holds(week.now):
            yield Message(
                "{what} until {time:%Y-%m-%d %H:%M} UTC, by {by}: {reason}",
                what=one.what,
                time=one.until,
                by=one.by,
                reason=one.reason,
            )


def _work(week: JudgedWeek, language: Language) -> Iterator[Readable]:
    for job in week.jobs:
        if job.state in ACTIVE_STATES:
            yield Message(
                "{job}: {state}, requested by {by} at {time:%Y-%m-%d %H:%M} UTC",
                job=job.id,
                state=capitals(job.state).in_(language),
                by=job.requested_by,
                time=job.requested_at,
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
            case _:
                continue
        yield Message(
            "{time:%Y-%m-%d %H:%M} UTC, {by}: {what}. The way back: {back}",
            time=entry.at,
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
        late = view.state is SlotState.OVERDUE
        if late:
            yield Message("{time:%Y-%m-%d %H:%M} UTC {what} (overdue)", time=view.at, what=title)
        else:
            yield Message("{time:%Y-%m-%d %H:%M} UTC {what}", time=view.at, what=title)
    if len(found) > _MOST_DUE:
        yield literal("…")


_SECTIONS: dict[str, Callable[[JudgedWeek, Language], Iterator[Readable]]] = {
    "incidents": _incidents,
    "silences": _silences,
    "work": _work,
    "changes": _changes,
    "due": _due,
}
