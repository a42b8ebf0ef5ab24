"""What must hold after every fault, whatever it was. ``conftest.py`` holds it for each test.

Three things: every database is intact, in step with its ledger and what a rebuild of it
gives; every row that was acknowledged is there; no process is left but those of jobs that
are alive, and none of these once they were asked to end.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from shutil import rmtree
from typing import TYPE_CHECKING
from uuid import uuid4

import psutil
import pytest

from core.paths import Home
from core.vocabulary import LIVE_STATES
from runner.client import Client
from runner.files import read_json
from runner.home.runner_identity import read_identity
from runner.processes.attempt_processes import ATTEMPT_VARIABLE
from runner.recovery.verification import verify_ledger
from runner.store import Store
from tests.runner.place import LEAD, Place
from tests.runner.programs import RESIDENT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

OURS = "TRAINWEEK_TESTED_BY"  # in the environment of every process that a test starts
PATIENCE_S = 60.0


@dataclass
class Promises:
    """What one test was promised, and where."""

    root: Path  # where its homes lie
    mark: str = field(default_factory=lambda: uuid4().hex)
    others: set[int] = field(default_factory=set)  # pids that were there before it
    lines: list[tuple[Home, bytes]] = field(default_factory=list)  # acknowledged in this process
    notes: list[tuple[Home, str]] = field(default_factory=list)  # and reported by children
    homes: int = 0  # how many were checked
    rows: int = 0

    def look(self, home: Home) -> None:
        """The first two things, of one home."""
        whole(home)
        file = set(home.ledger.read_bytes().splitlines(keepends=True))
        with closing(sqlite3.connect(home.database)) as connection:
            known = {text for (text,) in connection.execute("SELECT sha256 FROM ledger")}
            said = {text for (text,) in connection.execute("SELECT text FROM notes")}
        for line in (line for where, line in self.lines if where == home):
            assert line in file, f"acknowledged, and not in the ledger: {line[:200]!r}"
            assert json.loads(line)["sha256"] in known, f"not in the database: {line[:200]!r}"
            self.rows += 1
        for start in (start for where, start in self.notes if where == home):
            assert any(text.startswith(start) for text in said), f"the note {start!r} is lost"
            self.rows += 1
        self.homes += 1

    def reported(self, home: Home, count: int) -> None:
        """A child that numbers its notes from 0 got the answer that so many are saved."""
        self.notes += [(home, f"{number} ") for number in range(count)]

    def let_go(self, home: Home) -> None:
        """Hold it for a home that the test needs no longer, and remove that."""
        self.look(home)
        self.forget(home)
        rmtree(home.root)

    def forget(self, home: Home) -> None:
        """Its rows are not promised: the test itself removes them, and says why."""
        self.lines = [each for each in self.lines if each[0] != home]
        self.notes = [each for each in self.notes if each[0] != home]

    def look_at_all(self) -> None:
        """The first two things, of every home that the test leaves."""
        homes = {
            Home(path.parents[2])
            for path in self.root.rglob("trainweek.db")
            if path.parent.name == "state"
        }
        gone = {where for where, _ in (*self.lines, *self.notes)} - homes
        assert not gone, f"rows were acknowledged in {gone}, where there is no database now"
        for home in sorted(homes, key=lambda home: home.root):
            self.look(home)

    def strays(self) -> list[psutil.Process]:
        """Live processes that the test started, with all that they started."""
        found = []
        for pid in set(psutil.pids()) - self.others - RESIDENT - {os.getpid()}:
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE and self._belongs(process):
                    found.append(process)
        return found

    def _belongs(self, process: psutil.Process) -> bool:
        """By its environment or ancestry, or by a path of the test, as its folder too."""
        if process.environ().get(OURS) == self.mark:
            return True
        if any(f"{self.root}/" in f"{word}/" for word in (*process.cmdline(), process.cwd())):
            return True
        for parent in process.parents():
            if parent.pid == os.getpid():
                return True
            if parent.pid in self.others:
                return False  # a browser that was there before keeps its own
        return False


def whole(home: Home) -> None:
    """The database is intact, in step with the ledger, and what a rebuild would give."""
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    report = verify_ledger(home, tables=True)
    assert report.ok, report.text()


@contextmanager
def promised(root: Path) -> Iterator[Promises]:
    """Note what is acknowledged by the store in this process, and mark what is started."""
    made = Promises(root, others=set(psutil.pids()))
    write = Store.write

    @contextmanager
    def noted(store: Store) -> Iterator[object]:
        with write(store) as transaction:
            yield transaction
        made.lines.extend((store.home, line) for line in transaction.lines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "write", noted)
        patch.setenv(OURS, made.mark)
        yield made


def held(promises: Promises, places: list[Place]) -> None:
    """All three, after a test: first as it left things, then with everything ended."""
    gone(lambda: without(places, promises.strays()), "belong to no job that is alive")
    for place in places:
        place.end()
    gone(promises.strays, "outlived the end of everything")
    promises.look_at_all()


def gone(found: Callable[[], list[psutil.Process]], why: str) -> None:
    """No process is found, at once or soon: what was ended may take a moment to be gone."""
    deadline = time.monotonic() + PATIENCE_S
    while left := found():
        if time.monotonic() > deadline:
            reported = []
            for each in left:
                with suppress(psutil.Error):
                    reported.append(f"{each.pid} {' '.join(each.cmdline())[:200]}")
                    each.kill()
            raise AssertionError(f"these processes {why}: {reported}")
        time.sleep(0.02)


def without(places: list[Place], found: list[psutil.Process]) -> list[psutil.Process]:
    """But for the runners, and for everything that belongs to an attempt of a live job."""
    if not found:
        return []
    spared, ids = set(), set()
    for place in places:
        spared |= {runner.pid for runner in place.runners}
        if (runner := read_identity(place.home)) is not None:
            spared.add(runner.process.pid)
        for job in place.lead.jobs(limit=1000):
            if job.state in LIVE_STATES and (attempts := place.lead.attempts(job.id)):
                folder = place.home.root / attempts[-1].folder
                ids.add((read_json(folder / "command.json") or {}).get("mark", ""))
    for process in found:
        with suppress(psutil.Error):
            if process.environ().get(ATTEMPT_VARIABLE) in ids:
                spared |= {process.pid, *(each.pid for each in process.children(recursive=True))}
    return [process for process in found if process.pid not in spared]


def hold(place: Place, acknowledged: int | None = None) -> None:
    """The same, in the middle of a test whose writers number their notes from 0.

    :param acknowledged: how many of them were said to be saved.
    """
    whole(place.home)
    gone(place.strays, "were left")
    if acknowledged is not None:
        notes = Client(place.home, LEAD).notes(place.week.id)
        numbers = [int(note.text.split()[0]) for note in notes]
        # One may be written and not yet said.
        assert numbers == list(range(len(numbers)))
        assert acknowledged <= len(numbers) <= acknowledged + 1


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def vanish(*pids: int) -> None:
    """All of them die before any of them can see another's death."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        # A stopped child is hung up by the kernel when its shim dies, and may be reaped by now.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
