"""A data directory that can't be written is read all the same, and says why nothing is saved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.vocabulary import Verdict
from runner.client import Client
from runner.doctor import examine
from runner.home.private_files import require_private_files
from runner.home.signing_key import signing_key
from runner.settings import Settings
from runner.store.file_modes import mend_modes
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOUNTED = """
set -e
mount --bind "$1" "$1" || exit 77
mount -o remount,ro,bind "$1" || exit 77
shift
exec "$@"
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    made.lead.tick(made.week.id, "hourly_1", "reward_positive", "seen", Verdict.PASS, "3.1")
    yield made
    made.clear()


def read_only(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of trainweek with the data directory mounted read-only."""
    root = str(place.home.root)
    command = [sys.executable, "-c", "from runner.cli import main; main()", *words]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", root, *command],
        env=os.environ | {"TRAINWEEK_HOME": root},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine does not allow mounts in a namespace")
    return done


def test_reading_commands_work_and_writing_ones_say_why_not(place: Place) -> None:
    before = place.home.ledger.read_bytes()
    listed = read_only(place, "week", "list")
    assert listed.returncode == 0, listed.stderr
    assert place.week.id in listed.stdout
    verified = read_only(place, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "2 lines, chain intact" in verified.stdout
    assert read_only(place, "ledger", "head").stdout.startswith("2 ")
    assert read_only(place, "jobs", "list").returncode == 0
    written = read_only(place, "week", "new", "--launch", "2026-12-07T14:00Z")
    assert written.returncode == 2
    assert "NOT saved" in written.stderr
    assert place.home.ledger.read_bytes() == before


def test_what_was_written_since_is_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    writable = True
    access = os.access

    def refused(path: object, mode: int) -> bool:
        return writable if mode == os.W_OK else access(str(path), mode)

    monkeypatch.setattr(os, "access", refused)
    lock = place.home.database.with_suffix(".lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()  # so that it can't be opened, as on a disk that is read-only
    writable = False
    client = Client(place.home, LEAD)
    assert len(client.ticks(place.week.id)) == 1
    assert isinstance(client.damage(), SetupError)
    with pytest.raises(SetupError, match="NOT saved"):
        client.note(place.week.id, "hourly_1", "x")
    lock.rmdir()
    writable = True
    place.lead.note(place.week.id, "hourly_1", "of another process")
    assert [note.text for note in client.notes(place.week.id)] == ["of another process"]
    assert client.damage() is None


def test_a_home_without_a_record_that_cant_be_written_is_refused(place: Place) -> None:
    place.home.ledger.unlink()
    place.home.database.unlink()
    shutil.rmtree(place.home.backups, ignore_errors=True)
    done = read_only(place, "week", "list")
    assert done.returncode == 2
    assert "NOT saved" in done.stderr


def modes(place: Place) -> set[str]:
    return {f"{p.stat().st_mode & 0o777:o}" for p in (place.home.database, place.home.ledger)}


def test_a_new_record_is_its_owners_alone(place: Place) -> None:
    Client(place.home, LEAD).weeks()
    assert modes(place) == {"600"}
    assert mend_modes(place.home) == []


def test_a_record_that_others_may_use_is_mended_at_the_next_start(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    Client(place.home, LEAD).weeks()
    for mode in (0o644, 0o666, 0o604, 0o620):
        place.home.ledger.chmod(mode)
        place.home.database.chmod(mode)
        found = examine(place.home, Settings(), after(0))
        told = [result.what for result in found if result.subject == "private"]
        assert [f"(mode {mode:o})" in what for what in told] == [True, True]
        caplog.clear()
        Client(place.home, LEAD).weeks()
        assert modes(place) == {"600"}
        assert caplog.text.count(f"accessible to others (mode {mode:o}); now") == 2


@pytest.mark.parametrize("name", ["key", "keys", "access.yaml", ".streamlit/secrets.toml"])
def test_secrets_that_others_may_read_are_refused_and_named(place: Place, name: str) -> None:
    signing_key(place.home)
    named = {"key": place.home.signing_key, "keys": place.home.signing_key.parent}
    path = named.get(name, place.home.root / name)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
    require_private_files(place.home)
    path.chmod(path.stat().st_mode | 0o040)
    with pytest.raises(SetupError, match=r"is accessible to others .* so it is not used"):
        require_private_files(place.home)
    found = examine(place.home, Settings(), after(0))
    assert any(str(path) in result.what for result in found if result.subject == "private")
