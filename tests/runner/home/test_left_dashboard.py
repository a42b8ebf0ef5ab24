"""Dashboards that a killed ``up`` has left are recognised by their processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError
from core.paths import Home
from runner.home.left_dashboard import (
    end_left_dashboards,
    note_dashboard,
    require_not_served,
    served_dashboards,
)
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Starts a program that ignores being asked, notes it as its dashboard, and waits.
KEEPER = """
import subprocess, sys, time
from pathlib import Path
from core.paths import Home
from runner.home.left_dashboard import note_dashboard
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"],
    stdout=subprocess.PIPE)
child.stdout.readline()
note_dashboard(Home(Path(sys.argv[1])), 8501, child.pid)
print("noted", flush=True)
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def keeper(home: Home) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "noted\n"
    yield process
    process.kill()
    process.wait()
    end_left_dashboards(home)


def test_a_dashboard_that_is_kept_is_left_alone_and_named(
    home: Home, keeper: subprocess.Popen[str]
) -> None:
    assert end_left_dashboards(home) == []
    with pytest.raises(ConflictError, match=f"already served on port 8501, by pid {keeper.pid}"):
        require_not_served(home, 8501)
    require_not_served(home, 8502)


def test_one_whose_keeper_was_killed_is_ended(home: Home, keeper: subprocess.Popen[str]) -> None:
    (served,) = served_dashboards(home)
    keeper.kill()
    keeper.wait()
    (said,) = end_left_dashboards(home)
    assert f"pid {served.process.pid}" in said
    assert "port 8501" in said
    wait_for(lambda: list(served_dashboards(home)) == [])
    assert end_left_dashboards(home) == []
    assert list(home.state.glob("dashboard-*.json")) == []
    require_not_served(home, 8501)


def test_a_copy_of_the_home_ends_none_of_the_originals(
    home: Home, keeper: subprocess.Popen[str], tmp_path: Path
) -> None:
    copy = Home(tmp_path / "copy")
    shutil.copytree(home.root, copy.root)
    keeper.kill()
    keeper.wait()
    assert end_left_dashboards(copy) == []
    assert len(list(served_dashboards(home))) == 1


@pytest.mark.parametrize("text", ["", "[]", '{"dashboard": 1}', '{"port": "x"}', "\0"])
def test_a_file_that_says_nothing_names_no_process(home: Home, text: str) -> None:
    home.state.mkdir(parents=True)
    (home.state / "dashboard-8501.json").write_text(text)
    assert end_left_dashboards(home) == []
    require_not_served(home, 8501)


def test_a_dashboard_that_has_ended_is_none(home: Home) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    note_dashboard(home, 8501, process.pid)
    assert [each.port for each in served_dashboards(home)] == [8501]
    process.communicate(b"\n")
    assert list(served_dashboards(home)) == []
    require_not_served(home, 8501)
