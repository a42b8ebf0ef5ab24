"""Bodies of ledger lines: one model for each kind of line, and for each of its actions.

Writers make a model, and its :meth:`Body.as_json` is recorded. :func:`parse_body` reads a
line back; a line that this version does not know is an error there. :func:`readable_body`
reads leniently, for lines that are only shown.
"""

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
from core.ledger_bodies.body import AnyBody, Body, BodyPart, UnknownBody
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
    ActionProof,
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
)
from core.ledger_bodies.jobs import (
    AttemptColumns,
    AttemptStarted,
    JobChanged,
    JobColumns,
    ProcessColumns,
    StartRequeued,
)
from core.ledger_bodies.parsing import BODIES, parse_body, readable_body
from core.ledger_bodies.requests import JobRequested, MachineGone, RestartRequested, StopRequested
from core.ledger_bodies.shifts import ShiftRemoved, ShiftSet, ShiftTaken
from core.ledger_bodies.sweeps import SweepResumed, SweepStarted, SweepStopped, TrialScored
from core.ledger_bodies.twins import TwinJudged
from core.ledger_bodies.upkeep import LedgerReplayed, RunnerEnded, RunnerStarted, StoreRestored
from core.ledger_bodies.weeks import (
    ClockSet,
    PlaybookField,
    PlaybookTaken,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekCreated,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
)

__all__ = [
    "BODIES",
    "ActDenied",
    "ActionProof",
    "AlertAcknowledged",
    "AlertMarked",
    "AlertRuleChanged",
    "AlertRuleMade",
    "AlertRuleRetired",
    "AlertsSilenced",
    "AnyBody",
    "AttemptColumns",
    "AttemptStarted",
    "Body",
    "BodyPart",
    "ClockSet",
    "ConditionClosed",
    "CountersignRequested",
    "Countersigned",
    "DecisionFollowed",
    "DecisionMade",
    "DecisionReproduced",
    "DecisionSigned",
    "HandoverAccepted",
    "HandoverSigned",
    "HoldOutLocked",
    "HoldOutOpened",
    "IncidentActionDone",
    "IncidentActionSkipped",
    "IncidentClosed",
    "IncidentOpened",
    "JobChanged",
    "JobColumns",
    "JobRequested",
    "LedgerReplayed",
    "MachineGone",
    "ModelChosen",
    "NoteWritten",
    "PlaybookField",
    "PlaybookTaken",
    "ProcessColumns",
    "RestartRequested",
    "RunnerEnded",
    "RunnerStarted",
    "SessionsRevoked",
    "ShiftRemoved",
    "ShiftSet",
    "ShiftTaken",
    "SignedIn",
    "SignedOut",
    "SigningKeyCreated",
    "SilenceEnded",
    "StartRequeued",
    "StopRequested",
    "StoreRestored",
    "SweepResumed",
    "SweepStarted",
    "SweepStopped",
    "TickWithdrawn",
    "Ticked",
    "TokenMade",
    "TokensRevoked",
    "TrialScored",
    "TwinJudged",
    "UnknownBody",
    "WeekArchived",
    "WeekBegun",
    "WeekClosed",
    "WeekCreated",
    "WeekMended",
    "WeekUnarchived",
    "WeekUsed",
    "parse_body",
    "readable_body",
]
