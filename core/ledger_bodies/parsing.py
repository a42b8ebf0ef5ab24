"""Recorded bodies as models: strictly where a line changes the tables, leniently where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.errors import IntegrityError
from core.field_hints import shown
from core.language import Message
from core.ledger_bodies.access import (
    ActDenied,
    SessionsRevoked,
    SignedIn,
    SignedOut,
    TokenMade,
    TokensRevoked,
)
from core.ledger_bodies.alerts import (
    AlertAcknowledged,
    AlertMarked,
    AlertRuleChanged,
    AlertRuleMade,
    AlertRuleRetired,
    AlertsSilenced,
    SilenceEnded,
)
from core.ledger_bodies.body import AnyBody, Body, UnknownBody
from core.ledger_bodies.checks import NoteWritten, Ticked, TickWithdrawn
from core.ledger_bodies.decisions import (
    ConditionClosed,
    Countersigned,
    CountersignRequested,
    DecisionFollowed,
    DecisionMade,
    DecisionReproduced,
    DecisionSigned,
    ModelChosen,
    SigningKeyCreated,
)
from core.ledger_bodies.handovers import HandoverAccepted, HandoverSigned
from core.ledger_bodies.hold_out import HoldOutLocked, HoldOutOpened
from core.ledger_bodies.incidents import (
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
)
from core.ledger_bodies.jobs import AttemptStarted, JobChanged, StartRequeued
from core.ledger_bodies.requests import JobRequested, MachineGone, RestartRequested, StopRequested
from core.ledger_bodies.shifts import ShiftRemoved, ShiftSet, ShiftTaken
from core.ledger_bodies.sweeps import SweepResumed, SweepStarted, SweepStopped, TrialScored
from core.ledger_bodies.twins import TwinJudged
from core.ledger_bodies.upkeep import LedgerReplayed, RunnerEnded, RunnerStarted, StoreRestored
from core.ledger_bodies.weeks import (
    ClockSet,
    PlaybookTaken,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekCreated,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
)

BODIES: tuple[type[Body], ...] = (
    WeekCreated,
    WeekUsed,
    WeekMended,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekUnarchived,
    PlaybookTaken,
    ClockSet,
    JobRequested,
    StopRequested,
    MachineGone,
    RestartRequested,
    AttemptStarted,
    StartRequeued,
    JobChanged,
    Ticked,
    TickWithdrawn,
    NoteWritten,
    IncidentOpened,
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    DecisionMade,
    DecisionSigned,
    Countersigned,
    CountersignRequested,
    ConditionClosed,
    DecisionFollowed,
    DecisionReproduced,
    ModelChosen,
    SigningKeyCreated,
    HoldOutLocked,
    HoldOutOpened,
    RunnerStarted,
    RunnerEnded,
    LedgerReplayed,
    StoreRestored,
    SignedIn,
    SignedOut,
    SessionsRevoked,
    TokenMade,
    TokensRevoked,
    ActDenied,
    AlertsSilenced,
    SilenceEnded,
    AlertAcknowledged,
    ShiftSet,
    ShiftTaken,
    ShiftRemoved,
    HandoverSigned,
    HandoverAccepted,
    AlertMarked,
    AlertRuleMade,
    AlertRuleChanged,
    AlertRuleRetired,
    SweepStarted,
    SweepStopped,
    SweepResumed,
    TrialScored,
    TwinJudged,
)
_BY_NAME = {(model.kind, model.action): model for model in BODIES}
_KINDS = {model.kind for model in BODIES}
_REMEDY = Message("A newer version of trainweek wrote it. Update trainweek, then retry.")


def parse_body(kind: str, raw: Any, line: int) -> Body:
    """The body of a line of the ledger.

    :param line: its number, for the error.
    :raises IntegrityError: this version does not know its kind, its action or one of its
        fields, or can't read a value.
    """
    model = _model(kind, raw)
    if model is None:
        raise IntegrityError(_unknown(kind, raw, line), _REMEDY)
    try:
        return model.model_validate(_fields(raw))
    except ValidationError as error:
        raise IntegrityError(_unreadable(kind, error, line), _REMEDY) from error


def readable_body(kind: str, raw: Any) -> AnyBody:
    """The same for lines that are only shown: what this version does not know is left out."""
    model = _model(kind, raw)
    if model is None:
        return UnknownBody(kind, raw)
    fields = _fields(raw)
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        more = [each["loc"] for each in error.errors() if each["type"] == "extra_forbidden"]
    try:
        return model.model_validate(_without(fields, more))
    except ValidationError:
        return UnknownBody(kind, raw)


def _model(kind: str, raw: Any) -> type[Body] | None:
    action = raw.get("action") if isinstance(raw, Mapping) else ""
    return _BY_NAME.get((kind, action)) if action is None or isinstance(action, str) else None


def _fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "action"}


def _without(fields: Any, paths: list[tuple[int | str, ...]]) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {
        name: _without(value, [path[1:] for path in paths if path[0] == name and path[1:]])
        for name, value in fields.items()
        if (name,) not in paths
    }


def _unknown(kind: str, raw: Any, line: int) -> Message:
    if kind not in _KINDS:
        return Message(
            "Line {line:,} of the ledger has the unknown kind {kind}.", line=line, kind=shown(kind)
        )
    action = raw.get("action") if isinstance(raw, Mapping) else raw
    return Message(
        "Line {line:,} of the ledger, of kind {kind}, has the unknown action {action}.",
        line=line,
        kind=kind,
        action=shown(action),
    )


def _unreadable(kind: str, error: ValidationError, line: int) -> Message:
    first = error.errors()[0]
    known = {"line": line, "kind": kind, "field": ".".join(map(str, first["loc"]))}
    match first["type"]:
        case "extra_forbidden":
            return Message(
                "Line {line:,} of the ledger, of kind {kind}, has the unknown field {field}.",
                **known,
            )
        case "missing":
            return Message(
                "Line {line:,} of the ledger, of kind {kind}, has no field {field}.", **known
            )
    return Message(
        "Line {line:,} of the ledger, of kind {kind}, has an unknown value in {field}: {value}.",
        **known,
        value=shown(first["input"]),
    )
