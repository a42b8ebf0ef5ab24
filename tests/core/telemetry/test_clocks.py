"""Points come in the order of writing and step: a clock that was set hides none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.telemetry import RunReader
from core.telemetry.readings import freshness, of_newest_attempt, pace_series
from core.timestamps import from_unix
from tests.event_files import header, scalar, write_events
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

FPS = "time/fps"
BEGIN = 1_700_000_000.0
YEAR = 365 * 86400.0


def written(folder: Path, walls: list[float], first: int = 1, name: str = "tfevents.1") -> None:
    """A point every 1024 steps, in the order of writing."""
    folder.mkdir(parents=True, exist_ok=True)
    points = [scalar(FPS, (first + n) * 1024, wall, float(n)) for n, wall in enumerate(walls)]
    (folder / name).write_bytes(header(walls[0]) + b"".join(points))


def read(path: Path) -> RunReader:
    reader = RunReader(path)
    reader.refresh()
    return reader


@pytest.mark.parametrize("at", [1, 20, 39])
@pytest.mark.parametrize("by", [-1200.0, -3600.0, -5 * YEAR, 5 * YEAR])
def test_a_clock_set_inside_a_file_hides_no_point(tmp_path: Path, at: int, by: float) -> None:
    walls = [BEGIN + n + (by if n >= at else 0.0) for n in range(40)]
    written(tmp_path, walls)
    reader = read(tmp_path)
    every = pace_series(reader)
    assert every.step.tolist() == [n * 1024 for n in range(1, 41)]
    assert len(of_newest_attempt(reader, every)) == 40
    last = reader.last_event()
    assert last is not None
    assert (last.step, last.wall) == (40960, walls[-1])
    present = datetime.fromtimestamp(walls[-1], UTC)
    assert len(pace_series(reader, present)) == 40


def test_a_moment_before_the_clock_was_set_hides_what_came_later(tmp_path: Path) -> None:
    written(tmp_path, [*(BEGIN + n for n in range(20)), *(BEGIN + 5 + n for n in range(20))])
    reader = read(tmp_path)
    assert len(reader.series(FPS, until=BEGIN + 4)) == 5
    assert len(reader.series(FPS, until=BEGIN + 5)) == 21


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a"), ("attempt-001", "attempt-002")])
def test_a_clock_set_back_between_two_files_keeps_their_order(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    written(tmp_path / names[0], [BEGIN + n for n in range(20)])
    written(tmp_path / names[1], [BEGIN - 3600 + n for n in range(20)], first=21)
    reader = read(tmp_path)
    assert [mark.name for mark in reader.attempts] == list(names)
    assert reader.series(FPS).step.tolist() == [n * 1024 for n in range(1, 41)]
    assert reader.problems == []
    last = reader.last_event()
    assert last is not None
    assert last.step == 40960
    assert len(reader.series(FPS, until=last.wall)) == 40


def test_files_at_later_times_keep_the_order_of_time(tmp_path: Path) -> None:
    points = [(step, BEGIN + step, 1.0) for step in range(10, 101, 10)]
    write_events(tmp_path / "b", {FPS: points})
    resumed = [(step, BEGIN + 500 + step, 2.0) for step in range(60, 161, 10)]
    write_events(tmp_path / "a", {FPS: resumed})
    assert [mark.name for mark in read(tmp_path).attempts] == ["b", "a"]


@pytest.mark.parametrize("wall", [1e300, 3e11, -1e11, -1e300, float("nan"), float("-inf")])
def test_a_time_that_no_calendar_has_is_never_the_newest(tmp_path: Path, wall: float) -> None:
    points = [(n, 1_700_000_000.0 + n, 1.0) for n in range(1, 21)]
    write_events(tmp_path, {"time/fps": [*points, (21, wall, 2.0)]})
    reader = read(tmp_path)
    assert present(reader.last_event()).wall == 1_700_000_020.0
    assert present(freshness(reader, from_unix(1_700_000_030.0))).value == 10.0
