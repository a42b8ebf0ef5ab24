"""The power goes after any system call: what was acknowledged is on the disk."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.errors import IntegrityError
from core.paths import Home
from runner.agent.checkpoint import tidy
from runner.client import Client
from runner.models.checkpoints import list_checkpoints
from runner.recovery.restore import restore_store
from runner.recovery.verification import verify_ledger
from runner.store.damage import damage_of
from tests.faults.matrix import fault
from tests.faults.power import Disk, cuts, record, writer
from tests.faults.saving import fresh, save
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.promises import Promises

NOTES = 6
ROUNDS = 40

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="no strace here to record system calls with"
)


def acknowledged(disk: Disk) -> int:
    return disk.said.count(b"saved ")


def notes(home: Home, week: str) -> list[int]:
    return [int(note.text.split()[0]) for note in Client(home, LEAD).notes(week)]


@needs_strace
@fault(
    28,
    injected="power cut after any system call of a writer (recorded by strace): what was not "
    "synced is dropped, or an arbitrary part of it is there",
    expected="every acknowledged row is there, the database intact, file and database in step",
)
def test_a_power_cut_at_any_moment_loses_nothing_acknowledged(
    place: Place, tmp_path: Path, seen: Callable[[object], None]
) -> None:
    disk = Disk(place.home.root)
    lines = record(writer(place.home.root, NOTES), tmp_path / "calls")
    moments = list(cuts(Disk(place.home.root), lines))
    chance = random.Random(28)
    # Right after each acknowledgement nothing but the synced is taken; else anything.
    chosen = set(chance.sample(moments, min(ROUNDS, len(moments))))
    tried, at_acks, said = 0, 0, 0
    for number in cuts(disk, lines):
        spoke = acknowledged(disk) > said
        said = acknowledged(disk)
        if not spoke and number not in chosen:
            continue
        at_acks, tried = at_acks + spoke, tried + 1
        home = Home(tmp_path / f"cut-{number}")
        disk.after_a_power_cut(home.root, None if spoke else chance)
        there = notes(home, place.week.id)
        assert there == list(range(len(there))), (number, there)
        assert len(there) >= said, (number, lines[number], there)
        assert Client(home, LEAD).damage() is None
        report = verify_ledger(home)
        assert report.ok or "not a complete line" in report.text(), report.text()
        with closing(sqlite3.connect(home.database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        shutil.rmtree(home.root)
    assert said == NOTES
    assert at_acks == NOTES
    seen(f"{tried} cuts among {len(moments)} calls, {at_acks} of them right after an ack; 0 lost")


_SAVES = """
import sys
from pathlib import Path
from tests.faults.saving import fresh, save
session = fresh()
print("there", flush=True)
save(session, Path(sys.argv[1]), 2_000)
print("saved 2000", flush=True)
"""


@needs_strace
@fault(
    28,
    injected="power cut after any system call of a save of a checkpoint (recorded by strace)",
    expected="the checkpoint is whole or absent, the one before verifies",
    no_home="the program that saves opens no store; what it saves is what is checked",
)
def test_a_power_cut_in_a_save_leaves_the_checkpoint_whole_or_absent(
    tmp_path: Path, seen: Callable[[object], None]
) -> None:
    save(fresh(), root := tmp_path / "checkpoints", 1_000)
    disk = Disk(root)
    lines = record([sys.executable, "-c", _SAVES, str(root)], tmp_path / "calls")
    chance = random.Random(28)
    found = {1_000: 0, 2_000: 0}
    for number in cuts(disk, lines):
        said = acknowledged(disk)
        for chosen in (None, chance):  # nothing but the synced; any part of the rest
            after_cut = tmp_path / f"cut-{number}"
            disk.after_a_power_cut(after_cut, chosen)
            tidy(after_cut)
            listed = list_checkpoints(after_cut)
            assert all(each.verified for each in listed), (number, lines[number][:200], listed)
            steps = [each.step for each in listed]
            assert steps in ([1_000], [2_000, 1_000]), (number, steps)
            assert steps[0] == 2_000 or not said
            found[steps[0]] += 1
            shutil.rmtree(after_cut)
    assert acknowledged(disk) == 1
    assert min(found.values()) > 0
    seen(f"{found[1_000]} cuts: the one before is the newest; {found[2_000]} cuts: the new one")


@needs_strace
@fault(
    31,
    injected="the rollback journal is removed in the middle of a commit",
    expected="found (damaged, or tables unlike the ledger), never repaired in silence; "
    "restore loses nothing",
)
def test_a_removed_journal_is_found_and_restored_from_the_ledger(
    place: Place, promises: Promises, tmp_path: Path, seen: Callable[[object], None]
) -> None:
    disk = Disk(place.home.root)
    lines = record(writer(place.home.root, 2), tmp_path / "calls")
    journal = f"{place.home.database}-journal"
    found = {"damaged": 0, "tables differ": 0, "in step": 0}
    for number in cuts(disk, lines):
        file = disk.names.get(str(place.home.database))
        if journal not in disk.names or file is None or not file.pending:
            continue  # only between the first page of a commit and its end
        home = Home(tmp_path / f"cut-{number}")
        disk.after_a_kill(home.root)
        Path(f"{home.database}-journal").unlink()
        try:
            damage = damage_of(home.database, home)
            Client(home, LEAD).weeks()
        except IntegrityError as error:
            damage = error.what
        report = verify_ledger(home, tables=True)
        kind = "damaged" if damage else "in step" if report.ok else "tables differ"
        found[kind] += 1
        restore_store(home, None, LEAD, after(0))
        assert len(notes(home, place.week.id)) >= acknowledged(disk)
        promises.let_go(home)
    assert sum(found.values()) >= 4
    seen(", ".join(f"{count} {kind}" for kind, count in found.items()))
