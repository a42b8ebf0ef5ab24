"""Up to where each person has seen what happened in a week, in a small database of its own.

That somebody has looked is no act of the week, so the ledger says nothing of it, and no backup
holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.language import Message
from runner.home.private_database import private_database

if TYPE_CHECKING:
    import sqlite3
    from contextlib import AbstractContextManager
    from pathlib import Path

    from core.paths import Home

_TABLES = """
create table marks (
    visitor text not null, week text not null, line integer not null, at real not null,
    run text, step integer, primary key (visitor, week)
);
"""


@dataclass(frozen=True)
class VisitMark:
    """Up to where somebody has seen what happened in a week.

    :ivar line: of the ledger; what it and the earlier ones say was seen.
    :ivar at: real time of what was shown.
    :ivar run: that was shown; None: there was none, or none with a step.
    :ivar step: its newest step then.
    """

    line: int
    at: datetime
    run: str | None = None
    step: int | None = None


class Visits:
    """The marks of a data directory.

    :raises SetupError: from every call: the database can't be used.
    """

    def __init__(self, home: Home) -> None:
        self.path = database(home)

    def mark(self, visitor: str, week_id: str) -> VisitMark | None:
        """The visitor's mark in a week; None before the first visit."""
        if not self.path.exists():
            return None
        with self._opened() as connection:
            row = connection.execute(
                "select line, at, run, step from marks where visitor = ? and week = ?",
                (visitor, week_id),
            ).fetchone()
        if row is None:
            return None
        line, at, run, step = row
        return VisitMark(line, datetime.fromtimestamp(at, UTC), run, step)

    def move(self, visitor: str, week_id: str, mark: VisitMark) -> None:
        """Move the mark; never back: an older tab of the same person has seen less."""
        values = (visitor, week_id, mark.line, mark.at.timestamp(), mark.run, mark.step)
        with self._opened() as connection, connection:
            connection.execute(
                "insert into marks values (?, ?, ?, ?, ?, ?) on conflict do update set"
                " line = excluded.line, at = excluded.at, run = excluded.run, step = excluded.step"
                " where excluded.at > at and excluded.line >= line",
                values,
            )

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return private_database(
            self.path,
            _TABLES,
            Message("If it is damaged, move it away: everybody begins with a first visit."),
        )


def database(home: Home) -> Path:
    """Where the marks are."""
    return home.state / "visits.db"
