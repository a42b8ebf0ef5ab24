"""The vocabulary of a training week, as types. This module imports nothing of core.

One place for every state that is stored, compared or shown, so that a word never has
two spellings. ``tests/core/test_vocabulary.py`` proves that the groups
below are disjoint and complete.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The verdict of a check. ``PASS`` needs a reading; missing data are never green."""

    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    PENDING = "PENDING"  # too early to tell
    UNKNOWN = "UNKNOWN"  # the data should exist by now, and do not


GLYPHS: dict[Verdict, str] = {
    Verdict.PASS: "✅",
    Verdict.WARN: "⚠️",
    Verdict.FAIL: "❌",
    Verdict.PENDING: "⏳",
    Verdict.UNKNOWN: "❔",
}

ADVERSE = frozenset({Verdict.FAIL, Verdict.WARN})  # they require an action


class JobKind(StrEnum):
    """The kinds of work that the runner supervises."""

    TRAIN = "train"
    REVALIDATE = "revalidate"
    PREFLIGHT = "preflight"
    DAILY_CHECK = "daily-check"
    DATA_CHECK = "data-check"
    BACKUP = "backup"  # make or restore a backup
    IMPORT_MODEL = "import-model"
    PAPER = "paper"  # a signed decision's model on candles that came later; no orders
    TRIAL = "trial"  # one seed on one fold of a sweep; never the week's run
    REPRODUCE = "reproduce"  # trains a decided model again and compares its gates
    TWIN = "twin"  # a checkpoint trained further with and without a change; never the week's run


class JobState(StrEnum):
    """State of a job. Only the runner writes it."""

    QUEUED = "QUEUED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    SUCCEEDED = "SUCCEEDED"  # exit 0 and a complete result
    FAILED = "FAILED"  # the program's own failure
    STOPPED = "STOPPED"  # on request
    INTERRUPTED = "INTERRUPTED"  # the machine's failure: reboot, lost runner
    LOST = "LOST"  # ended, exit status unknown


WAITING_STATES = frozenset({JobState.QUEUED})
LIVE_STATES = frozenset({JobState.STARTING, JobState.RUNNING, JobState.STOPPING})
ACTIVE_STATES = WAITING_STATES | LIVE_STATES  # not ended; one of a kind at a time
ENDED_STATES = frozenset(JobState) - ACTIVE_STATES
UNFINISHED_STATES = ENDED_STATES - {JobState.SUCCEEDED}  # a training run can be resumed


class SweepState(StrEnum):
    """State of a sweep, by its trials and what people asked."""

    RUNNING = "RUNNING"
    STOPPING = "STOPPING"  # a stop was requested, and a trial still runs
    STOPPED = "STOPPED"
    FINISHED = "FINISHED"  # every trial has ended, also those that failed


class TrainingStatus(StrEnum):
    """The ``training_status`` of the daily summary."""

    NOT_STARTED = "NOT_STARTED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    CRASHED = "CRASHED"
    HUNG = "HUNG"
    INTERRUPTED = "INTERRUPTED"
    LOST = "LOST"


ENDED_AS = {  # what the end of a training job makes of its run
    JobState.SUCCEEDED: TrainingStatus.COMPLETED,
    JobState.FAILED: TrainingStatus.CRASHED,
    JobState.STOPPED: TrainingStatus.STOPPED,
    JobState.INTERRUPTED: TrainingStatus.INTERRUPTED,
    JobState.LOST: TrainingStatus.LOST,
}
HEALTHY_TRAINING = frozenset({TrainingStatus.RUNNING, TrainingStatus.COMPLETED})
LIVE_TRAINING = frozenset({TrainingStatus.RUNNING, TrainingStatus.HUNG})  # its process exists


class Liveness(StrEnum):
    """Progress of a run, from its process and its files together."""

    WORKING = "WORKING"
    QUIET = "QUIET"
    STALLED = "STALLED"
    DEAD = "DEAD"
    DONE = "DONE"
    UNREACHABLE = "UNREACHABLE"  # its engine, or its node, can't be asked: neither dead nor alive
    DISPUTED = "DISPUTED"  # its engine says that it is over, and its shim that it runs


OUT_OF_SIGHT = frozenset({Liveness.UNREACHABLE, Liveness.DISPUTED})


class EngineState(StrEnum):
    """What an engine says of an attempt."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    UNKNOWN = "UNKNOWN"  # it answers, and does not know the attempt
    UNREACHABLE = "UNREACHABLE"  # it does not answer


class Trend(StrEnum):
    """Direction of a series over a window; INSUFFICIENT with too few blocks."""

    INCREASING = "INCREASING"
    STABLE = "STABLE"
    DECREASING = "DECREASING"
    INSUFFICIENT = "INSUFFICIENT"


class WeekState(StrEnum):
    """State of a week; which one is active is another matter."""

    PLANNED = "planned"  # no training of it was started
    RUNNING = "running"  # it has a training run, and its last day has not passed
    FINISHED = "finished"  # its last day has passed, or its decision is signed
    ARCHIVED = "archived"


class SlotState(StrEnum):
    """State of a slot of the schedule."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    SKIPPED = "skipped"
    RUN_FINISHED = "run_finished"  # the run ended before its time: judged at the run's end


