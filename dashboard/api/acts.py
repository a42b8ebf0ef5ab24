"""What programs may do with a token: as its person, within its scopes, through the one client."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Header, Path
from pydantic import BaseModel, ConfigDict, Field

from core.language import Message
from core.text_rules import is_blank
from core.vocabulary import ItemState, JobKind, Verdict
from dashboard.api import event_shapes, problems, week_shapes
from dashboard.api.asked import Asking, WeekId
from dashboard.api.event_shapes import IncidentShape, JobShape
from dashboard.api.problems import DENIED, ApiProblem
from dashboard.api.week_shapes import NoteShape, TickShape, WithdrawalShape
from runner.client import Client
from runner.client.base import MOST_TEXT
from runner.outcomes import AlreadyRunning, Conflict, Recorded, Refused, Submitted
from runner.week.judged_moment import is_early

Saved = TypeVar("Saved")
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A request that is repeated with the same key is done once.",
    ),
]

IncidentId = Annotated[int, Path(ge=1, le=2**53)]

router = APIRouter(
    tags=["acts"], responses=problems.documented(400, 401, 403, 404, 409, 413, 422, 503)
)


class Body(BaseModel):
    """Base of what is asked: closed to unknown fields."""

    model_config = ConfigDict(extra="forbid")


class TickAsked(Body):
    """Confirm a check with the verdict that was read."""

    slot: str = Field(max_length=60)
    check: str = Field(max_length=60)
    verdict_seen: Verdict = Field(description="The verdict that the program has read.")
    note: str = Field(
        default="", max_length=MOST_TEXT, description="Required if the check does not pass."
    )
    replaces: int | None = Field(
        default=None, ge=1, le=2**53, description="Id of the tick that is to be replaced."
    )


class WithdrawalAsked(Body):
    """Take a tick back."""

    reason: str = Field(max_length=MOST_TEXT)


class NoteAsked(Body):
    """Write a note to a slot."""

    slot: str = Field(max_length=60)
    text: str = Field(max_length=MOST_TEXT)


class IncidentAsked(Body):
    """Open a procedure of the playbook."""

    procedure: str = Field(max_length=60, examples=["crash"])
    summary: str = Field(max_length=MOST_TEXT)


class ClosingAsked(Body):
    """Close an incident."""

    reason: str = Field(max_length=MOST_TEXT, description="The root cause.")


class ActionAsked(Body):
    """Mark an action of an incident's procedure."""

    state: Literal[ItemState.DONE, ItemState.SKIPPED]
    note: str = Field(default="", max_length=MOST_TEXT, description="Required to skip it.")


class RestartAsked(Body):
    """Restart the training, with or without changed settings."""

    week: str | None = Field(default=None, description="In progress; by default the active one.")
    learning_rate: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    ent_coef: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class JobAsked(Body):
    """Request a job of a week; `params` as `trainweek` has them for this kind."""

    kind: JobKind
    week: str | None = Field(default=None, description="In progress; by default the active one.")
    params: dict[str, Any] = Field(default={}, max_length=50)


class Acting:
    """One act of a token: its client, and what comes of it."""

    def __init__(self, asked: Asking) -> None:
        caller = asked.caller
        assert caller.proof is not None  # the door lets nobody else act
        self.asked, self.proof = asked, caller.proof
        self.client = Client(
            asked.weeks.home, caller.person, now=asked.weeks.now, entry=caller.proof
        )

    def saved(self, outcome: Recorded[Saved] | Conflict[Any] | Refused) -> Saved:
        """The record.

        :raises ApiProblem: there is none.
        """
        self.asked.weeks.forget()
        if isinstance(outcome, Conflict):
            raise ApiProblem(
                409, "conflict", outcome.reason, Message("Read it again, then decide.")
            )
        if isinstance(outcome, Refused):
            raise self.refused(outcome)
        return outcome.record

    def refused(self, outcome: Refused) -> ApiProblem:
        """What a refusal is: a missing right, or a rule of the week."""
        if self.proof.denied is not None:
            return ApiProblem(403, DENIED, outcome.reason, outcome.remedy)
        return ApiProblem(422, "refused", outcome.reason, outcome.remedy)


Act = Annotated[Acting, Depends(Acting)]


@router.post("/weeks/{week}/ticks", status_code=201, operation_id="tick")
def tick(week: WeekId, asked: TickAsked, act: Act, key: Key = None) -> TickShape:
    """Confirm a check. Scope `tick`."""
    snapshot = act.asked.weeks.snapshot(week)
    try:
        spec = snapshot.slot(asked.slot)
    except KeyError:
        raise problems.not_found(Message("There is no slot {slot}.", slot=asked.slot)) from None
    found = next((one for one in snapshot.items(spec) if one.judgement.check == asked.check), None)
    if found is None:
        raise problems.not_found(
            Message("Slot {slot} has no check {check}.", slot=spec.id, check=asked.check),
            Message("It has: {checks}.", checks=", ".join(spec.checks)),
        )
    judged = found.judgement
    if is_early(spec, snapshot):
        raise ApiProblem(422, "refused", Message("Slot {slot} is not due yet.", slot=spec.id))
    if judged.verdict is not asked.verdict_seen:
        what = Message("{check} is {verdict} now.", check=judged.check, verdict=judged.verdict)
        raise ApiProblem(409, "conflict", what, Message("Read it again, then decide."))
    if judged.verdict is not Verdict.PASS and is_blank(asked.note):
        raise ApiProblem(
            422,
            "refused",
            Message("{check} does not pass: {why}", check=judged.check, why=judged.why),
            Message("Say in the note why it is safe to continue."),
        )
    outcome = act.client.tick(
        snapshot.week.id,
        spec.id,
        judged.check,
        asked.note.strip(),
        judged.verdict,
        judged.value_text,
        replaces=asked.replaces,
        key=key,
    )
    return week_shapes.tick(act.saved(outcome), act.asked.language)


