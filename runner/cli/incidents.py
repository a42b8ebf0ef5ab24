"""``trainweek incidents``: the incidents of a week."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message
from core.vocabulary import IncidentState
from runner.cli.acknowledgements import acknowledge_incident
from runner.cli.incident_acts import close_incident, open_incident
from runner.cli.incident_items import item
from runner.cli.incident_text import as_dict, print_incident
from runner.cli.options import (
    HomeOption,
    JsonOption,
    LimitOption,
    WeekOption,
    open_client,
    print_json,
    require_week,
    tell_older,
)
from runner.cli.speech import tell

app = typer.Typer(help="The incidents of a week and their actions.", no_args_is_help=True)
app.command()(item)
app.command(name="open")(open_incident)
app.command(name="close")(close_incident)
app.command(name="ack")(acknowledge_incident)


@app.command(name="list")
def list_incidents(
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    week: WeekOption = None,
    limit: LimitOption = 50,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the open incidents, newest first, with their actions. Exit 1 if one is open."""
    client = open_client(home)
    of = require_week(client, week)
    known = client.incidents(of.id, open_only=not every)
    found = known[:limit]
    if json:
        print_json([as_dict(of, each) for each in found])
    elif not found:
        tell(Message("No open incidents.") if not every else Message("No incidents."))
    for each in () if json else found:
        print_incident(of, each)
    if not json:
        tell_older(len(known) - len(found))
    raise typer.Exit(any(each.state is IncidentState.OPEN for each in known))


@app.command()
def show(
    incident: Annotated[int, typer.Argument(help="Id of the incident.")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show one incident, open or closed, with its actions. Exit 1 while it is open."""
    client = open_client(home)
    found = client.incident(incident)
    if found is None:
        raise InputError(
            Message("There is no incident {number}.", number=incident),
            Message("List them: trainweek incidents list --all"),
        )
    of = require_week(client, found.week_id)
    if json:
        print_json(as_dict(of, found))
    else:
        print_incident(of, found)
    raise typer.Exit(found.state is IncidentState.OPEN)
