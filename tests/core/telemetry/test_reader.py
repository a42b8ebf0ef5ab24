"""Runs of several files: order, attempts, stitching, and moments of the past."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest

from core.errors import TelemetryError
from core.telemetry import Fault, RunReader
from tests.event_files import append_events, header, write_events
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

REWARD, KL, SHARPE = "rollout/ep_rew_mean", "train/approx_kl", "eval/sharpe"


def read(path: Path) -> RunReader:
    reader = RunReader(path)
    reader.refresh()
    return reader


def line(first: int, last: int, start: float, value: float) -> list[tuple[int, float, float]]:
    """A point every 10 steps, a second apart."""
    return [(step, start + i, value) for i, step in enumerate(range(first, last + 1, 10))]


@pytest.fixture
def restarted(tmp_path: Path) -> Path:
    """Attempt 1 reached step 100; attempt 2 went on from 60."""
    write_events(
        tmp_path / "attempt-001",
        {REWARD: line(10, 100, 1000.0, 1.0), SHARPE: [(50, 1004.5, 0.1), (90, 1008.5, 0.9)]},
    )
    write_events(
        tmp_path / "attempt-002",
        {REWARD: line(70, 120, 2000.0, 2.0), KL: line(80, 120, 2001.0, 0.01)},
    )
    return tmp_path


def test_a_later_attempt_replaces_the_steps_that_it_overlaps(restarted):
    series = read(restarted).series(REWARD)
    assert series.step.tolist() == list(range(10, 121, 10))
    assert series.value.tolist() == [1.0] * 6 + [2.0] * 6


def test_a_tag_that_the_new_attempt_has_not_written_yet_is_rolled_back_too(restarted):
    assert read(restarted).series(SHARPE).step.tolist() == [50]


def test_raw_points_stay_reachable(restarted):
    reader = read(restarted)
    assert len(reader.series(REWARD, stitched=False)) == 16
    assert len(reader.frame()) == 16 + 2 + 5
    assert len(reader.frame(stitched=True)) == 12 + 1 + 5


@pytest.mark.parametrize("tags", [(REWARD,), (REWARD, KL)])
def test_a_frame_belongs_to_its_caller(tmp_path, tags):
    write_events(tmp_path, {tag: line(10, 40, 1000.0, 1.0) for tag in tags})
    reader = read(tmp_path)
    frame = reader.frame(stitched=False)
    assert frame.columns.tolist() == ["tag", "step", "wall_time", "value"]
    assert (frame["tag"] == REWARD).sum() == 4
    frame.loc[0, "value"] = 99.0
    assert reader.frame().loc[0, "value"] == 1.0
    assert reader.series(REWARD).value[0] == 1.0


def test_a_restart_behind_the_moment_of_judgement_hides_nothing(restarted):
    reader = read(restarted)
    assert reader.series(REWARD, until=1999.0).step.tolist() == list(range(10, 101, 10))
    assert reader.series(REWARD, until=1004.0).step.tolist() == [10, 20, 30, 40, 50]
    assert reader.series(REWARD, until=2000.0).step.tolist() == [10, 20, 30, 40, 50, 60, 70]
    assert len(reader.attempts_until(1999.0)) == 1


def test_attempts_are_marked_in_order_of_their_first_wall_time(restarted):
    marks = read(restarted).attempts
    assert [(mark.name, mark.first_step, mark.first_wall) for mark in marks] == [
        ("attempt-001", 10, 1000.0),
        ("attempt-002", 70, 2000.0),
    ]


def test_files_of_one_folder_are_ordered_by_time_and_not_by_name(tmp_path):
    write_events(tmp_path, {REWARD: line(10, 40, 5000.0, 2.0)}, "events.out.tfevents.1")
    write_events(tmp_path, {REWARD: line(10, 80, 1000.0, 1.0)}, "events.out.tfevents.2")
    reader = read(tmp_path)
    assert reader.series(REWARD).value.tolist() == [2.0] * 4
    assert [mark.name for mark in reader.attempts] == [
        "events.out.tfevents.2",
        "events.out.tfevents.1",
    ]


def test_a_second_writer_of_other_tags_is_no_restart(tmp_path):
    write_events(tmp_path, {REWARD: line(10, 100, 1000.0, 1.0)}, "events.out.tfevents.1")
    write_events(tmp_path, {SHARPE: line(50, 50, 1004.5, 0.3)}, "events.out.tfevents.2")
    reader = read(tmp_path)
    assert len(reader.attempts) == 1
    assert len(reader.series(REWARD)) == 10


def test_two_writers_in_one_folder_are_told_and_no_point_is_lost(tmp_path):
    first, second = line(10, 100, 1000.0, 1.0), line(40, 80, 1002.5, 2.0)
    write_events(tmp_path, {REWARD: first}, "events.out.tfevents.1")
    write_events(tmp_path, {REWARD: second}, "events.out.tfevents.2")
    reader = read(tmp_path)
    (problem,) = reader.problems
    assert (problem.file, problem.kind) == ("events.out.tfevents.2", Fault.TWO_WRITERS)
    assert "events.out.tfevents.1" in problem.detail
    assert "step 40" in problem.detail
    assert reader.series(REWARD).value.tolist() == [1.0] * 3 + [2.0] * 5
    assert len(reader.frame(stitched=False)) == len(first) + len(second)


def test_a_curve_over_restarts_grows_like_one_that_is_stitched_anew(tmp_path):
    """Points arrive by and by in three attempts, each also as a fresh reader sees them."""
    rng = np.random.default_rng(5)
    reader, wall = RunReader(tmp_path), 1000.0
    paths: list[Path] = []
    for attempt, start in enumerate((10, 60, 50)):
        step = start
        for _ in range(6):
            points = []
            for _ in range(int(rng.integers(1, 4))):
                points.append((step, wall, float(attempt)))
                step, wall = step + 10, wall + 1
            tags = {REWARD: points, KL: points[1:]}
            if step < start + 50:
                step -= int(rng.integers(0, 3)) * 10 * (attempt == 1)  # goes back in its file
            if len(paths) == attempt:
                paths.append(write_events(tmp_path / f"{attempt}", tags))
            else:
                append_events(paths[-1], tags)
            if attempt == 2 and step > 100:
                append_events(paths[0], {REWARD: [(30, wall, 9.0)]})  # two writers
            reader.refresh()
            fresh = read(tmp_path)
            for tag in (REWARD, KL):
                ours, again = reader.series(tag), fresh.series(tag)
                assert ours.step.tolist() == again.step.tolist()
                assert ours.wall.tolist() == again.wall.tolist()
                assert ours.value.tolist() == again.value.tolist()
                whole = fresh.series(tag, until=wall + 1.0)
                assert ours.step.tolist() == whole.step.tolist()
                assert (np.diff(ours.step) >= 0).all()
    assert set(reader.series(REWARD).value) == {0.0, 2.0, 9.0}


def test_settings_logged_at_step_zero_by_a_resumed_training_hide_nothing_else(tmp_path):
    write_events(tmp_path / "a", {REWARD: line(10, 100, 1000.0, 1.0), "lr": [(0, 999.0, 0.1)]})
    write_events(tmp_path / "b", {REWARD: line(70, 80, 2000.0, 2.0), "lr": [(0, 1999.0, 0.2)]})
    reader = read(tmp_path)
    assert reader.series(REWARD).step.tolist() == [10, 20, 30, 40, 50, 60, 70, 80]
    assert reader.series("lr").value.tolist() == pytest.approx([0.2])


def test_steps_that_go_back_in_one_file_replace_what_they_overlap(tmp_path):
    points = line(10, 50, 1000.0, 1.0) + line(30, 60, 2000.0, 2.0)
    write_events(tmp_path, {REWARD: points})
    reader = read(tmp_path)
    assert reader.series(REWARD).step.tolist() == [10, 20, 30, 30, 40, 50, 60]
    assert len(reader.series(REWARD, stitched=False)) == 9


def test_several_values_under_one_step_are_all_kept(tmp_path):
    points = [(5, 1000.0, 1.0), (5, 1000.5, 2.0), (6, 1001.0, 3.0)]
    write_events(tmp_path, {"charts/episodic_return": points})
    assert read(tmp_path).series("charts/episodic_return").value.tolist() == [1.0, 2.0, 3.0]


def test_a_window_is_open_at_its_start_and_closed_at_its_end(restarted):
    series = read(restarted).series(REWARD, until=1003.0, since=1001.0)
    assert series.wall.tolist() == [1002.0, 1003.0]


def test_odd_numbers_are_shown_as_they_are(tmp_path):
    nan, inf = float("nan"), float("inf")
    points = [(-1, 1000.0, nan), (1, nan, inf), (2, 1001.0, 1e38), (3, 1002.0, 5.0)]
    write_events(tmp_path, {REWARD: points})
    reader = read(tmp_path)
    raw = reader.series(REWARD, stitched=False)
    assert sorted(raw.step.tolist()) == [-1, 1, 2, 3]
    assert np.isnan(raw.value).sum() == 1
    assert len(reader.series(REWARD, until=1001.5)) == 2
    assert len(raw.finite()) == 2


def test_the_newest_event_is_known_for_every_moment(restarted):
    reader = read(restarted)
    assert (reader.last_step, reader.last_wall, reader.first_wall) == (120, 2005.0, 1000.0)
    assert present(reader.last_event(1004.7)).step == 50
    assert reader.last_event(10.0) is None


def test_a_folder_that_is_not_there_yet_is_no_error(tmp_path):
    reader = read(tmp_path / "later")
    assert (reader.tags(), reader.last_wall, len(reader.frame())) == ([], None, 0)
    assert [problem.kind for problem in reader.problems] == [Fault.NO_FILES]
    write_events(tmp_path / "later", {REWARD: line(10, 20, 1.0, 1.0)})
    reader.refresh()
    assert len(reader.series(REWARD)) == 2
    assert reader.problems == []


def test_a_file_with_only_a_header_has_no_scalars_and_no_problem(tmp_path):
    (tmp_path / "events.out.tfevents.1").write_bytes(header(1.0))
    reader = read(tmp_path)
    assert (reader.tags(), reader.problems, reader.attempts) == ([], [], [])


def test_one_file_is_read_under_any_name(tmp_path):
    path = write_events(tmp_path, {REWARD: line(10, 20, 1.0, 1.0)}, "copy.bin")
    assert len(read(path).series(REWARD)) == 2
    assert read(tmp_path).tags() == []


def test_other_files_in_the_folder_are_left_alone(tmp_path):
    write_events(tmp_path, {REWARD: line(10, 20, 1.0, 1.0)})
    (tmp_path / "monitor.csv").write_text("r,l,t\n")
    assert len(read(tmp_path).files) == 1


def test_a_folder_that_may_not_be_listed_is_an_error_with_a_remedy(tmp_path, monkeypatch):
    def scandir(path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", scandir)  # root may list everything
    with pytest.raises(TelemetryError, match=r"can't be listed.*permissions"):
        RunReader(tmp_path).refresh()


def test_returned_arrays_are_read_only_and_outlive_the_next_refresh(tmp_path):
    path = write_events(tmp_path, {REWARD: line(10, 100, 1000.0, 1.0)})
    reader = read(tmp_path)
    series = reader.series(REWARD)
    with pytest.raises(ValueError, match="read-only"):
        series.value[0] = 5.0
    append_events(path, {REWARD: line(110, 9000, 2000.0, 2.0)})
    reader.refresh()
    assert series.step.tolist() == list(range(10, 101, 10))
    assert len(reader.series(REWARD)) == 900


def test_sessions_share_one_reader_while_the_file_grows(tmp_path):
    path = write_events(tmp_path, {REWARD: line(10, 100, 1000.0, 1.0)})
    reader = RunReader(tmp_path)
    failures: list[BaseException] = []

    def session() -> None:
        try:
            for _ in range(60):
                reader.refresh()
                series = reader.series(REWARD)
                assert series.step.tolist() == list(range(10, 10 * len(series) + 10, 10))
        except BaseException as error:  # a thread's failure is invisible otherwise
            failures.append(error)

    threads = [Thread(target=session) for _ in range(6)]
    for thread in threads:
        thread.start()
    for i in range(11, 200):
        append_events(path, {REWARD: [(10 * i, 1000.0 + i, 1.0)]})
    for thread in threads:
        thread.join()
    reader.refresh()
    assert not failures
    assert len(reader.series(REWARD)) == 199


def test_linked_folders_are_read_once_and_by_their_own_name(tmp_path):
    line = [(step, 100.0 + step, 1.0) for step in range(1, 6)]
    write_events(tmp_path / "runs" / "PPO_2", {"x": line})
    (tmp_path / "runs" / "a-latest").symlink_to(tmp_path / "runs" / "PPO_2")
    (tmp_path / "runs" / "PPO_2" / "up").symlink_to(tmp_path / "runs")
    (tmp_path / "chosen").mkdir()
    (tmp_path / "chosen" / "best").symlink_to(tmp_path / "runs" / "PPO_2")
    (state,) = read(tmp_path / "runs").files
    assert (state.name.split("/")[0], state.points) == ("PPO_2", 5)
    (state,) = read(tmp_path / "chosen").files
    assert (state.name.split("/")[0], state.points) == ("best", 5)
