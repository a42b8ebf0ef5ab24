"""What must hold after every fault, whatever it was. Import the fixture to have it held."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from core.paths import Home
from runner.client import Client
from runner.ledger import verify
from tests.runner.place import LEAD, Place, wait_for

ROWS = 3


@pytest.fixture(autouse=True)
def nothing_is_lost(place: Place) -> Iterator[None]:
    """Database whole, ledger in step, every acknowledged row there, no stray process."""
    said = [f"before the fault, {number}" for number in range(ROWS)]
    for text in said:
        place.lead.note(place.week.id, "hourly_1", text)
    yield
    place.clear()
    wait_for(lambda: not place.strays())
    whole(place.home)
    notes = [note.text for note in Client(place.home, LEAD).notes(place.week.id)]
    assert notes[:ROWS] == said


def hold(place: Place, acknowledged: int | None = None) -> None:
    """The same, in the middle of a test whose writers number their notes from 0.

    :param acknowledged: how many of them were said to be saved.
    """
    whole(place.home)
    assert not place.strays()
    if acknowledged is not None:
        notes = Client(place.home, LEAD).notes(place.week.id)
        numbers = [int(note.text.split()[0]) for note in notes]
        # One may be written and not yet said.
        assert numbers == list(range(len(numbers)))
        assert acknowledged <= len(numbers) <= acknowledged + 1


def whole(home: Home) -> None:
    """The database is intact, in step with the ledger, and what a rebuild would give."""
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    report = verify(home, tables=True)
    assert report.ok, report.text()


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def vanish(*pids: int) -> None:
    """All of them die before any of them can see another's death."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
