"""Tables that only a shared store has. With SQLite the file and a file's lock hold the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
)

from runner.store.columns import metadata as _all

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

metadata = MetaData(naming_convention=_all.naming_convention)

# The chain itself: each line of the ledger as it is hashed, without its newline.
ledger_lines = Table(
    "ledger_lines",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)

# The one runner. Its times are the server's: clocks of machines differ.
runner_lease = Table(
    "runner_lease",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("boot_id", String, nullable=False),
    Column("home", String, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("renewed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("one = 1", name="only_one"),
)


def keep_lines(connection: Connection, first: int, lines: list[bytes]) -> None:
    """Add lines to the chain.

    :param first: the number of the first one.
    :param lines: each with its newline.
    """
    rows = [{"seq": first + at, "line": line[:-1].decode()} for at, line in enumerate(lines)]
    if rows:
        connection.execute(insert(ledger_lines), rows)
