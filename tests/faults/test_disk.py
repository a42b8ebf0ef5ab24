"""Faults of disk and database: what was acknowledged is there, what was not is not claimed."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import ConflictError
from core.paths import Home
from runner.client import Client
from runner.ledger import verify
from runner.store import Store
from tests.runner.place import LEAD, Place

WRITER = Path(__file__).with_name("writer.py")


def in_small_disk(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script with a tmpfs of 1 MB mounted at $DISK, in a namespace of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", f"mount -t tmpfs -o size=1m small $DISK\n{script}"],
        env={"DISK": str(disk), "PYTHON": sys.executable, "WRITER": str(WRITER), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"this machine lets nobody mount in a namespace: {done.stderr.strip()}")
    return done


def test_a_full_disk_is_said_and_survived_without_a_restart(tmp_path: Path) -> None:  # 24
    done = in_small_disk(
        tmp_path,
        "head -c 300000 /dev/zero > $DISK/spare; $PYTHON $WRITER $DISK/home 500 $DISK/spare",
    )
    lines = done.stdout.splitlines()
    saved = sum(line.startswith("saved") for line in lines)
    (refused,) = [line for line in lines if line.startswith("refused")]
    assert "NOT saved" in refused and "disk space" in refused
    assert 5 < saved < 500
    assert f"notes {saved}" in lines, done.stdout + done.stderr
    assert lines[-1] == "verified"


def test_a_folder_that_cannot_be_written_is_named_with_the_user(tmp_path: Path) -> None:  # 35
    done = in_small_disk(tmp_path, "mount -o remount,ro $DISK; $PYTHON $WRITER $DISK/home 1")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert str(tmp_path / "disk" / "home") in last
    assert "can't be written by" in last and "--home" in last


def test_a_limit_on_file_size_leaves_no_half_state(place: Place) -> None:  # 27
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, the process lives
        size = place.home.database.stat().st_size + 60_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [sys.executable, WRITER, place.home.root, "200"],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=60,
    )
    saved = sum(line.startswith("saved") for line in done.stdout.splitlines())
    assert "NOT saved" in done.stdout
    assert 0 < saved < 200
    assert len(place.lead.notes(place.week.id)) == saved
    assert verify(place.home).ok
    assert place.lead.note(place.week.id, "hourly_1", "after the limit")


@pytest.mark.parametrize("after", [3, 9, 17])
def test_a_writer_killed_at_any_moment_loses_nothing_acknowledged(place: Place, after: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, WRITER, place.home.root, "1000"], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(after):
        writer.stdout.readline()
    writer.kill()
    rest = writer.stdout.read()
    writer.wait()
    saved = after + rest.count("saved")
    notes = Client(place.home, LEAD).notes(place.week.id)  # opening brings the database up
    assert [note.text.split()[0] for note in notes] == [str(n) for n in range(len(notes))]
    assert saved <= len(notes) <= saved + 1  # one may be written and not yet said
    assert verify(place.home).ok
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_others_hold_is_waited_for_then_told(place: Place) -> None:  # 29
    with closing(sqlite3.connect(place.home.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        place.lead.store._engine.dispose()
        with pytest.raises(ConflictError, match="nothing was saved"):
            Store(place.home, busy_timeout_s=0.2)
        other.execute("ROLLBACK")
    assert place.lead.note(place.week.id, "hourly_1", "now")
    assert verify(place.home).ok


def test_a_kill_in_a_migration_leaves_the_old_schema_whole(tmp_path: Path) -> None:  # 33
    home = Home(tmp_path / "home")
    code = (
        "import os, signal, sys\n"
        "from alembic import op\n"
        "made = op.create_index\n"
        "def die(name, *a, **k):\n"
        "    if name == 'one_current_tick': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return made(name, *a, **k)\n"
        "op.create_index = die\n"
        "from pathlib import Path\n"
        "from core.paths import Home\n"
        "from runner.store import Store\n"
        "Store(Home(Path(sys.argv[1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, home.root], timeout=60)
    assert done.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    assert Client(home, LEAD).weeks() == []
