"""What the store returns: plain, frozen records. All times are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from core.ledger_bodies.checks import step_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from core.alerts.conditions import Silence
    from core.alerts.own_rule import OwnRule
    from core.clock import Clock
    from core.handover import Handover
    from core.language import Message
    from core.ledger_bodies import AnyBody
    from core.shifts import Shift
    from core.twin.result import TwinResult
    from core.vocabulary import JobKind, JobState, Role, SignatureAct, Verdict
    from core.week import Week
    from runner.incident_records import Incident
    from runner.tick_records import Withdrawal


@dataclass(frozen=True)
class Job:
    """One supervised piece of work, in the state of its newest attempt."""

    id: str  # train-20260223T140000Z-ab12
    kind: JobKind
    week_id: str | None
    state: JobState
    reason: Message  # why it is in this state, in one sentence; may be empty
    params: Mapping[str, Any]
    requested_by: str
    requested_at: datetime  # real
    requested_at_week: datetime
    attempt: int  # 0 before the first start
    pid: int | None
    started_at: datetime | None  # real
    ended_at: datetime | None  # real
    exit_code: int | None
    run: str | None = None  # of a training job: the run's name


@dataclass(frozen=True)
class Attempt:
    """One process of a job."""

    job_id: str
    number: int
    state: JobState
    reason: Message
    pid: int | None
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    folder: str  # relative to the data directory
    event_folder: str | None = None  # of a training attempt: where its event files go


@dataclass(frozen=True)
class Tick:
    """A person's confirmation of a check, with the verdict they saw."""

    id: int
    week_id: str
    slot: str
    check: str
    by: str
    role: Role
    verified: bool
    note: str
    verdict_seen: Verdict
    value_seen: Message
    at: datetime  # real
    at_week: datetime


@dataclass(frozen=True)
class Note:
    """A person's note on a slot, or on a step of the run."""

    id: int
    week_id: str
    slot: str  # id of the slot; "step:20480" for a note on a step
    text: str
    by: str
    role: Role
    verified: bool
    at: datetime  # real
    at_week: datetime

    @property
    def step(self) -> int | None:
        """The step that it is about; None for a note on a slot."""
        return step_of(self.slot)


@dataclass(frozen=True)
class Signature:
    """The CTO's act on a decision: approved, approved with conditions, or rejected."""

    id: int
    week_id: str
    revalidation_sha256: str  # the archived decision.json that was signed
    act: SignatureAct
    reason: str
    conditions: tuple[Mapping[str, str], ...]  # text, owner, due
    by: str
    role: Role
    verified: bool
    second: str | None  # the second person of an override
    at: datetime
    at_week: datetime
    second_verified: bool | None = None
    sealed: Mapping[str, Any] | None = None  # the signed statement; see core.decision.validity


@dataclass(frozen=True)
class Countersignature:
    """The second person's support for the override of a NO-GO."""

    id: int
    week_id: str
    revalidation_sha256: str
    reason: str
    by: str
    role: Role
    verified: bool
    at: datetime  # real
    at_week: datetime
    browser: str | None = None  # the browser that it was made in


@dataclass(frozen=True)
class CountersignatureRequest:
    """A request to support the override of a NO-GO as its second person."""

    id: int
    revalidation_sha256: str
    reason: str
    by: str
    at: datetime  # real
    browser: str | None = None  # the browser that it was made in


@dataclass(frozen=True)
class ConditionClosure:
    """Who closed a condition, when, and the evidence that it is met."""

    id: int
    week_id: str
    signature_id: int
    number: int  # its place in the signature's list, from 0
    note: str
    by: str
    role: Role
    verified: bool
    at: datetime  # real
    at_week: datetime


@dataclass(frozen=True)
class Condition:
    """One condition of a signature, tracked to its closure."""

    signature_id: int
    number: int
    text: str
    owner: str
    due: date | None  # None: the recorded day is unreadable
    closed: ConditionClosure | None

    def overdue(self, today: date) -> bool:
        """Still open after its due day; ``today`` is in week time."""
        return self.closed is None and self.due is not None and today > self.due


@dataclass(frozen=True)
class LedgerEntry:
    """One line of the ledger: an action of a person or of the runner."""

    seq: int
    kind: str  # week, tick, incident, request, job, signature, condition, key, ...
    body: AnyBody
    by: str
    at: datetime  # real
    at_week: datetime
    week_id: str | None
    sha256: str


@dataclass(frozen=True)
class RunnerStatus:
    """Whether a runner is alive, and the age of its last heartbeat."""

    alive: bool
    pid: int | None = None
    host: str | None = None
    since: datetime | None = None
    heartbeat_age_s: float | None = None
    epoch: int | None = None
    known: bool = True  # False: of a past moment, whether it was alive


