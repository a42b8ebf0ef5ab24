"""What programs may read of a week: the pages' own snapshot as JSON."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query

from core.vocabulary import FindingStatus, JobKind, JobState, SlotState, Verdict
from dashboard.api import decision_shapes, event_shapes, problems, week_shapes
from dashboard.api.asked import Asking, WeekId
from dashboard.api.decision_shapes import DecisionShape
from dashboard.api.event_shapes import FindingShape, IncidentShape, JobShape
from dashboard.api.shapes import After, Limit, Page, page_of
from dashboard.api.week_shapes import (
    CheckShape,
    ListedWeekShape,
    NoteShape,
    SlotShape,
    WeekNowShape,
)
from dashboard.data.concerns import concerns
from dashboard.data.snapshot import Snapshot
from runner.week.judged_moment import playbook_of

router = APIRouter(responses=problems.documented(401, 403, 404, 422, 503))


@router.get("/weeks", tags=["weeks"], operation_id="list_weeks")
def weeks(asked: Asking, after: After = None, limit: Limit = 50) -> Page[ListedWeekShape]:
    """All weeks, archived ones included, ordered by launch time."""
    client = asked.weeks.client
    asked_for = page_of(client.week_ids(), lambda one: one, lambda one: one, after, limit)
    found = client.listed_weeks(only=asked_for.items)  # a page costs what it shows
    items = [week_shapes.listed_week(one) for one in found]
    return Page[ListedWeekShape](items=items, next=asked_for.next)


@router.get("/weeks/{week}", tags=["weeks"], operation_id="read_week")
def week(week: WeekId, asked: Asking) -> WeekNowShape:
    """A week as of now, with everything that is wrong."""
    snapshot = asked.weeks.snapshot(week)
    return week_shapes.week_now(snapshot, concerns(snapshot, asked.language), asked.language)


@router.get("/weeks/{week}/slots", tags=["checks"], operation_id="list_slots")
def slots(
    week: WeekId,
    asked: Asking,
    state: Annotated[SlotState | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[SlotShape]:
    """The schedule of a week in the order of time."""
    found = [one for one in asked.weeks.snapshot(week).timeline if state in (None, one.state)]
    make = partial(week_shapes.slot, language=asked.language)
    return page_of(found, lambda one: one.spec.id, make, after, limit)


@router.get("/weeks/{week}/checks", tags=["checks"], operation_id="list_checks")
def checks(
    week: WeekId,
    asked: Asking,
    slot: Annotated[str | None, Query(max_length=60, description="Of this slot alone.")] = None,
    verdict: Annotated[Verdict | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[CheckShape]:
    """The checks of the slots that have come, judged; with `slot` also of one that has not."""
    snapshot = asked.weeks.snapshot(week)
    of_slot = partial(_checks_of, snapshot, asked)
    wanted = [
        view.spec.id
        for view in snapshot.timeline
        if (view.at <= snapshot.now_week if slot is None else view.spec.id == slot)
    ]
    every = chain.from_iterable(map(of_slot, wanted))
    found = [one for one in every if verdict in (None, one.verdict)]
    return page_of(found, lambda one: f"{one.slot} {one.check}", lambda one: one, after, limit)


def _checks_of(snapshot: Snapshot, asked: Asking, slot_id: str) -> list[CheckShape]:
    spec = snapshot.slot(slot_id)
    known = playbook_of(spec, snapshot).checks
    return [
        week_shapes.check(
            slot_id,
            known[item.judgement.check].title.in_(asked.language),
            item,
            asked.language,
        )
        for item in snapshot.items(spec)
    ]


@router.get("/weeks/{week}/notes", tags=["checks"], operation_id="list_notes")
def notes(week: WeekId, asked: Asking, after: After = None, limit: Limit = 50) -> Page[NoteShape]:
    """The notes of a week, oldest first."""
    found = asked.weeks.snapshot(week).notes
    return page_of(found, lambda one: one.id, week_shapes.note, after, limit)


@router.get("/weeks/{week}/findings", tags=["diagnosis"], operation_id="list_findings")
def findings(
    week: WeekId,
    asked: Asking,
    status: Annotated[FindingStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[FindingShape]:
    """The diagnosis of every scenario of the playbook, as of now."""
    found = [one for one in asked.weeks.snapshot(week).findings if status in (None, one.status)]
    return page_of(
        found,
        lambda one: one.scenario,
        lambda one: FindingShape.model_validate(one.as_dict(asked.language)),
        after,
        limit,
    )


@router.get("/weeks/{week}/incidents", tags=["incidents"], operation_id="list_incidents")
def incidents(
    week: WeekId,
    asked: Asking,
    open: Annotated[bool | None, Query(description="Only open, or only closed ones.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[IncidentShape]:
    """The incidents of a week, newest first."""
    snapshot = asked.weeks.snapshot(week)
    found = [one for one in snapshot.incidents if open in (None, one.closed_at is None)]
    make = partial(event_shapes.incident, week=snapshot.week, language=asked.language)
    return page_of(found, lambda one: one.id, make, after, limit)


@router.get("/weeks/{week}/jobs", tags=["jobs"], operation_id="list_jobs")
def jobs(
    week: WeekId,
    asked: Asking,
    kind: Annotated[JobKind | None, Query()] = None,
    state: Annotated[JobState | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[JobShape]:
    """The jobs of a week, newest first."""
    found = [
        one
        for one in asked.weeks.snapshot(week).jobs
        if kind in (None, one.kind) and state in (None, one.state)
    ]
    make = partial(event_shapes.job, language=asked.language)
    return page_of(found, lambda one: one.id, make, after, limit)


@router.get("/weeks/{week}/decisions", tags=["decisions"], operation_id="list_decisions")
def decisions(
    week: WeekId, asked: Asking, after: After = None, limit: Limit = 50
) -> Page[DecisionShape]:
    """The archived decisions of a week, newest first, altered ones included."""
    snapshot = asked.weeks.snapshot(week)
    found = [
        one
        for one in reversed(snapshot.archived_decisions)
        if one.brief is None or one.brief.week == snapshot.week.id
    ]
    make = partial(decision_shapes.decision, language=asked.language)
    return page_of(found, lambda one: one.sha256, make, after, limit)