@router.post("/ticks/{tick}/withdraw", operation_id="withdraw_tick")
def withdraw_tick(
    tick: Annotated[int, Path(ge=1, le=2**53)], asked: WithdrawalAsked, act: Act, key: Key = None
) -> WithdrawalShape:
    """Take a tick back: its check is open again. Scope `tick`."""
    return week_shapes.withdrawal(act.saved(act.client.withdraw_tick(tick, asked.reason, key)))


@router.post("/weeks/{week}/notes", status_code=201, operation_id="write_note")
def note(week: WeekId, asked: NoteAsked, act: Act, key: Key = None) -> NoteShape:
    """Write a note. Scope `tick`."""
    snapshot = act.asked.weeks.snapshot(week)
    return week_shapes.note(
        act.saved(act.client.note(snapshot.week.id, asked.slot, asked.text, key))
    )


@router.post("/weeks/{week}/incidents", status_code=201, operation_id="open_incident")
def open_incident(week: WeekId, asked: IncidentAsked, act: Act, key: Key = None) -> IncidentShape:
    """Open an incident, with its evidence kept as the manual wants it. Scope `tick`."""
    found = act.asked.weeks.snapshot(week).week
    opened = act.saved(act.client.open_incident(found.id, asked.procedure, asked.summary, key))
    return event_shapes.incident(opened, found, act.asked.language)


@router.post("/incidents/{incident}/close", operation_id="close_incident")
def close_incident(incident: IncidentId, asked: ClosingAsked, act: Act) -> IncidentShape:
    """Close an incident that blocks nothing. Scope `tick`."""
    closed = act.saved(act.client.close_incident(incident, asked.reason))
    found = act.asked.weeks.snapshot(closed.week_id).week
    return event_shapes.incident(closed, found, act.asked.language)


@router.post("/incidents/{incident}/actions/{index}", operation_id="mark_action")
def mark_action(
    incident: IncidentId,
    index: Annotated[int, Path(ge=0, le=1000, description="Its place in the list, from 0.")],
    asked: ActionAsked,
    act: Act,
) -> IncidentShape:
    """Mark an action as done or skipped. Scope `tick`."""
    if asked.state is ItemState.DONE:
        marked = act.saved(act.client.do_incident_action(incident, index, asked.note))
    else:
        marked = act.saved(act.client.skip_incident_action(incident, index, asked.note))
    found = act.asked.weeks.snapshot(marked.week_id).week
    return event_shapes.incident(marked, found, act.asked.language)


@router.post("/jobs", status_code=202, operation_id="request_job")
def request_job(asked: JobAsked, act: Act, key: Key = None) -> JobShape:
    """Request a job; the runner starts it. Scope `operate`, for a revalidation `decide`."""
    act.client.shown_week = asked.week
    outcome = act.client.submit(asked.kind, asked.params, key)
    act.asked.weeks.forget()
    if isinstance(outcome, AlreadyRunning):
        what = Message("{job} is waiting or running, requested by {by}.", job=outcome.job.id, by=outcome.by)  # fmt: skip
        raise ApiProblem(409, "conflict", what, Message("Wait for its end, or stop it."))
    if isinstance(outcome, Submitted):
        return event_shapes.job(outcome.job, act.asked.language)
    raise act.refused(outcome)


@router.post("/jobs/{job}/stop", status_code=202, operation_id="stop_job")
def stop_job(job: Annotated[str, Path(max_length=100)], act: Act, key: Key = None) -> JobShape:
    """Request that a job stops; it gets time to save. Scope `operate`, for a revalidation `decide`."""
    if act.client.job(job) is None:
        raise problems.not_found(Message("There is no job {job}.", job=job))
    return event_shapes.job(act.saved(act.client.stop(job, key)), act.asked.language)


@router.post("/training/restart", status_code=202, operation_id="restart_training")
def restart_training(asked: RestartAsked, act: Act, key: Key = None) -> JobShape:
    """Stop, save and start again the training of a week. Scope `operate`."""
    act.client.shown_week = asked.week
    outcome = act.client.restart(
        learning_rate=asked.learning_rate, ent_coef=asked.ent_coef, key=key
    )
    act.asked.weeks.forget()
    if isinstance(outcome, Submitted):
        return event_shapes.job(outcome.job, act.asked.language)
    raise act.refused(outcome)
