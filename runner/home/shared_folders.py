"""Whether the folders that several machines share are the same folders on each of them.

The runner leaves a mark in each: the record that they belong to. Another machine that has no mark
where it looks has not mounted the folder, or has it under another path.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import ConflictError
from core.files import write_json
from core.language import Message
from runner.files import read_json
from runner.store import chain
from runner.store.opening import shared_address
from runner.store.schema import attempts

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home
    from runner.store import Store

MARK = ".trainweek-record.json"


def shared_folders(home: Home) -> dict[str, Path]:
    """The folders that machines with one record share, by their names in the data directory."""
    folders = home.training, home.jobs, home.model.parent, home.root / "reports", home.root / "data"
    return {home.relative(folder): folder for folder in folders}


def mark_folders(home: Home, store: Store) -> list[str]:
    """Leave the runner's mark where there is none, if the record's files are here.

    :returns: names of folders that are not those of the record's last attempt: not marked.
    :raises ConflictError: a folder is another record's.
    """
    if shared_address(home) is None or not (record := chain.first_sum(home.ledger)):
        return []
    bare = unmarked(home)
    with store.read() as connection:
        newest = select(attempts.c.folder).order_by(attempts.c.started_at.desc()).limit(1)
        last = connection.scalar(newest)
    if last is not None and not (home.root / last).is_dir():
        return bare
    for name in bare:
        write_json(
            shared_folders(home)[name] / MARK, {"record": record, "host": socket.gethostname()}
        )
    return []


def unmarked(home: Home) -> list[str]:
    """Names of the folders without a mark of the record; none if nothing is shared.

    :raises ConflictError: a folder is another record's.
    """
    if shared_address(home) is None or not (record := chain.first_sum(home.ledger)):
        return []
    bare = []
    for name, folder in shared_folders(home).items():
        found = read_json(folder / MARK)
        if found is None:
            bare.append(name)
        elif found.get("record") != record:
            raise ConflictError(
                Message(
                    "{folder} belongs to another record than the one of store_url (marked by {host}).",
                    folder=str(folder),
                    host=str(found.get("host")),
                ),
                Message("Correct store_url or TRAINWEEK_HOME, or mount the right folder."),
            )
    return bare


def not_the_runners(home: Home, names: list[str]) -> tuple[Message, Message]:
    """What to say of folders that the runner's machine has and this one has not."""
    return (
        Message(
            "{folders} in {home} are not the runner's: the record is shared (store_url), but they are not"
            " mounted here, or under another path.",
            folders=", ".join(names),
            home=str(home.root),
        ),
        Message("Mount them below TRAINWEEK_HOME (--home), or fetch a copy: trainweek sync pull."),
    )