class FindingStatus(StrEnum):
    """Alarm states of a scenario. ``NO_DATA`` is not ``OK``."""

    OK = "OK"
    PENDING = "PENDING"
    FIRING = "FIRING"
    RECOVERING = "RECOVERING"
    NO_DATA = "NO_DATA"


class Severity(StrEnum):
    """Severity of a finding."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    """State of an incident."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class ItemState(StrEnum):
    """State of one item of an incident's list of actions."""

    OPEN = "OPEN"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


class Decision(StrEnum):
    """The manual's three-way rule; files and documents write ``NO-GO``."""

    GO = "GO"
    PARTIAL = "PARTIAL"
    NO_GO = "NO-GO"


class GateStatus(StrEnum):
    """Why a gate has its value, or has none."""

    OK = "ok"
    NO_LOSSES = "no_losses"
    NO_TRADES = "no_trades"
    ZERO_VOLATILITY = "zero_volatility"
    NO_DRAWDOWN = "no_drawdown"
    INSUFFICIENT_DATA = "insufficient_data"
    RUINED = "ruined"  # the equity fell to zero
    TRADES_DIFFER = "trades_differ"  # the trades are not those of the equity


class EvidenceGrade(StrEnum):
    """How strong the evidence for a decision is."""

    STRONG = "STRONG"
    ADEQUATE = "ADEQUATE"
    WEAK = "WEAK"
    INSUFFICIENT = "INSUFFICIENT"


class GateNotice(StrEnum):
    """Whether a gate could have noticed that a model earns something."""

    ABLE = "ABLE"
    UNDERPOWERED = "UNDERPOWERED"
    BLIND = "BLIND"


DOUBTFUL_GRADES = frozenset({EvidenceGrade.WEAK, EvidenceGrade.INSUFFICIENT})


def doubtful_go(decision: Decision, grade: EvidenceGrade | None) -> bool:
    """A GO that could be luck: it never looks like a plain one, nor passes like one."""
    return decision is Decision.GO and grade in DOUBTFUL_GRADES


class SignatureAct(StrEnum):
    """What the CTO does with a decision."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    REJECT = "reject"


APPROVALS = frozenset({SignatureAct.APPROVE, SignatureAct.APPROVE_WITH_CONDITIONS})


class SignatureState(StrEnum):
    """Validity of a decision's signature now. Rely only on ``STANDS``: an approval that is valid."""

    UNSIGNED = "UNSIGNED"
    STANDS = "STANDS"
    REJECTED = "REJECTED"  # a rejection that is genuine, of what is still there
    VOID = "VOID"  # something that was signed has changed
    EXPIRED = "EXPIRED"
    UNTRUSTED = "UNTRUSTED"  # a consistent capsule, signed with an unknown key
    ALTERED = "ALTERED"  # the record does not match its own signature
    UNKNOWN = "UNKNOWN"  # of a past moment: the files of then are not there to be compared


class Role(StrEnum):
    """Rights of a person. Each role has the rights listed in :data:`RIGHTS`, no more."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    LEAD = "lead"
    CTO = "cto"


class Right(StrEnum):
    """What a role may do."""

    READ = "read"
    RECORD = "record"  # tick a check, write a note, open an incident, close one that does not block
    CLOSE = "close"  # close an incident that blocks every start, or a condition of a signature
    OPERATE = "operate"  # start, stop, restart training; run checks and backups
    REVALIDATE = "revalidate"  # revalidate; sweep; choose the model; declare trials
    SIGN = "sign"  # sign, refuse or put conditions on a decision
    COUNTERSIGN = "countersign"  # be the second person of an override
    PLAN = "plan"  # make a week the active one, change its launch time or playbook, archive it


FRESH_RIGHTS = frozenset({Right.SIGN, Right.COUNTERSIGN, Right.CLOSE})  # ask for a fresh sign-in

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.ENGINEER: frozenset({Right.READ, Right.RECORD, Right.OPERATE}),
    Role.LEAD: frozenset(
        {
            Right.READ,
            Right.RECORD,
            Right.CLOSE,
            Right.OPERATE,
            Right.REVALIDATE,
            Right.COUNTERSIGN,
            Right.PLAN,
        }
    ),
    Role.CTO: frozenset({Right.READ, Right.RECORD, Right.CLOSE, Right.SIGN}),
}
