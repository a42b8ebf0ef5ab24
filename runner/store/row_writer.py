"""Changes of rows, held back until somebody has to see them, and then written many at once.

A rebuild writes a million rows. One statement for each, made anew, costs ten times what the
database needs; here each table has one statement of a kind, and new rows wait for one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, update

from runner.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Delete, Executable, Insert, Select, Table, Update
    from sqlalchemy.engine import Connection, CursorResult

_MOST = 1_000  # rows that wait in a table
_OF = "of_"  # before the column names of the row that is changed; a name can't be bound twice

Values = Mapping[str, Any]


class RowWriter:
    """Inserts, changes and removes rows in the given order, as far as anybody can see.

    Whoever reads through the connection itself calls :meth:`flush` first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[Table, dict[tuple[str, ...], list[Values]]] = {}

    def insert(self, table: Table, values: Values) -> None:
        """Add a row; columns that are not given get their default."""
        rows = self._waiting.setdefault(table, {}).setdefault(tuple(values), [])
        rows.append(values)
        if len(rows) >= _MOST:
            self._flush(table)

    def update(self, table: Table, of: Values, values: Values) -> None:
        """Change the rows whose columns are as in ``of``; all rows if it is empty."""
        if values:
            self._flush(table)
            given = {**values, **{f"{_OF}{name}": value for name, value in of.items()}}
            self._connection.execute(_update(table, tuple(of)), given)

    def delete(self, table: Table, of: Values) -> None:
        """Remove the rows whose columns are as in ``of``."""
        self._flush(table)
        given = {f"{_OF}{name}": value for name, value in of.items()}
        self._connection.execute(_delete(table, tuple(of)), given)

    def execute(self, statement: Executable) -> CursorResult[Any]:
        """Anything else; it sees every row."""
        self.flush()
        return self._connection.execute(statement)

    def scalar(self, query: Select[Any]) -> Any:
        """One value; the query sees every row."""
        self.flush()
        return self._connection.scalar(query)

    def flush(self) -> None:
        """Write what waits."""
        for table in schema.metadata.sorted_tables:
            self._flush(table)

    def _flush(self, table: Table) -> None:
        if table in self._waiting:
            for needed in _needed(table):
                self._flush(needed)
            for rows in self._waiting.pop(table).values():
                self._connection.execute(_insert(table), rows)


@cache
def _needed(table: Table) -> tuple[Table, ...]:
    """The tables whose rows those of this one name."""
    return tuple(dict.fromkeys(key.column.table for key in table.foreign_keys))


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _update(table: Table, of: tuple[str, ...]) -> Update:
    return update(table).where(*(table.c[name] == bindparam(f"{_OF}{name}") for name in of))


@cache
def _delete(table: Table, of: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(f"{_OF}{name}") for name in of))