class DecisionLine(NamedTuple):
    """A line of the ledger that decisions are evaluated against."""

    week_id: str | None
    body: AnyBody


@dataclass(frozen=True)
class DecisionRecords:
    """The stored records that the decisions of a week are evaluated against."""

    week: Week
    jobs: tuple[Job, ...]  # of the week, newest first
    lines: tuple[DecisionLine, ...]  # of all weeks: decisions, and work that took over paths


Line = TypeVar("Line", Countersignature, CountersignatureRequest)


def since_signed(
    lines: Iterable[Line], revalidation_sha256: str, signed: Signature | None
) -> list[Line]:
    """Those of a decision after its newest signature: each supports one signature, not the next."""
    after = 0 if signed is None else signed.id
    return [
        one for one in lines if one.revalidation_sha256 == revalidation_sha256 and one.id > after
    ]


@dataclass(frozen=True)
class WeekRecords:
    """All that the store holds of one week, read in one transaction."""

    head: str  # SHA-256 of the ledger's last line: it changes with every write
    week: Week
    clock: Clock
    jobs: tuple[Job, ...]  # newest first
    attempts: Mapping[str, tuple[Attempt, ...]]  # job id to its attempts, by their numbers
    ticks: tuple[Tick, ...]  # current ones, oldest first
    notes: tuple[Note, ...]  # oldest first
    incidents: tuple[Incident, ...]  # newest first
    signatures: tuple[Signature, ...]  # of every week, oldest first
    closures: tuple[ConditionClosure, ...]  # of the conditions of all signatures
    activity: tuple[LedgerEntry, ...]  # the last lines of the ledger, newest first
    signing_keys: frozenset[str] = frozenset()  # of this data directory, as base64
    countersignatures: tuple[Countersignature, ...] = ()  # of overrides, oldest first
    countersignature_requests: tuple[CountersignatureRequest, ...] = ()
    decision_lines: tuple[DecisionLine, ...] = ()  # empty before the first revalidation
    reproducing: tuple[Job, ...] = ()  # of decided models, newest first; likewise
    following: tuple[Job, ...] = ()  # replays on new candles, the newest ones of every week
    # That have signatures or are in progress, by id; empty if no other week has a signature.
    other_weeks: Mapping[str, Week] = field(default_factory=dict)
    withdrawals: tuple[Withdrawal, ...] = ()  # of ticks, oldest first
    silences: tuple[Silence, ...] = ()  # of alerts, of every week: those that had not ended
    handovers: tuple[Handover, ...] = ()  # newest first
    runner: RunnerStatus | None = None  # as the ledger says it; only for a past moment
    shifts: tuple[Shift, ...] = ()  # as they were written, also those that were removed
    rules: tuple[OwnRule, ...] = ()  # of the engineers' own, without the retired ones
    twins: Mapping[str, TwinResult] = field(default_factory=dict)  # by job id

    @property
    def decisions(self) -> DecisionRecords:
        """The part of the records that decisions are evaluated against."""
        return DecisionRecords(self.week, self.jobs, self.decision_lines)

    def week_of(self, signature: Signature) -> Week | None:
        """The week of a signature; None if it was not loaded."""
        return {**self.other_weeks, self.week.id: self.week}.get(signature.week_id)

    def signatures_of(self, sha256: str | None) -> list[Signature]:
        """The signatures of a decision, oldest first."""
        return [one for one in self.signatures if one.revalidation_sha256 == sha256]

    def countersigned(self, sha256: str) -> list[Countersignature]:
        """What the next signature of this decision may rest on, oldest first."""
        return since_signed(self.countersignatures, sha256, self.newest_signature(sha256))

    def countersignature_request(self, sha256: str) -> CountersignatureRequest | None:
        """The newest request that a lead may answer; None: nobody asks."""
        newest = self.newest_signature(sha256)
        return next(reversed(since_signed(self.countersignature_requests, sha256, newest)), None)

    def asked_to_countersign(self, sha256: str) -> CountersignatureRequest | None:
        """The newest request, if no countersignature of this decision has answered it yet."""
        asked = self.countersignature_request(sha256)
        answered = max((one.id for one in self.countersigned(sha256)), default=0)
        return asked if asked is not None and asked.id > answered else None

    def newest_signature(self, sha256: str | None) -> Signature | None:
        """The newest signature of a decision; None if it has none."""
        return next(reversed(self.signatures_of(sha256)), None)
