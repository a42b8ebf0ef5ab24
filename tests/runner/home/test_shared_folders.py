"""Machines that share a record see the same folders, or the setting that is wrong is named."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError
from core.paths import Home
from core.vocabulary import ENDED_STATES, Verdict
from runner.doctor import shared_record
from runner.home import shared_folders as folders
from runner.home.shared_folders import MARK, mark_folders, unmarked
from runner.settings import Settings
from runner.store import Store
from tests.runner.place import Place, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A week whose record counts as shared; the marks need no server."""
    for module in (folders, shared_record):
        monkeypatch.setattr(module, "shared_address", lambda home: "postgresql://db/week")
    made = Place(tmp_path / "home")
    yield made
    made.clear()


def elsewhere(place: Place, root: Path) -> Home:
    """The same record on a machine that has its own, empty folders."""
    shutil.copytree(place.home.ledger.parent, Home(root).ledger.parent)
    return Home(root)


def test_another_machine_without_the_mount_is_told_the_setting(
    place: Place, tmp_path: Path
) -> None:
    assert mark_folders(place.home, Store(place.home)) == []
    assert unmarked(place.home) == []
    (found,) = shared_record.folders(place.home, Settings(), NOW)
    assert found.verdict is Verdict.PASS
    other = elsewhere(place, tmp_path / "other")
    assert set(unmarked(other)) == {"logs/ppo_training", "logs/jobs", "models", "reports", "data"}
    (found,) = shared_record.folders(other, Settings(), NOW)
    assert found.verdict is Verdict.FAIL
    assert "store_url" in found.what
    assert "TRAINWEEK_HOME" in found.remedy
    (found,) = shared_record.folders(other, Settings(sync_url="s3://bucket/team"), NOW)
    assert found.verdict is Verdict.PASS  # its files are fetched
    (other.root / "models").symlink_to(place.home.root / "models")  # one of them is mounted
    assert "models" not in unmarked(other)


def test_a_runner_that_does_not_see_the_last_attempt_marks_nothing(
    place: Place, tmp_path: Path
) -> None:
    service = place.service()
    job = place.submit()
    wait_for(ticking(service, lambda: place.job(job).state in ENDED_STATES))
    assert unmarked(place.home) == []  # the service marked them when it began
    other = elsewhere(place, tmp_path / "other")
    assert "logs/jobs" in mark_folders(other, Store(place.home))
    assert not list(other.root.rglob(MARK))


def test_the_folder_of_another_record_is_refused(place: Place, tmp_path: Path) -> None:
    mark_folders(place.home, Store(place.home))
    mark = place.home.jobs / MARK
    mark.write_text(mark.read_text().replace('"record": "', '"record": "another'))
    with pytest.raises(ConflictError, match="belongs to another record than the one of store_url"):
        mark_folders(place.home, Store(place.home))
    with pytest.raises(ConflictError, match="store_url"):
        list(shared_record.folders(place.home, Settings(), NOW))


def test_nothing_is_marked_where_nothing_is_shared(tmp_path: Path) -> None:
    made = Place(tmp_path / "home")
    assert mark_folders(made.home, Store(made.home)) == unmarked(made.home) == []
    assert not list(made.home.root.rglob(MARK))
    made.clear()
