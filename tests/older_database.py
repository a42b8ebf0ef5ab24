"""A database as an older version left it, made of a present one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.paths import CHECKOUT

if TYPE_CHECKING:
    import sqlite3

_REVISIONS = CHECKOUT / "runner" / "migrations" / "versions"
_CREATED = re.compile(r'op\.create_table\(\s*"(\w+)"')


def make_older(database: sqlite3.Connection, revision: str) -> None:
    """Drop the tables that later migrations create, and say that it has this revision.

    Columns that they add are the caller's to drop; those of weeks side by side are dropped here.
    """
    if revision < "0015":
        database.execute("DROP INDEX one_week_in_progress_of_a_place")
        for column in ("beside", "place"):
            database.execute(f"ALTER TABLE weeks DROP COLUMN {column}")
    for path in sorted(_REVISIONS.glob("m[0-9]*.py")):
        if path.stem[1:5] > revision:
            for table in reversed(_CREATED.findall(path.read_text(encoding="utf-8"))):
                database.execute(f"DROP TABLE {table}")
    database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
