"""The database as it is, without opening it as a store: nothing is migrated or repaired."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def rows_of(database: Path, query: str) -> list[tuple]:
    """The rows of a query; none if there is no database, or it can't be read."""
    if not database.exists():
        return []
    try:
        with closing(
            sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2)
        ) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.DatabaseError:  # the check of the database reports it
        return []
