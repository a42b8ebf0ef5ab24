"""runner.log and dashboard.log stay short, whoever holds them open."""

from __future__ import annotations

import errno
import logging
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobState
from runner.home import log_rotation
from runner.home.log_rotation import cap_log
from tests.runner.place import Place, child_settings, wait_for

if TYPE_CHECKING:
    from pathlib import Path


def holds(path: Path, text: str) -> bool:
    return text in path.read_text()


def test_a_runner_keeps_its_own_log_and_the_dashboards_short(place: Place) -> None:
    logs = (place.home.runner_log, place.home.dashboard_log)
    for path in logs:
        path.write_text("".join(f"line {number}\n" for number in range(1000)))
    with place.home.dashboard_log.open("ab", buffering=0) as dashboard:  # as Streamlit's is open
        place.runner(TRAINWEEK_LOG_BYTES="2000", TRAINWEEK_LOG_FILES="3")
        for path in logs:
            kept = path.with_name(f"{path.name}.1")
            note = f"[trainweek] log truncated: earlier lines are in {path.name}.1"
            wait_for(partial(holds, path, note))
            assert kept.read_text().endswith("line 999\n") or path == place.home.runner_log
        dashboard.write(b"and on\n")
    assert place.home.dashboard_log.read_text().endswith("and on\n")
    job = place.submit()  # the runner writes on, too
    wait_for(place.in_state(job, JobState.SUCCEEDED))
    place.runners[0].terminate()
    assert place.runners[0].wait(20) == 0
    assert place.home.runner_log.read_text().endswith("Runner stopped.\n")


def test_no_more_than_the_set_number_of_predecessors_stay(place: Place) -> None:
    settings = child_settings(log_bytes=100, log_files=3)
    path = place.home.dashboard_log
    for number in range(5):
        path.write_text(f"{number}" * 150)
        cap_log(path, settings)
    names = sorted(each.name for each in path.parent.glob("dashboard.log*"))
    assert names == ["dashboard.log", "dashboard.log.1", "dashboard.log.2"]
    assert path.with_name("dashboard.log.1").read_text() == "4" * 100


def test_a_log_that_is_not_there_is_not_made(place: Place) -> None:
    cap_log(place.home.dashboard_log, child_settings(log_bytes=1))
    assert not place.home.dashboard_log.exists()


@pytest.mark.parametrize("where", ["open", "ftruncate"])
def test_a_log_that_cannot_be_cut_ends_no_runner_and_is_told_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    service = place.service(log_bytes=100, heartbeat_s=0.0)
    place.home.dashboard_log.write_text("x" * 150)
    real = getattr(log_rotation.os, where)

    def refused(which: object, *more: object) -> object:
        if where == "ftruncate" or which in (
            place.home.dashboard_log,
            str(place.home.dashboard_log),
        ):
            raise OSError(errno.EACCES, "Permission denied")
        return real(which, *more)

    with monkeypatch.context() as patched:
        patched.setattr(log_rotation.os, where, refused)
        for _ in range(3):
            service.tick(datetime.now(UTC))
        (said,) = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert said.startswith(f"{place.home.dashboard_log}: ")
    assert "Permission denied" in said
    service.tick(datetime.now(UTC))
    assert "log truncated" in place.home.dashboard_log.read_text()
