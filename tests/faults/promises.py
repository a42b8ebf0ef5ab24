"""What holds after every fault: database intact, every acknowledged row there, no strays."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from runner.ledger import verify
from tests.runner.place import Place


def hold(place: Place, acknowledged: int | None = None) -> None:
    """Prove the promises of a home.

    A rebuild from the ledger must equal the database table by table.

    :param acknowledged: how many notes were said to be saved; they are numbered from 0.
    """
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    report = verify(place.home, tables=True)
    assert report.ok, report.text()
    assert not place.strays()
    if acknowledged is not None:
        numbers = [int(note.text.split()[0]) for note in place.lead.notes(place.week.id)]
        # One may be written and not yet said.
        assert numbers == list(range(len(numbers)))
        assert acknowledged <= len(numbers) <= acknowledged + 1
