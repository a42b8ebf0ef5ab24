"""The words of a training week, as types. This module imports nothing of ours.

One place for every state that is stored, compared or shown, so that a word
never has two spellings. ``tests/core/test_vocabulary.py`` proves that the groups
below are disjoint and complete.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a check says. ``PASS`` needs a reading; silence is never green."""

    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    PENDING = "PENDING"  # too early to tell
    UNKNOWN = "UNKNOWN"  # should be there and is not


GLYPHS: dict[Verdict, str] = {
    Verdict.PASS: "✅",
    Verdict.WARN: "⚠️",
    Verdict.FAIL: "❌",
    Verdict.PENDING: "⏳",
    Verdict.UNKNOWN: "❔",
}


# Something was found, and there is something to do about it.
ADVERSE = frozenset({Verdict.FAIL, Verdict.WARN})


class JobKind(StrEnum):
    """The pieces of work that the runner supervises."""

    TRAIN = "train"
    REVALIDATE = "revalidate"
    PREFLIGHT = "preflight"
    DAILY_CHECK = "daily-check"
    DATA_CHECK = "data-check"
    BACKUP = "backup"  # make one, or restore one
    IMPORT_MODEL = "import-model"


class JobState(StrEnum):
    """Where a job is. Only the runner writes it."""

    QUEUED = "QUEUED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    SUCCEEDED = "SUCCEEDED"  # exit 0 and a complete result
    FAILED = "FAILED"  # the program's own failure
    STOPPED = "STOPPED"  # somebody asked for it
    INTERRUPTED = "INTERRUPTED"  # the machine's failure: reboot, lost runner
    LOST = "LOST"  # ended, and nobody can prove how


WAITING_STATES = frozenset({JobState.QUEUED})
LIVE_STATES = frozenset({JobState.STARTING, JobState.RUNNING, JobState.STOPPING})
ACTIVE_STATES = WAITING_STATES | LIVE_STATES  # not ended; one of a kind at a time
ENDED_STATES = frozenset(
    {
        JobState.SUCCEEDED,
        JobState.FAILED,
        JobState.STOPPED,
        JobState.INTERRUPTED,
        JobState.LOST,
    }
)


UNFINISHED_STATES = ENDED_STATES - {JobState.SUCCEEDED}  # a training run can be resumed


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


HEALTHY_TRAINING = frozenset({TrainingStatus.RUNNING, TrainingStatus.COMPLETED})
# The process is still there; every other status has ended, or never began.
LIVE_TRAINING = frozenset({TrainingStatus.RUNNING, TrainingStatus.HUNG})


class Liveness(StrEnum):
    """What the files say about a run, beside what the process says."""

    WORKING = "WORKING"
    QUIET = "QUIET"
    STALLED = "STALLED"
    DEAD = "DEAD"
    DONE = "DONE"


class Trend(StrEnum):
    """Direction of a series over a window; never a guess from too few blocks."""

    INCREASING = "INCREASING"
    STABLE = "STABLE"
    DECREASING = "DECREASING"
    INSUFFICIENT = "INSUFFICIENT"


class SlotState(StrEnum):
    """Where a moment of the schedule stands."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    SKIPPED = "skipped"


class FindingStatus(StrEnum):
    """Alarm states of a scenario. ``NO_DATA`` is not ``OK``."""

    OK = "OK"
    PENDING = "PENDING"
    FIRING = "FIRING"
    RECOVERING = "RECOVERING"
    NO_DATA = "NO_DATA"


class Severity(StrEnum):
    """How urgent a scenario is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    """Whether an incident still needs work."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Decision(StrEnum):
    """The manual's three-way rule; files and documents write ``NO-GO``."""

    GO = "GO"
    PARTIAL = "PARTIAL"
    NO_GO = "NO-GO"


class GateStatus(StrEnum):
    """Why a gate has the value that it has, or has none."""

    OK = "ok"
    NO_LOSSES = "no_losses"
    NO_TRADES = "no_trades"
    ZERO_VOLATILITY = "zero_volatility"
    NO_DRAWDOWN = "no_drawdown"
    INSUFFICIENT_DATA = "insufficient_data"


class EvidenceGrade(StrEnum):
    """How far the six gates can be trusted."""

    STRONG = "STRONG"
    ADEQUATE = "ADEQUATE"
    WEAK = "WEAK"
    INSUFFICIENT = "INSUFFICIENT"


DOUBTFUL_GRADES = frozenset({EvidenceGrade.WEAK, EvidenceGrade.INSUFFICIENT})


class SignatureAct(StrEnum):
    """What the CTO does with a decision."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    REJECT = "reject"


APPROVALS = frozenset({SignatureAct.APPROVE, SignatureAct.APPROVE_WITH_CONDITIONS})


class SignatureState(StrEnum):
    """Whether a decision's signature holds, now. Only ``STANDS`` is one to rely on."""

    UNSIGNED = "UNSIGNED"
    STANDS = "STANDS"
    VOID = "VOID"  # something that it rests on changed
    EXPIRED = "EXPIRED"
    UNTRUSTED = "UNTRUSTED"  # a capsule that fits itself; nobody said whose key it is
    ALTERED = "ALTERED"  # the record disagrees with its own signature


class Role(StrEnum):
    """Rights of a person. Each role has the rights listed in :data:`RIGHTS`, no more."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    LEAD = "lead"
    CTO = "cto"


class Right(StrEnum):
    """What a role may do."""

    READ = "read"
    RECORD = "record"  # tick a check, write a note, open or close an incident
    OPERATE = "operate"  # start, stop, restart training; run checks and backups
    REVALIDATE = "revalidate"  # revalidate; choose the model; declare trials
    SIGN = "sign"  # sign, refuse or put conditions on a decision
    COUNTERSIGN = "countersign"  # be the second person of an override


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.ENGINEER: frozenset({Right.READ, Right.RECORD, Right.OPERATE}),
    Role.LEAD: frozenset(
        {Right.READ, Right.RECORD, Right.OPERATE, Right.REVALIDATE, Right.COUNTERSIGN}
    ),
    Role.CTO: frozenset({Right.READ, Right.RECORD, Right.SIGN}),
}
