"""The word of every state for people: on badges as it is, within sentences in capitals.

Files, logs and the store hold the machine's word; what a person reads is translated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, literal
from core.vocabulary import (
    Decision,
    EvidenceGrade,
    FindingStatus,
    GateNotice,
    GateStatus,
    IncidentState,
    JobState,
    Liveness,
    Severity,
    SignatureAct,
    SignatureState,
    SlotState,
    SweepState,
    TrainingStatus,
    Trend,
    Verdict,
    WeekState,
)

if TYPE_CHECKING:
    from enum import StrEnum

WORDS: dict[type[StrEnum], dict[StrEnum, Message]] = {
    Verdict: {
        Verdict.PASS: Message("Pass"),
        Verdict.WARN: Message("Warn"),
        Verdict.FAIL: Message("Fail"),
        Verdict.PENDING: Message("Pending"),
        Verdict.UNKNOWN: Message("Unknown"),
    },
    SlotState: {
        SlotState.DONE: Message("Done"),
        SlotState.DUE: Message("Due"),
        SlotState.OVERDUE: Message("Overdue"),
        SlotState.UPCOMING: Message("Upcoming"),
        SlotState.SKIPPED: Message("Not needed"),
        SlotState.RUN_FINISHED: Message("Run finished, judged at its end"),
    },
    WeekState: {
        WeekState.PLANNED: Message("Planned"),
        WeekState.RUNNING: Message("In progress"),
        WeekState.FINISHED: Message("Week finished"),
        WeekState.ARCHIVED: Message("Archived"),
    },
    SweepState: {
        SweepState.RUNNING: Message("In progress"),
        SweepState.STOPPING: Message("Stopping"),
        SweepState.STOPPED: Message("Stopped"),
        SweepState.FINISHED: Message("Complete"),
    },
    JobState: {
        JobState.QUEUED: Message("Queued"),
        JobState.STARTING: Message("Starting"),
        JobState.RUNNING: Message("Running"),
        JobState.STOPPING: Message("Stopping"),
        JobState.SUCCEEDED: Message("Succeeded"),
        JobState.FAILED: Message("Failed"),
        JobState.STOPPED: Message("Stopped"),
        JobState.INTERRUPTED: Message("Interrupted"),
        JobState.LOST: Message("Lost"),
    },
    Liveness: {
        Liveness.WORKING: Message("Working"),
        Liveness.QUIET: Message("No recent events"),
        Liveness.STALLED: Message("Stalled"),
        Liveness.DEAD: Message("Process dead"),
        Liveness.DONE: Message("Finished"),
        Liveness.UNREACHABLE: Message("Unreachable"),
        Liveness.DISPUTED: Message("Disputed"),
    },
    TrainingStatus: {
        TrainingStatus.NOT_STARTED: Message("Not started"),
        TrainingStatus.RUNNING: Message("Running"),
        TrainingStatus.COMPLETED: Message("Completed"),
        TrainingStatus.STOPPED: Message("Stopped"),
        TrainingStatus.CRASHED: Message("Crashed"),
        TrainingStatus.HUNG: Message("Hung"),
        TrainingStatus.INTERRUPTED: Message("Interrupted"),
        TrainingStatus.LOST: Message("Lost"),
    },
    FindingStatus: {
        FindingStatus.OK: Message("Clear"),
        FindingStatus.PENDING: Message("Watching"),
        FindingStatus.FIRING: Message("Firing"),
        FindingStatus.RECOVERING: Message("Recovering"),
        FindingStatus.NO_DATA: Message("No data"),
    },
    IncidentState: {
        IncidentState.OPEN: Message("Open"),
        IncidentState.CLOSED: Message("Closed"),
    },
    Severity: {
        Severity.INFO: Message("info"),
        Severity.WARNING: Message("warning"),
        Severity.CRITICAL: Message("critical"),
    },
    Trend: {
        Trend.INCREASING: Message("Increasing"),
        Trend.STABLE: Message("Stable"),
        Trend.DECREASING: Message("Decreasing"),
        Trend.INSUFFICIENT: Message("Not enough data"),
    },
    Decision: {
        Decision.GO: Message("GO"),
        Decision.PARTIAL: Message("PARTIAL"),
        Decision.NO_GO: Message("NO-GO"),
    },
    EvidenceGrade: {
        EvidenceGrade.STRONG: Message("Strong"),
        EvidenceGrade.ADEQUATE: Message("Adequate"),
        EvidenceGrade.WEAK: Message("Weak"),
        EvidenceGrade.INSUFFICIENT: Message("Insufficient"),
    },
    GateNotice: {
        GateNotice.ABLE: Message("Able"),
        GateNotice.UNDERPOWERED: Message("Underpowered"),
        GateNotice.BLIND: Message("Blind"),
    },
    SignatureState: {
        SignatureState.UNSIGNED: Message("Not signed"),
        SignatureState.STANDS: Message("Valid"),
        SignatureState.REJECTED: Message("Rejected"),
        SignatureState.VOID: Message("Void"),
        SignatureState.EXPIRED: Message("Expired"),
        SignatureState.UNTRUSTED: Message("Untrusted key"),
        SignatureState.ALTERED: Message("Altered"),
        SignatureState.UNKNOWN: Message("Validity not known"),
    },
    GateStatus: {
        GateStatus.OK: Message("defined"),
        GateStatus.NO_LOSSES: Message("no losing trade"),
        GateStatus.NO_TRADES: Message("no trades"),
        GateStatus.ZERO_VOLATILITY: Message("zero volatility"),
        GateStatus.NO_DRAWDOWN: Message("no drawdown"),
        GateStatus.INSUFFICIENT_DATA: Message("not enough data"),
        GateStatus.RUINED: Message("ruined"),
        GateStatus.TRADES_DIFFER: Message("trades don't fit the equity"),
    },
}

# What was done with a decision: "Approved by ana@example.org".
ACTS_DONE: dict[SignatureAct, Message] = {
    SignatureAct.APPROVE: Message("Approved"),
    SignatureAct.APPROVE_WITH_CONDITIONS: Message("Approved with conditions"),
    SignatureAct.REJECT: Message("Rejected"),
}


def word_of(state: StrEnum) -> Message:
    """``Completed``, ``Concluído``."""
    return WORDS[type(state)][state]


_CAPITALS = "{word:upper}"  # no sentence, so nothing to translate


def capitals(state: StrEnum) -> Message:
    """A state within a sentence, as the manual writes it.

    >>> capitals(TrainingStatus.COMPLETED), capitals(TrainingStatus.COMPLETED).in_("pt")
    ('COMPLETED', 'CONCLUÍDO')
    """
    return Message(_CAPITALS, word=word_of(state))


# Values of readings, and limits: words of the machine, whose type is not kept.
_VALUES = {
    "yes": Message("yes"),
    "no": Message("no"),
    **{state.value: capitals(state) for kind in (TrainingStatus, Trend) for state in kind},
}


def shown_word(value: str) -> Message:
    """A reading's or a limit's word for people; what is no state stays as it is."""
    return _VALUES.get(value) or literal(value)
