"""``trainweek incidents ack`` and ``trainweek alerts ack``."""

from __future__ import annotations

from typing import Annotated

import typer

from core.alerts.acknowledgement import incident_key
from core.errors import ConflictError, InputError
from core.language import Message
from core.timestamps import iso
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import tell
from runner.outcomes import Conflict, Refused


def acknowledge_incident(
    incident: Annotated[int, typer.Argument(help="Id of the incident.")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take an open incident on: the next owner is not called. Exit 2: refused, or taken already."""
    acknowledge(incident_key(incident), json=json, home=home)


def acknowledge(
    alert: Annotated[str, typer.Argument(help="Key of the alert, as `alerts list` shows it.")],
    useful: Annotated[
        bool | None,
        typer.Option("--useful/--noise", help="Say what it was; also once it is over."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="Why it was useful or noise.")] = "",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take an alert on: it is neither repeated nor passed on. Exit 2: refused, or taken already."""
    outcome = open_client(home).acknowledge_and_mark(alert, useful, note)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if isinstance(outcome, Conflict):
        raise ConflictError(outcome.reason, Message("Nothing was written."))
    record = outcome.record
    if json:
        made = {"alert": record.what, "by": record.by, "at": iso(record.at)}
        print_json({**made, "useful": record.useful})
        return
    tell(
        Message(
            "{alert}: acknowledged by {by} at {at:%Y-%m-%d %H:%M} UTC.",
            alert=record.what,
            by=record.by,
            at=record.at,
        )
    )
    if record.useful is not None:
        tell(Message("Marked as useful.") if record.useful else Message("Marked as noise."))
