"""Faults of the disk: what was acknowledged is there, what was not is not claimed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from core.errors import SetupError
from core.paths import Home
from core.vocabulary import Verdict
from runner.client import Client
from runner.doctor import examine
from runner.processes import procfs
from runner.settings import Settings
from tests.faults.matrix import fault
from tests.faults.promises import Promises, hold
from tests.faults.small_disk import left
from tests.faults.writing import on_a_small_disk, refusal, saved, write
from tests.runner.place import LAUNCH, LEAD, Place, after

if TYPE_CHECKING:
    import sqlite3

Seen = Callable[[object], None]
NOBODY = 65534


@fault(
    24,
    injected="1 MB tmpfs fills up under the writer",
    expected="NOT saved: disk space; saves again once there is some, without a restart",
)
def test_a_full_disk_is_said_and_survived_without_a_restart(
    tmp_path: Path, promises: Promises, seen: Seen
) -> None:
    done = on_a_small_disk(
        tmp_path,
        "head -c 300000 /dev/zero > $DISK/spare; $PYTHON $WRITER $DISK/home 500 $DISK/spare",
    )
    lines = done.stdout.splitlines()
    refused = refusal(lines)
    assert "NOT saved" in refused
    assert "disk space" in refused
    assert 5 < saved(lines) < 500
    assert f"notes {saved(lines)}" in lines, done.stdout + done.stderr
    assert lines[-1] == "verified"
    home = Home(left(tmp_path / "disk") / "home")
    promises.reported(home, saved(lines) - 1)
    promises.notes.append((home, "after"))
    seen(f"{saved(lines)} saved; {refused[:60]}...; saved after")


@fault(
    24,
    injected="PRAGMA max_page_count on the open database",
    expected="NOT saved; the same client saves again",
)
def test_a_database_that_may_not_grow_is_said_and_survived(place: Place, seen: Seen) -> None:
    limit = [0]

    @event.listens_for(place.lead.store._engine, "connect")
    def _limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={limit[0] or 1 << 30}")

    limit[0] = place.home.database.stat().st_size // 4096 + 40
    count = 0
    with pytest.raises(SetupError, match=r"NOT saved.*full") as refused:  # noqa: PT012
        for count in range(100):
            place.lead.note(place.week.id, "hourly_1", f"{count} " + "x" * 4000)
    hold(place, count)
    limit[0] = 0
    place.lead.note(place.week.id, "hourly_1", f"{count} after")
    hold(place, count + 1)
    seen(f"{count} saved; {refused.value.what[-40:]}; saved after")


@fault(
    27,
    injected="RLIMIT_FSIZE in the writing process",
    expected="an error, and no half state",
)
def test_a_limit_on_file_size_leaves_no_half_state(
    place: Place, promises: Promises, seen: Seen
) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails, the process lives
        size = place.home.database.stat().st_size + 60_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    lines, _ = write(place.home, 200, before=limit)
    assert "NOT saved" in refusal(lines)
    assert 0 < saved(lines) < 200
    promises.reported(place.home, saved(lines))
    hold(place, saved(lines))
    assert place.lead.note(place.week.id, "hourly_1", f"{saved(lines)} after the limit")
    hold(place, saved(lines) + 1)
    seen(f"{saved(lines)} saved; {refusal(lines)[:60]}...")


@fault(
    35,
    injected="the disk of a home, and of one that is still to be made, remounted read-only",
    expected="the path and the user are named, nothing is changed",
)
@pytest.mark.parametrize("name", ["home", "new"])
def test_a_folder_that_cannot_be_written_is_named_with_the_user(
    tmp_path: Path, promises: Promises, name: str, seen: Seen
) -> None:
    done = on_a_small_disk(
        tmp_path,
        f"$PYTHON $WRITER $DISK/home 1; mount -o remount,ro $DISK; $PYTHON $WRITER $DISK/{name} 1",
    )
    lines = done.stdout.splitlines()
    if name == "home":  # it is read all the same
        assert done.returncode == 0, done.stderr
        last = lines.pop(3)
        assert last.startswith("refused NOT saved")
        assert lines == ["saved 0", "notes 1", "verified", "notes 1", "verified"]
    else:
        assert done.returncode != 0
        assert lines == ["saved 0", "notes 1", "verified"]
        last = done.stderr.strip().splitlines()[-1]
    assert str(tmp_path / "disk" / name) in last
    assert "can't write to the data directory" in last
    assert "--home" in last
    promises.reported(Home(left(tmp_path / "disk") / "home"), 1)
    seen(last)


@fault(
    35,
    injected="the home belongs to another user, mode 0755",
    expected="the path and the user are named",
)
def test_a_home_of_somebody_else_is_named_with_the_user(promises: Promises, seen: Seen) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as two users")
    # Under /tmp itself: pytest's own folders let no other user through.
    with TemporaryDirectory(prefix="trainweek-rights-") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        Client(home, LEAD).create_week(LAUNCH)
        before = sorted(home.root.rglob("*"))
        # The interpreter may be root's own: it is another user's process from here on.
        code = f"import os; from tests.faults.writer import main; os.setuid({NOBODY}); main()"
        done = subprocess.run(
            [sys.executable, "-c", code, home.root, "1"], capture_output=True, text=True, timeout=60
        )
        last = done.stderr.strip().splitlines()[-1]
        assert "nobody" in last, done.stderr
        assert str(home.root) in last, done.stderr
        assert done.stdout == ""
        assert sorted(home.root.rglob("*")) == before
        promises.let_go(home)
    seen(last)


@fault(
    35,
    injected="a file stands where the home should be; a home that is missing",
    expected="the file is named; the missing home is made",
)
def test_a_missing_home_is_made_and_a_file_in_its_place_named(tmp_path: Path, seen: Seen) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SetupError, match="file") as refused:
        Client(Home(tmp_path / "file"), LEAD).weeks()
    client = Client(Home(tmp_path / "deep" / "missing"), LEAD)
    assert client.weeks() == []
    client.create_week(LAUNCH)
    seen(refused.value.what)


@fault(
    31,
    injected="the kernel's mount table says that the home is on nfs4, cifs, fuse.sshfs "
    "(the table is ours, the disk is not)",
    expected="the runner refuses to start, doctor says why",
)
def test_a_network_disk_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    mounts = place.home.root / "mountinfo"
    for kind in ("nfs4", "cifs", "fuse.sshfs"):
        mounts.write_text(
            "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            f"40 22 0:50 / {place.home.root} rw,relatime shared:1 - {kind} server:/weeks rw\n"
        )
        monkeypatch.setattr(procfs, "MOUNTS", mounts)
        with pytest.raises(SetupError, match=f"{kind}.*can corrupt") as refused:
            place.service()
        found = next(e for e in examine(place.home, Settings(), after(0)) if e.subject == "disk")
        assert found.verdict is Verdict.FAIL
        assert kind in found.what
    hold(place)
    seen(refused.value.what)


_FEW_FILES = """
import os, resource, sys
from pathlib import Path
from core.errors import TrainweekError
from core.paths import Home
from runner.client import Client
from tests.runner.place import LEAD

