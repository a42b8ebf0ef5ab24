"""``trainweek incidents``: the incidents of a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.language import Message, joined, literal
from core.vocabulary import IncidentState, ItemState
from runner.cli.incident_items import item
from runner.cli.options import HomeOption, JsonOption, open_client, print_json, require_week
from runner.cli.speech import language, tell
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from core.week import Week
    from runner.incident_records import Incident

app = typer.Typer(help="The incidents of a week and their actions.", no_args_is_help=True)
app.command()(item)

_MARKS = {ItemState.OPEN: "[ ]", ItemState.DONE: "[x]", ItemState.SKIPPED: "[-]"}


@app.command(name="list")
def list_incidents(
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    week: Annotated[
        str | None, typer.Option("--week", help="Week (default: the active one).")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the open incidents, newest first, with their actions. Exit 1 if one is open."""
    client = open_client(home)
    of = require_week(client, week)
    found = client.incidents(of.id, open_only=not every)
    if json:
        print_json([_as_dict(of, each) for each in found])
    elif not found:
        tell(Message("No open incidents.") if not every else Message("No incidents."))
    for each in () if json else found:
        _print(of, each)
    raise typer.Exit(any(each.state is IncidentState.OPEN for each in found))


def _print(week: Week, incident: Incident) -> None:
    head = joined([str(incident.id), incident.procedure, incident.state.value], "  ")
    tell(joined([head, incident.summary], "  "))
    spec = week.playbook_at(incident.opened_at_week).find_escalation(incident.procedure)
    for index, step in enumerate(spec.actions if spec else ()):
        done = incident.items.get(index)
        mark = _MARKS[done.state if done else ItemState.OPEN]
        line = joined([f"  {mark} {index + 1}.", literal(step.in_(language()))])
        if done:
            by = (
                Message("({by}: {note})", by=done.by, note=done.note)
                if done.note
                else f"({done.by})"
            )
            line = joined([line, by])
        tell(line)


def _as_dict(week: Week, incident: Incident) -> dict[str, Any]:
    spec = week.playbook_at(incident.opened_at_week).find_escalation(incident.procedure)
    still = open_actions(week, incident)
    actions = []
    for index, step in enumerate(spec.actions if spec else ()):
        done = incident.items.get(index)
        state = ItemState.OPEN if index in still or done is None else done.state
        known = {} if done is None else {"by": done.by, "at": done.at, "note": done.note}
        actions.append({"number": index + 1, "action": step.en, "state": state, **known})
    return {
        "id": incident.id,
        "procedure": incident.procedure,
        "state": incident.state,
        "summary": incident.summary,
        "opened_by": incident.opened_by,
        "opened_at": incident.opened_at,
        "blocks_start": incident.blocks_start,
        "evidence": incident.kept,
        "closed_by": incident.closed_by,
        "close_reason": incident.close_reason,
        "actions": actions,
    }
