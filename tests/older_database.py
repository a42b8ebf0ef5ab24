"""A database as an older version left it, made of a present one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.paths import CHECKOUT

if TYPE_CHECKING:
    import sqlite3

_REVISIONS = CHECKOUT / "runner" / "migrations" / "versions"
_ADDED = re.compile(r'op\.add_column\(\s*"(\w+)",\s*sa\.Column\("(\w+)"')
_INDEXED = re.compile(r'op\.create_index\(\s*"(\w+)"')
_INDEX_DROPPED = re.compile(r'op\.drop_index\("(\w+)"')
_CREATED = re.compile(r'op\.create_table\(\s*"(\w+)"')


def make_older(database: sqlite3.Connection, revision: str) -> None:
    """Drop the tables that later migrations create, and say that it has this revision.

    Columns that they add are the caller's to drop, up to those of revision 0013.
    """
    for path in sorted(_REVISIONS.glob("m[0-9]*.py"), reverse=True):
        if path.stem[1:5] <= revision:
            continue
        text = path.read_text(encoding="utf-8")
        for table in reversed(_CREATED.findall(text)):
            database.execute(f"DROP TABLE {table}")
        if path.stem[1:5] > "0013":
            for index in set(_INDEXED.findall(text)) - set(_INDEX_DROPPED.findall(text)):
                database.execute(f"DROP INDEX {index}")
            for table, column in _ADDED.findall(text):
                database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
