"""What many commands share: the home, the person, JSON output."""

from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.paths import Home
from core.people import Person
from core.vocabulary import Role
from core.week import Week
from runner.client import Client
from runner.home.launch import ensure_runner
from runner.home.runner_identity import how_to_end

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="TRAINWEEK_HOME",
        show_envvar=True,
        help="Home folder of the weeks (default: the checkout).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def person_at_the_terminal() -> Person:
    """Who types: ``TRAINWEEK_PERSON`` or the system's user, ``TRAINWEEK_ROLE`` or lead.

    Nothing proves the name, so what is recorded is marked *identity unverified*.
    """
    role = os.environ.get("TRAINWEEK_ROLE", Role.LEAD.value)
    if role not in set(Role):
        raise InputError(
            f"TRAINWEEK_ROLE is {role!r}, which is no role.",
            f"Use one of {', '.join(Role)}.",
        )
    return Person(os.environ.get("TRAINWEEK_PERSON") or getpass.getuser(), Role(role))


def open_client(home: Path | None) -> Client:
    """The client on a home folder, for the person at the terminal."""
    return Client(Home.find(home), person_at_the_terminal())


def needed_runner(home: Home) -> None:
    """A runner for what is asked of it; one that is started here stays, and is told of."""
    ensure_runner(home, started=lambda pid: _say_runner(home, pid))


def _say_runner(home: Home, pid: int) -> None:
    print(
        f"Started a runner (pid {pid}) that stays for what is asked later; "
        f"to end it: {how_to_end(home)}",
        file=sys.stderr,
        flush=True,
    )


def needed_week(client: Client, week_id: str | None = None) -> Week:
    """The named week, or the active one.

    :raises InputError: there is none.
    """
    week = client.week(week_id) if week_id else client.active_week()
    if week is None:
        raise InputError(
            f"There is no week {week_id}." if week_id else "There is no active week.",
            "Make one: trainweek week new --launch 2026-11-23T14:00Z",
        )
    return week


def print_json(value: Any) -> None:
    """Strict JSON: a NaN in it is our fault and stops the command."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str))
