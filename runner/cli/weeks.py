"""``trainweek week``: create, list and select weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message, joined, plural
from core.timestamps import iso, parse_moment
from core.week import Week
from runner.cli.options import HomeOption, JsonOption, client_of_any, open_client, print_json
from runner.cli.paths import given_path
from runner.cli.speech import tell
from runner.outcomes import Recorded, Refused

_PAST = timedelta(days=1)  # a launch that is longer ago is worth a sentence

app = typer.Typer(help="Create, list and select weeks.", no_args_is_help=True)


@app.command()
def new(
    launch: Annotated[
        str, typer.Option(help="Launch time, e.g. 2026-11-23T14:00Z, or now (this minute).")
    ],
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
    path = None if playbook is None else given_path(playbook, client.home)
    outcome = client.create_week(_launch_time(launch), playbook_path=path, tag=tag)
    match outcome:
        case Recorded(record=week):
            _show([week], json)
            if not json and (late := datetime.now(UTC) - week.launch) > _PAST:
                tell(
                    plural(
                        "The launch was {n} day ago: what was due since then is due now.",
                        "The launch was {n} days ago: what was due since then is due now.",
                        late.days,
                    )
                )
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)


def _launch_time(text: str) -> datetime:
    """A moment as text, or ``now``: this minute.

    :raises InputError: it is neither.
    """
    if text.strip().lower() == "now":
        return datetime.now(UTC).replace(second=0, microsecond=0)
    return parse_moment(text)


@app.command("list")
def list_weeks(home: HomeOption = None, json: JsonOption = False) -> None:
    """List all weeks; * marks the active one."""
    weeks = open_client(home).weeks()
    if not weeks and not json:
        tell(Message("No weeks yet. Create one: trainweek week new --launch 2026-11-23T14:00Z"))
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
        launch = Message("launch {time}", time=iso(week.launch))
        tell(joined([f"{mark} {week.id}", launch, week.tag, week.symbol], "  "))
