"""What must hold after every fault, whatever it was. Import the fixture to have it held."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

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
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert verify(place.home).ok, verify(place.home).text()
    notes = [note.text for note in Client(place.home, LEAD).notes(place.week.id)]
    assert notes[:ROWS] == said


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def vanish(*pids: int) -> None:
    """All of them die before any of them can see another's death."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
