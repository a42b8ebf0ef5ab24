"""Options and helpers that commands share: data directory, person, week, JSON output."""

from __future__ import annotations

import getpass
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.drill import DRILL, NOT_REAL
from core.drill_paths import is_drill
from core.errors import InputError, PermissionDenied, TrainweekError
from core.language import Message, joined, plural
from core.path_names import no_folder
from core.paths import Home
from runner.cli.access_token import given_token
from runner.cli.speech import as_json, tell, warn

if TYPE_CHECKING:  # imported where they are used: not every command opens a data directory
    from core.people import Person
    from core.vocabulary import Right
    from core.week import Week
    from runner.client import Client
    from runner.client.lists import Lists
    from runner.client.reads import Reads
    from runner.client.terminal_entry import TerminalEntry
    from runner.outcomes import Refused


def _say_drill(home: Path | None) -> Path | None:
    """Before a command on the data directory of a drill: say that nothing of it is real."""
    with suppress(TrainweekError, OSError):  # the command itself says what is wrong
        if is_drill(Home.find(home)):
            warn(joined([DRILL, NOT_REAL]))
    return home


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="TRAINWEEK_HOME",
        show_envvar=True,
        callback=_say_drill,
        help="Data directory (default: the checkout).",
    ),
]
LimitOption = Annotated[int, typer.Option(help="List at most the newest this many.", min=1)]
DEFAULT_PORT = 8501  # of the pages
PortOption = Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        help="Address to listen on; other than this machine's own only with a login.",
    ),
]
BasePathOption = Annotated[
    str | None,
    typer.Option(
        "--base-path",
        help="What the addresses of the pages begin with, as /trainweek; a login says it itself.",
    ),
]
WeekOption = Annotated[str | None, typer.Option("--week", help="Week (default: the active one).")]
ActWeekOption = Annotated[
    str | None,
    typer.Option(
        "--week",
        envvar="TRAINWEEK_WEEK",
        show_envvar=True,
        help="Week in progress to act on (default: the active one).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def terminal_entry(home: Home) -> TerminalEntry:
    """Who acts at this terminal: the person of the token in ``TRAINWEEK_TOKEN``, verified.

    Without one ``TRAINWEEK_PERSON`` or the system user, with ``TRAINWEEK_ROLE``: nothing proves
    that name, so its records are marked *identity unverified*.

    :raises InputError: there is no such role.
    """
    from core.people import Person
    from runner.client.terminal_entry import TerminalEntry
    from runner.settings import Terminal

    terminal = Terminal.read()
    claimed = Person(terminal.person or getpass.getuser(), terminal.role)
    return TerminalEntry(home, claimed, given_token())


def keeper_of_machine(home: Home, right: Right) -> Person:
    """The person at the terminal, for what only keeps the machine running and needs no token.

    :raises PermissionDenied: role or token lack the right.
    """
    return _allowed_person(home, right, upkeep=True)


def _allowed_person(home: Home, right: Right, *, upkeep: bool) -> Person:
    entry = terminal_entry(home)
    try:
        entry.require(entry.person, right, upkeep=upkeep)
    except PermissionDenied as error:
        entry.record_denial(entry.person, right.value, error)
        raise
    return entry.person


def person_who_acts(home: Home, right: Right) -> Person:
    """The person at the terminal, for an act that is not a request to the runner.

    :raises PermissionDenied: role or token lack the right.
    """
    return _allowed_person(home, right, upkeep=False)


def require_allowed(denied: Refused | None) -> None:
    """Before anything is started: raise what the client refuses to this person.

    :raises InputError: the refusal.
    """
    if denied is not None:
        raise InputError(denied.reason, denied.remedy)


def client_of(home: Home) -> Client:
    """The client of a data directory, for the person at the terminal."""
    from runner.client import Client
    from runner.settings import Terminal

    entry = terminal_entry(home)
    client = Client(home, entry.person, entry=entry)
    client.shown_week = Terminal.read().week or None
    return client


def used_home(home: Path | None) -> Home:
    """A data directory that trainweek has written to. A mistyped one is refused, not created.

    :raises SetupError: there is no such folder.
    :raises InputError: the folder is not a data directory.
    """
    found = existing_home(home)
    if not found.is_used:
        raise InputError(
            Message("{folder} is not a data directory: it has no week.", folder=str(found.root)),
            Message(
                "Check --home, or create its first week:"
                " trainweek week new --launch 2026-11-23T14:00Z"
            ),
        )
    return found


def existing_home(home: Path | None) -> Home:
    """A data directory whose folder exists; it may be empty.

    :raises SetupError: there is no such folder.
    """
    found = Home.find(home)
    if not found.root.is_dir():
        raise no_folder(found.root)
    return found


def open_client(home: Path | None) -> Client:
    """The client of a used data directory, for the person at the terminal.

    :raises SetupError, InputError: see :func:`used_home`.
    """
    return client_of(used_home(home))


def open_reads(home: Path | None) -> Reads:
    """What lists of jobs read; no person is needed, and none is asked.

    :raises SetupError, InputError: see :func:`used_home`.
    """
    from runner.client.reads import Reads

    return Reads(used_home(home), _nobody())


def open_lists(home: Path | None) -> Lists:
    """The same with the list of weeks, whose decisions and playbooks take longer to load."""
    from runner.client.lists import Lists

    return Lists(used_home(home), _nobody())


def _nobody() -> Person:
    from core.people import Person
    from core.vocabulary import Role

    return Person(getpass.getuser(), Role.VIEWER)


def client_of_any(home: Path | None) -> Client:
    """The same for commands that may create the data directory."""
    return client_of(Home.find(home))


def ensure_background_runner(home: Home) -> None:
    """Start a background runner if none is alive, and print how to stop it."""
    from runner.home.launch import ensure_runner

    ensure_runner(home, started=lambda pid: _say_runner(home, pid))


def _say_runner(home: Home, pid: int) -> None:
    from runner.home.runner_identity import how_to_stop

    warn(
        Message(
            "Started a background runner (pid {pid}). Stop it with: {command}",
            pid=pid,
            command=how_to_stop(home),
        )
    )


def require_week(client: Client, week_id: str | None = None) -> Week:
    """The named week, or the one that the client acts on: without a choice the active one.

    :raises InputError: there is none.
    """
    from core.week import CREATE_WEEK

    week_id = week_id or client.shown_week
    week = client.week(week_id) if week_id else client.active_week()
    if week is None:
        raise InputError(
            Message("There is no week {week}.", week=week_id)
            if week_id
            else Message("There is no active week."),
            CREATE_WEEK,
        )
    return week


def tell_older(count: int, *, aside: bool = False) -> None:
    """Say how many the limit of a list has left out; nothing if it has left out none.

    :param aside: on the error output, since the output is read by a program.
    """
    if count:
        (warn if aside else tell)(
            plural("{n} older one; see --limit.", "{n} older ones; see --limit.", count)
        )


def print_json(value: Any) -> None:
    """Print strict JSON.

    :raises ValueError: it holds NaN or infinity, which is a bug of ours.
    """
    print(as_json(value))
