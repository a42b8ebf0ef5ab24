"""``trainweek week``: create, list and select weeks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from core.timestamps import iso, parse_moment
from core.week import Week
from runner.cli.options import HomeOption, JsonOption, client_of_any, open_client, print_json
from runner.outcomes import Recorded, Refused

app = typer.Typer(help="Create, list and select weeks.", no_args_is_help=True)


@app.command()
def new(
    launch: Annotated[str, typer.Option(help="Launch time, e.g. 2026-11-23T14:00Z.")],
    playbook: Annotated[
        Path | None, typer.Option(help="Playbook file (default: the phase 4 manual).")
    ] = None,
    tag: Annotated[
        str | None, typer.Option(help="Name of the week's runs (default: the playbook's tag).")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Create a week and make it the active one."""
    client = client_of_any(home)
    outcome = client.create_week(
        parse_moment(launch), playbook_path=playbook and playbook.absolute(), tag=tag
    )
    match outcome:
        case Recorded(record=week):
            _show([week], json)
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)


@app.command("list")
def list_weeks(home: HomeOption = None, json: JsonOption = False) -> None:
    """List all weeks; * marks the active one."""
    weeks = open_client(home).weeks()
    if not weeks and not json:
        print("No weeks yet. Create one: trainweek week new --launch 2026-11-23T14:00Z")
        return
    _show(weeks, json)


@app.command()
def use(week: str, home: HomeOption = None, json: JsonOption = False) -> None:
    """Select the active week."""
    outcome = open_client(home).use_week(week)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    _show([outcome.record], json)


def _show(weeks: Sequence[Week], json: bool) -> None:
    if json:
        print_json(
            [
                {
                    "id": week.id,
                    "launch": iso(week.launch),
                    "tag": week.tag,
                    "symbol": week.symbol,
                    "active": week.active,
                    "synthetic": week.synthetic,
                    "playbook": week.playbook.id,
                    "playbook_sha256": week.playbook_sha256,
                }
                for week in weeks
            ]
        )
        return
    for week in weeks:
        mark = "*" if week.active else " "
        print(f"{mark} {week.id}  launch {iso(week.launch)}  {week.tag}  {week.symbol}")
