"""``trainweek incidents open`` and ``close``."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import ConflictError, InputError
from core.language import Message, plural
from runner.cli.incident_text import as_dict, print_incident
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    open_client,
    print_json,
    require_week,
)
from runner.cli.speech import tell
from runner.client.incidents import open_actions
from runner.outcomes import Conflict, Refused


def open_incident(
    procedure: Annotated[str, typer.Argument(help="Id of the procedure, e.g. crash.")],
    summary: Annotated[str, typer.Option("--summary", help="What happened, in one sentence.")],
    week: WeekOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Open a procedure of the playbook in your name. Exit 2: refused, or it is open already."""
    client = open_client(home)
    of = require_week(client, week)
    outcome = client.open_incident(of.id, procedure, summary)
    if isinstance(outcome, Refused):
        known = ", ".join(spec.id for spec in of.playbook.escalations)
        raise InputError(
            outcome.reason, outcome.remedy or Message("It has: {procedures}.", procedures=known)
        )
    if isinstance(outcome, Conflict):
        raise ConflictError(
            outcome.reason,
            Message("See it: trainweek incidents show {id}", id=str(outcome.existing.id)),
        )
    if json:
        print_json(as_dict(of, outcome.record))
    else:
        print_incident(of, outcome.record)


def close_incident(
    incident: Annotated[int, typer.Argument(help="Id of the incident.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Root cause, and why it is safe to restart.")
    ],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Close an incident; its open actions are skipped with the same reason.

    One that blocks every start is closed by the lead or the CTO. Exit 2: refused.
    """
    client = open_client(home)
    before = client.incident(incident)
    of = None if before is None else client.week(before.week_id)
    left = 0 if before is None or of is None else len(open_actions(of, before))
    outcome = client.close_incident(incident, reason)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    closed = outcome.record
    if json:
        print_json(as_dict(require_week(client, closed.week_id), closed))
        return
    tell(Message("Incident {id} is closed.", id=str(closed.id)))
    if left:
        tell(plural("{n} open action was skipped.", "{n} open actions were skipped.", left))