client = Client(Home(Path(sys.argv[1])), LEAD)
week = client.active_week().id
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

def opened():
    return len(os.listdir("/proc/self/fd"))

number, start = 0, opened()
for left in range(10):
    taken = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for each in taken[:left]:
        os.close(each)
    try:
        client.note(week, "hourly_1", f"{number} few")
        number += 1
        print("saved", left)
    except TrainweekError as error:
        print("refused", left, error)
    for each in taken[left:]:
        os.close(each)
    assert opened() == start, (left, opened(), start)
"""


@fault(
    36,
    injected="RLIMIT_NOFILE 64, all but 0 to 9 descriptors taken",
    expected="a clear error, no leak, and the next write is saved",
)
def test_a_process_without_free_files_says_so_and_leaks_none(
    place: Place, promises: Promises, seen: Seen
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FEW_FILES, place.home.root],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    refused = [line for line in lines if line.startswith("refused")]
    assert refused
    assert saved(lines)
    assert len(refused) + saved(lines) == 10
    assert "its limit of 64 open files" in refused[0]
    assert "ulimit -n" in refused[0]
    assert all("NOT saved" in line for line in refused), refused
    promises.reported(place.home, saved(lines))
    hold(place, saved(lines))
    seen(f"{len(refused)} refused: {refused[0][10:60]}...; {saved(lines)} saved")
