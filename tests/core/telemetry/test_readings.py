"""Derived numbers: speed, progress, time remaining, and why a number is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.telemetry import RunReader
from core.telemetry.absence import absence
from core.telemetry.drawn_series import speed_series
from core.telemetry.readings import (
    entropy,
    entropy_share,
    freshness,
    last_kl,
    last_reward,
    progress,
    readings,
    steps_per_second,
    time_remaining,
    time_remaining_range,
    validation_sharpe,
)
from tests.event_files import Point, header, write_events
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START = 1_700_000_000.0


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def iterations(
    count: int, seconds: float = 2.0, value: float = 1.0, first: int = 1, start: float = START
) -> list[Point]:
    """A point every 2048 steps."""
    return [
        (2048 * i, start + seconds * (i - first + 1), value) for i in range(first, first + count)
    ]


def read(folder: Path, series: Mapping[str, Sequence[Point]]) -> RunReader:
    write_events(folder, series)
    reader = RunReader(folder)
    reader.refresh()
    return reader


def test_speed_comes_from_steps_and_wall_times_and_never_from_fps(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(30, seconds=2.0, value=9999.0)})
    reading = present(steps_per_second(reader))
    assert reading.value == pytest.approx(1024.0)
    assert (reading.unit, reading.step) == ("steps/s", 2048 * 30)


def test_speed_follows_a_slowdown_that_fps_hides(tmp_path):
    fast, slow = iterations(50, 1.0), iterations(11, 8.0, first=51, start=START + 50)
    assert present(
        steps_per_second(read(tmp_path, {"time/fps": fast + slow}))
    ).value == pytest.approx(256.0)


@pytest.mark.parametrize("count", [2, 4, 40])
def test_the_curve_of_the_speed_ends_where_the_check_measures_it(
    tmp_path: Path, count: int
) -> None:
    slower = [(2048 * i, START + 2.0 * i + 0.1 * i * i, 1.0) for i in range(1, count + 1)]
    reader = read(tmp_path, {"time/fps": slower})
    drawn = speed_series(reader, at(10_000))
    assert len(drawn) == count - 1
    assert drawn.last[1] == pytest.approx(present(steps_per_second(reader)).value)


def test_the_curve_of_the_speed_never_spans_a_restart(tmp_path: Path) -> None:
    write_events(tmp_path / "a", {"time/fps": iterations(10)})
    write_events(tmp_path / "b", {"time/fps": iterations(3, 4.0, first=9, start=START + 9999)})
    reader = RunReader(tmp_path)
    reader.refresh()
    drawn = speed_series(reader, at(20_000)).finite().value
    assert sorted({round(float(each)) for each in drawn}) == [512, 1024]


def test_speed_is_that_of_the_present_attempt(tmp_path):
    write_events(tmp_path / "a", {"time/fps": iterations(10)})
    reader = read(tmp_path / "b", {"time/fps": iterations(1, first=8, start=START + 9999)})
    reader = RunReader(tmp_path)
    reader.refresh()
    assert steps_per_second(reader) is None
    assert present(steps_per_second(reader, at(500))).value == pytest.approx(1024.0)


def test_one_point_gives_no_speed_and_no_time_remaining(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(1)})
    assert steps_per_second(reader) is None
    assert time_remaining(reader, 500_000) is None


def test_progress_and_time_remaining_follow_the_measured_speed(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(100)})
    assert present(progress(reader, None, 409_600)).value == pytest.approx(0.5)
    assert present(progress(reader)).value == 204_800
    assert present(time_remaining(reader, 409_600)).value == pytest.approx(200.0)
    assert present(time_remaining(reader, 204_800)).value == 0.0


def test_the_time_remaining_has_a_range_as_wide_as_the_speed_varies(tmp_path):
    steady = read(tmp_path / "steady", {"time/fps": iterations(60)})
    total = 2048 * 100
    assert time_remaining_range(steady, total) == pytest.approx((80.0, 80.0))
    half = [
        (2048 * i, START + (2.0 * i if i <= 30 else 60 + 4.0 * (i - 30)), 1.0) for i in range(1, 61)
    ]
    varied = read(tmp_path / "varied", {"time/fps": half})
    low, high = present(time_remaining_range(varied, total))
    assert low == pytest.approx(80.0)
    assert high == pytest.approx(160.0)
    assert time_remaining_range(read(tmp_path / "new", {"time/fps": iterations(12)}), total) is None


def test_entropy_is_told_as_a_share_of_its_highest(tmp_path):
    falling = [(step, wall, -0.693 if step <= 2048 else -0.1733) for step, wall, _ in iterations(5)]
    found = present(entropy_share(read(tmp_path / "discrete", {"train/entropy_loss": falling})))
    assert found.value == pytest.approx(0.25, abs=1e-3)
    continuous = {"train/entropy_loss": iterations(5, value=1.4)}  # an entropy below zero
    assert entropy_share(read(tmp_path / "continuous", continuous)) is None


def test_readings_of_the_past_ignore_what_came_later(tmp_path):
    reader = read(tmp_path, {"train/approx_kl": [(1, START, 0.5), (2, START + 10, 0.25)]})
    assert present(last_kl(reader, at(5))).value == 0.5
    assert present(last_kl(reader, at(10))).value == 0.25
    assert last_kl(reader, at(-1)) is None


def test_numbers_are_found_under_their_older_names(tmp_path):
    reader = read(
        tmp_path,
        {
            "charts/episodic_return": iterations(3, value=7.0),
            "losses/approx_kl": iterations(3, value=0.5),
            "losses/entropy": iterations(3, value=2.0),
        },
    )
    assert present(last_reward(reader)).value == 7.0
    assert present(last_kl(reader)).value == 0.5
    assert present(entropy(reader)).value == 2.0


def test_entropy_has_one_sign_whoever_wrote_it(tmp_path):
    assert (
        present(entropy(read(tmp_path, {"train/entropy_loss": iterations(3, value=-1.5)}))).value
        == 1.5
    )


def test_the_reading_names_its_file_tag_step_and_moment(tmp_path):
    write_events(tmp_path / "attempt-001", {"eval/sharpe": iterations(2, value=0.25)})
    reader = RunReader(tmp_path)
    reader.refresh()
    reading = present(validation_sharpe(reader))
    assert reading.source.startswith("attempt-001/events.out.tfevents")
    assert reading.source.endswith(": eval/sharpe")
    assert (reading.step, reading.at) == (4096, at(4))
    assert reading.age(at(64)) == timedelta(seconds=60)


def test_freshness_is_the_age_of_the_newest_scalar(tmp_path):
    assert present(freshness(read(tmp_path, {"time/fps": iterations(3)}), at(96))).value == 90.0


def test_what_does_not_exist_is_left_out(tmp_path):
    found = readings(read(tmp_path, {"time/fps": iterations(3)}), 500_000, at(10))
    assert set(found) == {"step", "steps_per_second", "progress", "time_remaining", "freshness"}


def test_no_reward_after_one_iteration_is_pending(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(1)})
    found = absence(reader, "rollout/ep_rew_mean")
    assert found.pending
    assert "first episode is not finished" in found.why


def test_no_reward_after_many_iterations_means_no_monitor(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(20), "train/loss": iterations(20)})
    found = absence(reader, "rollout/ep_rew_mean")
    assert not found.pending
    assert "no Monitor" in found.why
    assert absence(reader, "rollout/ep_rew_mean", at(3)).pending


def test_train_metrics_begin_with_the_second_iteration(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(1), "rollout/ep_rew_mean": iterations(1)})
    found = absence(reader, "train/approx_kl")
    assert found.pending
    assert "second iteration" in found.why


def test_a_train_metric_that_never_comes_is_missing(tmp_path):
    reader = read(tmp_path, {"time/fps": iterations(10), "train/loss": iterations(10)})
    assert not absence(reader, "train/approx_kl").pending


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("train/approx_kl", "mine/ApproxKL"),
        ("rollout/ep_rew_mean", "custom/ep-rew-mean"),
        ("eval/mean_reward", "eval/test/mean_reward"),
    ],
)
def test_a_metric_under_an_unknown_name_is_pointed_at(tmp_path, name, written):
    reader = read(tmp_path, {"time/fps": iterations(10), written: iterations(10)})
    found = absence(reader, name)
    assert not found.pending
    assert f"{written} may be the same" in found.why


def test_a_metric_under_a_known_other_name_is_not_absent(tmp_path):
    reader = read(tmp_path, {"charts/SPS": iterations(10), "losses/approx_kl": iterations(10)})
    assert last_kl(reader) is not None
    assert "may be" not in absence(reader, "train/loss").why


def test_no_folder_no_file_and_no_scalar_are_told_apart(tmp_path):
    assert not absence(None, "train/loss").pending
    reader = RunReader(tmp_path)
    reader.refresh()
    assert absence(reader, "train/loss").why == "No event file."
    (tmp_path / "events.out.tfevents.1").write_bytes(header(START))
    reader.refresh()
    found = absence(reader, "train/loss")
    assert found.pending
    assert "has no scalar yet" in found.why


def test_a_damaged_file_is_why_nothing_is_there(tmp_path):
    (tmp_path / "events.out.tfevents.1").write_text("not an event file at all")
    reader = RunReader(tmp_path)
    reader.refresh()
    found = absence(reader, "train/loss")
    assert not found.pending
    assert "can't be read" in found.why
