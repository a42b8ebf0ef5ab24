"""Episode lengths in the units of the run's steps, also where steps count iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.telemetry.episodes import episode_lengths
from core.vocabulary import FindingStatus
from tests.core.diagnosis.runs import HOUR, MINUTE, START, diagnosed, noise, open_reader
from tests.event_files import Point, write_events
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis import Finding

ITERATIONS = 400
wobble = noise(1.0, 3)


def rsl_rl(
    per_iteration: float | None, length: float = 500.0, collecting: str = "Perf/collection_time"
) -> dict[str, list[Point]]:
    """A run as rsl_rl writes it: its steps count iterations, its speed is a whole number."""

    def curve(values: np.ndarray) -> list[Point]:
        return [(i, START + MINUTE * (i + 1), float(value)) for i, value in enumerate(values)]

    n = np.arange(ITERATIONS)
    tags = {
        "Train/mean_reward": curve(np.array([5.0 + wobble(i) for i in range(ITERATIONS)])),
        "Train/mean_episode_length": curve(length + 0.0 * n),
        "Loss/value_function": curve(1.0 + 0.0 * n),
        "Policy/mean_noise_std": curve(1.0 + 0.0 * n),
    }
    if per_iteration is not None:
        tags |= {
            "Perf/total_fps": curve(np.round(per_iteration / 2.0) + 0.0 * n),
            collecting: curve(1.5 + 0.0 * n),
            "Perf/learning_time": curve(0.5 + 0.0 * n),
        }
    return tags


@pytest.mark.parametrize("collecting", ["Perf/collection_time", "Perf/collection time"])
def test_lengths_are_divided_by_the_steps_of_an_iteration(tmp_path: Path, collecting: str) -> None:
    write_events(tmp_path, rsl_rl(98_304, collecting=collecting))
    lengths = present(episode_lengths(open_reader(tmp_path)))
    assert len(lengths) == ITERATIONS
    assert lengths.value == pytest.approx(500 / 98_304)


def test_without_the_size_of_an_iteration_points_are_independent(tmp_path: Path) -> None:
    write_events(tmp_path, rsl_rl(None))
    assert episode_lengths(open_reader(tmp_path)) is None


def test_other_lengths_are_left_as_they_are(tmp_path: Path) -> None:
    write_events(tmp_path, {"rollout/ep_len_mean": [(2048, START, 70.0), (4096, START + 1, 80.0)]})
    lengths = present(episode_lengths(open_reader(tmp_path)))
    assert lengths.value.tolist() == [70.0, 80.0]


def found_in(folder: Path, tags: dict[str, list[Point]]) -> dict[str, Finding]:
    return diagnosed(folder, tags, ITERATIONS * MINUTE + 12 * HOUR, total_steps=10**9)


@pytest.mark.parametrize("per_iteration", [None, 98_304])
def test_a_reward_by_iterations_is_judged(tmp_path: Path, per_iteration: float | None) -> None:
    stuck = found_in(tmp_path, rsl_rl(per_iteration))
    assert stuck["flat_reward"].kind == "STUCK"
    assert stuck["flat_reward"].status is FindingStatus.FIRING
    assert stuck["collapse"].status is FindingStatus.OK


def test_few_episodes_in_many_iterations_are_few(tmp_path: Path) -> None:
    # 24 steps an iteration and episodes of 500: 19 episodes in all.
    few = found_in(tmp_path, rsl_rl(24))
    assert few["flat_reward"].status is FindingStatus.NO_DATA
    assert "episodes" in few["flat_reward"].headline
