"""Rows of the tables as records."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.clock import ClockPoint
from core.language import Message, recorded_message
from core.ledger_bodies import Countersigned, CountersignRequested, readable_body
from core.vocabulary import IncidentState, JobKind, JobState, Role, SignatureAct, Verdict
from core.week import EarlierPlaybook, Week
from runner.incident_records import Incident
from runner.records import (
    Attempt,
    ConditionClosure,
    Countersignature,
    CountersignatureRequest,
    Job,
    LedgerEntry,
    Note,
    Signature,
    Tick,
)
from runner.store.items import item_of
from runner.tick_records import Withdrawal

if TYPE_CHECKING:
    from sqlalchemy import Row


def _plain(row: Row[Any], *without: str) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in without}


def entry_of(row: Row[Any]) -> LedgerEntry:
    """A ledger entry from its row."""
    values = _plain(row, "role", "verified", "key", "end", "proof", "proved")
    return LedgerEntry(**values | {"body": readable_body(row.kind, row.body)})


def countersignature_of(row: Row[Any]) -> Countersignature | None:
    """A countersignature from its line of the ledger; None if this version can't read it."""
    body = readable_body(row.kind, row.body)
    if not isinstance(body, Countersigned):
        return None
    return Countersignature(
        id=row.seq,
        week_id=row.week_id,
        revalidation_sha256=body.revalidation_sha256,
        reason=body.reason,
        by=row.by,
        role=Role(row.role),
        verified=row.proved,
        at=row.at,
        at_week=row.at_week,
        browser=body.browser,
    )


def countersignature_request_of(row: Row[Any]) -> CountersignatureRequest | None:
    """A request from its line of the ledger; None if this version can't read it."""
    body = readable_body(row.kind, row.body)
    if not isinstance(body, CountersignRequested):
        return None
    return CountersignatureRequest(
        id=row.seq,
        revalidation_sha256=body.revalidation_sha256,
        reason=body.reason,
        by=row.by,
        at=row.at,
        browser=body.browser,
    )


def week_of(row: Row[Any], earlier: tuple[EarlierPlaybook, ...]) -> Week:
    """A week from its row; equal rows give the same object, because parsing a playbook is slow.

    :param earlier: its playbooks that were replaced, oldest first.
    """
    return _week(tuple(row._mapping.items()), earlier)


@lru_cache(maxsize=32)  # each week parses its playbook once
def _week(columns: tuple[tuple[str, Any], ...], earlier: tuple[EarlierPlaybook, ...]) -> Week:
    return Week(**dict(columns), earlier=earlier)


def point_of(row: Row[Any]) -> ClockPoint:
    """A clock point from its row."""
    return ClockPoint(row.real, row.week, row.pace)


def reason_of(row: Row[Any]) -> Message:
    """The reason of a job or an attempt."""
    return recorded_message(_plain(row), "reason")


def summary_of(row: Row[Any]) -> Message:
    """The summary of an incident."""
    return recorded_message(_plain(row), "summary")


_RUNNER_ONLY = ("stop_requested_by", "stop_requested_at", "not_before", "spawns_lost", "seq")


def job_of(row: Row[Any]) -> Job:
    """A job from its row, without the columns that only the runner uses."""
    values = _plain(row, *_RUNNER_ONLY, "reason_message") | {"reason": reason_of(row)}
    return Job(**values | {"kind": JobKind(row.kind), "state": JobState(row.state)})


# The last two are of its runner, which the supervisor reads with it.
_OF_ITS_MACHINE = ("gone_by", "gone_reason", "host", "machine")


def attempt_of(row: Row[Any]) -> Attempt:
    """An attempt from its row."""
    values = _plain(row, *_OF_ITS_MACHINE, "mark", "epoch", "reason_message")
    return Attempt(**values | {"state": JobState(row.state), "reason": reason_of(row)})


def tick_of(row: Row[Any]) -> Tick:
    """A tick from its row."""
    values = _plain(row, "replaced_by", "value_seen_message") | {
        "role": Role(row.role),
        "verdict_seen": Verdict(row.verdict_seen),
        "value_seen": recorded_message(_plain(row), "value_seen"),
    }
    return Tick(**values)


def withdrawal_of(row: Row[Any]) -> Withdrawal:
    """The withdrawal of a tick from its line of the ledger."""
    return Withdrawal(
        id=row.seq,
        week_id=row.week_id,
        by=row.by,
        at=row.at,
        at_week=row.at_week,
        **{name: row.body[name] for name in ("tick", "slot", "check", "reason")},
    )


def note_of(row: Row[Any]) -> Note:
    """A note from its row."""
    return Note(**_plain(row) | {"role": Role(row.role)})


def incident_of(row: Row[Any]) -> Incident:
    """An incident from its row, which may have the columns ``job_id`` and ``kept``."""
    values = _plain(
        row, "by", "role", "verified", "at", "at_week", "summary_message", "actions_done"
    )
    values |= {
        "state": IncidentState(row.state),
        "summary": summary_of(row),
        "items": {int(index): item_of(kept) for index, kept in row.actions_done.items()},
    }
    return Incident(
        **values,
        opened_by=row.by,
        opened_at=row.at,
        opened_at_week=row.at_week,
    )


def signature_of(row: Row[Any]) -> Signature:
    """A signature from its row."""
    values = {
        "conditions": tuple(row.conditions),
        "role": Role(row.role),
        "act": SignatureAct(row.act),
    }
    return Signature(**_plain(row) | values)


def closure_of(row: Row[Any]) -> ConditionClosure:
    """The closure of a condition from its row."""
    return ConditionClosure(**_plain(row) | {"role": Role(row.role)})
