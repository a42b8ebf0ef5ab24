"""The database as it is, without opening it as a store: nothing is migrated or repaired."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from runner.store.opening import shared_address

if TYPE_CHECKING:
    from core.paths import Home


def rows_of(home: Home, query: str) -> list[tuple]:
    """The rows of a query; none if there is no database, or it can't be read."""
    if (address := shared_address(home)) is not None:
        return _rows_of_server(address, query)
    database = home.database
    if not database.exists():
        return []
    try:
        with closing(
            sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2)
        ) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.DatabaseError:  # the check of the database reports it
        return []


def _rows_of_server(address: str, query: str) -> list[tuple]:
    from runner.store.postgresql.server import engine_of

    try:
        with engine_of(address).connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    except DBAPIError:  # the check of the database reports it
        return []
