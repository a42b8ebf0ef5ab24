"""Copies that are read where the originals can't be opened: in a temporary folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.language import Message
from core.paths import Home
from runner.store import chain
from runner.store.migrate import copy_database

if TYPE_CHECKING:
    from core.errors import TrainweekError


class SpareCopy:
    """A data directory with copies of ledger and database; it is removed with this object."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="trainweek-read-only-")
        self.home = Home(Path(self._folder.name))
        self.home.ledger.parent.mkdir(parents=True)
        self.home.state.mkdir(parents=True)


def copy_of_ledger(home: Home, error: TrainweekError) -> SpareCopy:
    """The ledger alone, from which the database is rebuilt.

    :param error: what is wrong with the database.
    :raises IntegrityError: the ledger is corrupt too.
    """
    try:
        for _ in chain.read(home.ledger):
            pass
    except IntegrityError as other:
        raise IntegrityError(
            Message(
                "{database} It can't be rebuilt, because the ledger is corrupt too: {ledger}",
                database=error.what,
                ledger=other.what,
            ),
            Message("Stop the runner and restore both from a backup: trainweek ledger restore"),
        ) from error
    spare = SpareCopy()
    shutil.copyfile(home.ledger, spare.home.ledger)
    return spare


def is_read_only(home: Home) -> bool:
    """Whether there is a record that this process may read and not write."""
    if not home.database.exists() and not home.ledger.exists():
        return False
    places = (home.state, home.database, home.ledger.parent, home.ledger)
    there = [path for path in places if path.exists()]
    readable = all(os.access(path, os.R_OK) for path in there)
    return readable and not all(os.access(path, os.W_OK) for path in there)


def copy_of_both(home: Home) -> SpareCopy:
    """Ledger and database of a data directory that can't be written.

    The database first: what the ledger has got since is added to the copy.
    """
    spare = SpareCopy()
    if home.database.exists():
        copy_database(home.database, spare.home.database)
    if home.ledger.exists():
        shutil.copyfile(home.ledger, spare.home.ledger)
    return spare
