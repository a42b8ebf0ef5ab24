"""The kinds of events that people are told of, and what to do about each."""

from __future__ import annotations

from enum import StrEnum

from core.language import Message


class EventKind(StrEnum):
    """What an alert is about. Most hold for a while; those of :data:`MOMENTS` just happen."""

    CHECK = "check"  # a check fails now
    OVERDUE = "overdue"  # a checklist was not worked through in time
    FINDING = "finding"  # a scenario of the diagnosis fires
    RULE = "rule"  # a rule of the engineers' own fires
    RUN_ENDED = "run-ended"  # a crash, or another end before the last step
    STALL = "stall"  # no progress
    UNREACHABLE = "unreachable"  # the runner, or the engine or node of a run, could not be asked
    INCIDENT = "incident"  # opened, and not closed yet
    DECISION = "decision"  # it waits for a signature, or for its conditions
    VOID = "void"  # a signature that is no longer valid
    SIGNED = "signed"
    EVIDENCE = "evidence"  # of the approved model: expired, or not followed on new candles
    ON_CALL = "on-call"  # nobody is on call, or nobody whom a channel reaches
    BACKUP = "backup"  # none was made in time, or it failed
    DISK = "disk"  # it runs full
    RECORD = "record"  # ledger, database or an archived decision is damaged
    LEDGER_HEAD = "ledger-head"  # the daily hash, so that a rewritten record can be proved
    TEST = "test"


MOMENTS = frozenset({EventKind.SIGNED, EventKind.LEDGER_HEAD, EventKind.TEST})

# What to do, unless the event itself knows better.
TODO: dict[EventKind, Message] = {
    EventKind.CHECK: Message("Open the checklist, look at the evidence, and tick or escalate."),
    EventKind.OVERDUE: Message("Work through the checklist, or ask its owner to."),
    EventKind.FINDING: Message("Open Troubleshooting and follow its actions."),
    EventKind.RULE: Message(
        "Open Alerts: it shows the rule and the readings. Then look at the run."
    ),
    EventKind.RUN_ENDED: Message(
        "Read the end of the log, then resume the run or open an incident."
    ),
    EventKind.STALL: Message("Look at the process and the log before you restart it."),
    EventKind.UNREACHABLE: Message("Check the machine and start the runner: trainweek up"),
    EventKind.INCIDENT: Message("Work through the incident's actions."),
    EventKind.DECISION: Message("Open Decision."),
    EventKind.VOID: Message("Do not deploy. Open Decision to see what has changed."),
    EventKind.EVIDENCE: Message(
        "Open Decision, view Forecast. If the evidence has expired, stop the model and revalidate."
    ),
    EventKind.ON_CALL: Message("Take the time over, or ask somebody to: page On call."),
    EventKind.BACKUP: Message("Run trainweek doctor, then make one: trainweek ledger backup"),
    EventKind.DISK: Message(
        "Free disk space; models/ppo_phase4/earlier and logs/jobs are usually the largest."
    ),
    EventKind.RECORD: Message("Change nothing. Run: trainweek ledger verify"),
}
