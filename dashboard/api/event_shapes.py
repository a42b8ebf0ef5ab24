"""Findings, incidents and jobs, as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.language import said
from core.vocabulary import (
    FindingStatus,
    IncidentState,
    ItemState,
    JobKind,
    JobState,
    Severity,
)
from dashboard.api.shapes import Shape

if TYPE_CHECKING:
    from core.language import Language
    from core.week import Week
    from runner.incident_records import Incident
    from runner.records import Job


class FindingShape(Shape):
    """A diagnosed scenario, with its evidence. `NO_DATA` is not `OK`."""

    scenario: str
    status: FindingStatus
    severity: Severity
    since_step: int | None
    headline: str
    evidence_for: list[str]
    evidence_against: list[str]
    causes: list[str]
    actions: list[str]
    normal_until: str | None
    kind: str


class ActionShape(Shape):
    """An action of an incident's procedure."""

    index: int
    text: str
    state: ItemState
    by: str | None
    at: datetime | None
    note: str


class IncidentShape(Shape):
    """An opened escalation."""

    id: int
    procedure: str
    state: IncidentState
    summary: str
    opened_by: str
    opened_at: datetime
    opened_at_week: datetime
    blocks_start: bool
    actions: list[ActionShape]
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None
    job: str | None = Field(description="Job that the runner opened it for; null: a person did.")
    kept: str | None = Field(description="Path of the kept evidence in the data directory.")


class JobShape(Shape):
    """One supervised piece of work."""

    id: str
    kind: JobKind
    week: str | None
    state: JobState
    reason: str
    run: str | None
    params: dict[str, Any]
    requested_by: str
    requested_at: datetime
    attempt: int = Field(description="0 before the first start.")
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None


def incident(one: Incident, week: Week, language: Language) -> IncidentShape:
    """An incident with the actions of its procedure."""
    spec = week.playbook_at(one.opened_at_week).find_escalation(one.procedure)
    actions = []
    for index, step in enumerate(() if spec is None else spec.actions):
        item = one.items.get(index)
        actions.append(
            ActionShape(
                index=index,
                text=step.in_(language),
                state=ItemState.OPEN if item is None else item.state,
                by=None if item is None else item.by,
                at=None if item is None else item.at,
                note="" if item is None else said(item.note, language),
            )
        )
    return IncidentShape(
        id=one.id,
        procedure=one.procedure,
        state=one.state,
        summary=said(one.summary, language),
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        opened_at_week=one.opened_at_week,
        blocks_start=one.blocks_start,
        actions=actions,
        closed_by=one.closed_by,
        closed_at=one.closed_at,
        close_reason=one.close_reason,
        job=one.job_id,
        kept=one.kept,
    )


def job(one: Job, language: Language) -> JobShape:
    """A job in the state of its newest attempt."""
    return JobShape(
        id=one.id,
        kind=one.kind,
        week=one.week_id,
        state=one.state,
        reason=said(one.reason, language),
        run=one.run,
        params=dict(one.params),
        requested_by=one.requested_by,
        requested_at=one.requested_at,
        attempt=one.attempt,
        started_at=one.started_at,
        ended_at=one.ended_at,
        exit_code=one.exit_code,
    )
