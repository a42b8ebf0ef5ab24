"""A small database of its own that only its owner may read: who is let in, in no backup."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import require_private
from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUSY_S = 5.0


@contextmanager
def private_database(path: Path, tables: str, remedy: Message) -> Iterator[sqlite3.Connection]:
    """A connection to the database; the file is made at first use.

    :param tables: the statements that make its tables.
    :param remedy: what to do when it is damaged.
    :raises SetupError: the file can't be used, or others may read it.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        require_private(path)
        with closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
            if connection.execute("pragma schema_version").fetchone()[0] == 0:
                connection.executescript(tables)
            yield connection
    except (OSError, sqlite3.Error) as error:
        raise SetupError(
            Message("The database {file} can't be used: {why}.", file=str(path), why=str(error)),
            remedy,
        ) from error
