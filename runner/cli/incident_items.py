"""``trainweek incidents item``: an action of an incident is marked as done or skipped."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from core.errors import ConflictError, InputError
from core.language import Message
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import tell
from runner.outcomes import Conflict, Refused


class Act(StrEnum):
    """What is said about an action."""

    DONE = "done"
    SKIP = "skip"


def item(
    incident: Annotated[int, typer.Argument(help="Id of the incident.")],
    number: Annotated[int, typer.Argument(help="Number of the action in its list, from 1.")],
    act: Annotated[Act, typer.Argument(help="done or skip.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why it is skipped; required for skip.")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="A note for done.")] = "",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Mark an action of an open incident as done, or skip it with a reason.

    Repeating it changes nothing. Exit 2: refused, or someone else was first; nothing is written.
    """
    client = open_client(home)
    outcome = (
        client.do_incident_action(incident, number - 1, note or reason)
        if act is Act.DONE
        else client.skip_incident_action(incident, number - 1, reason)
    )
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if isinstance(outcome, Conflict):
        raise ConflictError(outcome.reason, Message("Nothing was written."))
    recorded = outcome.record.items[number - 1]
    if json:
        print_json(
            {
                "incident": incident,
                "item": number,
                "state": recorded.state,
                "by": recorded.by,
                "at": recorded.at,
                "note": recorded.note,
            }
        )
        return
    tell(
        Message(
            "Incident {incident}, action {number}: {state}, by {by}.",
            incident=str(incident),
            number=str(number),
            state=recorded.state.value,
            by=recorded.by,
        )
    )
