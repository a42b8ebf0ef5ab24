"""``trainweek sync`` ships and fetches, and says what it did; the setting is named if there is none."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from core.paths import Home
from tests.runner.sync.places import REPORT, shown, write

if TYPE_CHECKING:
    from pathlib import Path


def trainweek(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from runner.cli import main; main()", *words]
    return subprocess.run(
        [*command, "--home", str(home)], capture_output=True, text=True, check=False
    )


def test_a_report_goes_through_a_folder_and_the_second_time_nothing_does(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    there.mkdir()
    here.mkdir()
    made = trainweek(here, "week", "new", "--launch", "2026-02-23T14:00Z")
    assert made.returncode == 0, made.stderr
    done = trainweek(here, "sync", "push")
    assert done.returncode == 2
    assert "sync_url: s3://bucket/team" in done.stderr
    for home in (here, there):
        (home / "settings.yaml").write_text(f"sync_url: file://{tmp_path}/store\n")
    write((Home(here), None), REPORT, b"true")
    first, second = trainweek(here, "sync", "push"), trainweek(here, "sync", "push")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stdout == "1 file shipped, 0.0 MB; the store is at commit 1.\n"
    assert second.stdout == "0 files shipped, 0.0 MB; the store is at commit 1.\n"
    fetched = trainweek(there, "sync", "pull")
    assert fetched.stdout.startswith("1 file fetched, 0.0 MB; commit 1, of 20"), fetched.stderr
    assert shown((Home(there), None), REPORT) == b"true"
