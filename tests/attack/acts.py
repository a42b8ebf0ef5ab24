"""Who may do what, as the table in the design says it, and which lines of the ledger prove an act.

It is written out here, apart from ``core.vocabulary.RIGHTS``: a right that slips in there is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import ledger_bodies as lines
from core.vocabulary import JobKind, Role

if TYPE_CHECKING:
    from core.ledger_bodies import Body
    from runner.client import Client
    from runner.records import LedgerEntry

RECORD = "tick, note, open an incident, answer its actions"
CLOSE = "close a blocking incident, close a condition"
OPERATE = "request and stop jobs, make a week"
REVALIDATE = "revalidate, choose the model"
SIGN = "sign, ask for a countersignature"
COUNTERSIGN = "countersign an override"
PLAN = "change the week: use, launch, archive, playbook"

MAY = {
    Role.VIEWER: frozenset[str](),
    Role.ENGINEER: frozenset({RECORD, OPERATE}),
    Role.LEAD: frozenset({RECORD, CLOSE, OPERATE, REVALIDATE, COUNTERSIGN, PLAN}),
    Role.CTO: frozenset({RECORD, CLOSE, SIGN}),
}
ROWS = (RECORD, CLOSE, OPERATE, REVALIDATE, SIGN, COUNTERSIGN, PLAN)

_OF: dict[type[Body], str] = {
    lines.Ticked: RECORD,
    lines.TickWithdrawn: RECORD,
    lines.NoteWritten: RECORD,
    lines.IncidentOpened: RECORD,
    lines.IncidentActionDone: RECORD,
    lines.IncidentActionSkipped: RECORD,
    lines.ConditionClosed: CLOSE,
    lines.StopRequested: OPERATE,
    lines.RestartRequested: OPERATE,
    lines.WeekCreated: OPERATE,
    lines.ClockSet: OPERATE,
    lines.ModelChosen: REVALIDATE,
    lines.HoldOutLocked: REVALIDATE,
    lines.HoldOutOpened: REVALIDATE,
    lines.DecisionSigned: SIGN,
    lines.CountersignRequested: SIGN,
    lines.Countersigned: COUNTERSIGN,
    lines.WeekUsed: PLAN,
    lines.WeekMended: PLAN,
    lines.WeekArchived: PLAN,
    lines.WeekUnarchived: PLAN,
    lines.PlaybookTaken: PLAN,
}
_NO_ACT = (
    lines.SignedIn,
    lines.SignedOut,
    lines.ActDenied,
    lines.SigningKeyCreated,  # of the first signature
)


def row_of(client: Client, entry: LedgerEntry) -> str | None:
    """The row of the table that a line of a person belongs to; None: it is no act.

    :raises KeyError: a kind of line that this table does not know.
    """
    body = entry.body
    if isinstance(body, _NO_ACT):
        return None
    if isinstance(body, lines.JobRequested):
        return REVALIDATE if body.job_kind is JobKind.REVALIDATE else OPERATE
    if isinstance(body, lines.IncidentClosed):
        week = client.active_week()
        assert week is not None
        known = {incident.id: incident for incident in client.incidents(week.id)}
        return CLOSE if known[body.id].blocks_start else RECORD
    return _OF[type(body)]  # type: ignore[index]
