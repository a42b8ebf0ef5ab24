"""The demo's data directory: created for it, marked, and cleared after a killed demo."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, get_args

from sqlalchemy import func, select

from core.errors import ConflictError, SetupError
from core.files import write_text
from core.language import Message, plural
from core.paths import CHECKOUT, Home
from core.playbook.placement import PlacedKind
from runner.home.launch import end_process, stop_all
from runner.processes.identity import ProcessIdentity, identify
from runner.store import open_store, schema
from runner.store.opening import DEMO_MARK
from runner.store_address import shown_address

if TYPE_CHECKING:
    from pathlib import Path

    from core.playbook.placement import ExecutorName

DEFAULT = CHECKOUT / ".demo"
_GRACE_S = 5.0


def prepare(folder: Path) -> Home:
    """Create an empty data directory. An earlier demo in it is stopped and removed.

    :raises ConflictError: the folder has files that are not a demo's.
    :raises SetupError: it can't be written.
    """
    home = Home(folder.resolve())
    if folder.exists() and any(folder.iterdir()):
        if not (folder / DEMO_MARK).is_file():
            raise ConflictError(
                Message("{path} has files that are not a demo's.", path=str(folder)),
                Message("Give an empty folder: a demo clears its data directory at the start."),
            )
        clear_processes(home)
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DEMO_MARK).write_text("{}\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(
            Message(
                "The demo's data directory {path} can't be written: {error}.",
                path=str(folder),
                error=error.strerror,
            ),
            Message("Give another one: trainweek demo --home DIR"),
        ) from error
    return home


def share(home: Home, address: str) -> None:
    """Keep the record of the demo in a PostgreSQL database.

    :raises InputError: it is no address, or it holds a password.
    :raises ConflictError: the database has a record already.
    :raises SetupError: its server can't be reached.
    """
    write_text(home.settings_file, json.dumps({"store_url": address}) + "\n")
    with open_store(home).read() as connection:
        lines = connection.scalar(select(func.count()).select_from(schema.ledger))
    if lines:
        raise ConflictError(
            plural(
                "The database {address} has a record of {n:,} line.",
                "The database {address} has a record of {n:,} lines.",
                lines,
                address=shown_address(address),
            ),
            Message("Give an empty database: a demo does not clear one."),
        )


def placed_playbook(home: Home, executor: ExecutorName) -> Path:
    """Write the playbook of a demo whose training and revalidation an engine runs."""
    placed = {kind: {"executor": executor} for kind in get_args(PlacedKind)}
    wanted = {"id": f"phase4-{executor}", "extends": "phase4", "training": {"placements": placed}}
    path = home.root / "playbook.yaml"
    write_text(path, json.dumps(wanted) + "\n")  # JSON is YAML
    return path


def remember_dashboard(home: Home, pid: int) -> None:
    """Record the dashboard's process, so that a later demo can end it after a kill of this one."""
    process = identify(pid)
    (home.root / DEMO_MARK).write_text(
        json.dumps({"dashboard": None if process is None else process.as_dict()}) + "\n",
        encoding="utf-8",
    )


def clear_processes(home: Home) -> None:
    """End all live processes that a demo in this data directory started."""
    stop_all(home)
    try:
        stored = json.loads((home.root / DEMO_MARK).read_text(encoding="utf-8"))["dashboard"]
    except (KeyError, ValueError):
        return
    if (dashboard := ProcessIdentity.from_dict(stored)) is not None:
        end_process(dashboard, _GRACE_S)
