"""A data directory that was copied while its runner lives is another one."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from core.vocabulary import ENDED_STATES, JobState
from runner.client import Client
from runner.home.launch import stop_all, stop_runner
from runner.home.runner_identity import read_identity, runner_status
from runner.processes.identity import is_alive
from runner.service import Service
from tests.expected import present
from tests.runner.place import LEAD, Place, child_settings, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def copied(place: Place, tmp_path: Path) -> Iterator[tuple[Place, Home]]:
    """A home with a live runner and a live job, and its copy."""
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    wait_for(lambda: place.lead.progress(job.id) is not None)
    copy = Home(tmp_path / "copy")
    left_out = shutil.ignore_patterns("*.partial")  # may be gone before they are copied
    shutil.copytree(place.home.root, copy.root, ignore=left_out)
    yield place, copy
    if (left := read_identity(copy)) is not None and left.process.pid == os.getpid():
        copy.runner_identity.unlink()
    stop_all(copy, grace_s=0.3)


def test_the_originals_runner_is_not_the_copys(copied: tuple[Place, Home]) -> None:
    place, copy = copied
    original = present(read_identity(place.home)).process
    assert runner_status(place.home, datetime.now(UTC)).alive
    assert not runner_status(copy, datetime.now(UTC)).alive
    assert not stop_runner(copy)
    assert is_alive(original)


def test_a_runner_of_the_copy_takes_and_ends_nothing_of_the_original(
    copied: tuple[Place, Home],
) -> None:
    place, copy = copied
    original = present(read_identity(place.home)).process
    (running,) = place.lead.jobs()
    client = Client(copy, LEAD)
    service = Service(copy, child_settings(), now=lambda: datetime.now(UTC))
    client.stop(running.id)
    copy.runner_identity.unlink()  # of this process, which is not to be ended
    wait_for(ticking(service, lambda: present(client.job(running.id)).state in ENDED_STATES))
    service.close()
    copy.runner_identity.unlink(missing_ok=True)
    assert present(client.job(running.id)).state in (JobState.LOST, JobState.STOPPED)
    assert stop_all(copy, grace_s=0.3) == 0
    assert place.job(running).state is JobState.RUNNING
    assert len(place.strays()) >= 2  # its shim and its program
    assert is_alive(original)


def test_a_home_that_was_renamed_keeps_its_runner(place: Place, tmp_path: Path) -> None:
    place.runner()
    moved = Home(tmp_path / "moved")
    place.home.root.rename(moved.root)
    assert runner_status(moved, datetime.now(UTC)).alive
    assert stop_runner(moved)


def test_an_identity_of_an_earlier_version_is_still_believed(place: Place) -> None:
    service = place.service()
    text = place.home.runner_identity.read_text("utf-8")
    assert '"home": {' in text
    place.home.runner_identity.write_text(text.replace('"home"', '"unknown"'), encoding="utf-8")
    assert runner_status(place.home, datetime.now(UTC)).alive
    service.close()
