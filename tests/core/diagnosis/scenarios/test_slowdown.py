"""slowdown: steps a second that fell and stay low."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.diagnosis.scenarios.slowdown import _digits
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    STEPS,
    at,
    diagnosed,
    ppo,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


def run_at(
    tmp_path: Path, seconds_by_iteration: Sequence[float] | np.ndarray, **run: Any
) -> dict[str, Finding]:
    walls = np.cumsum(seconds_by_iteration)
    series = {
        tag: [(step, at(0).timestamp() + walls[step // STEPS - 1], value) for step, _, value in p]
        for tag, p in ppo(len(walls)).items()
    }
    return diagnosed(tmp_path, series, float(walls[-1]) + 1, **run)


def test_half_the_speed_for_long_is_a_slowdown(tmp_path):
    found = run_at(tmp_path, [10.0] * 60 + [20.0] * 15)["slowdown"]
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    assert "% of the earlier median" in found.headline


@pytest.mark.parametrize(
    "status", [TrainingStatus.CRASHED, TrainingStatus.STOPPED, TrainingStatus.COMPLETED]
)
@pytest.mark.parametrize("slow", [2, 15])
def test_a_run_that_has_ended_slows_down_no_more(tmp_path, status, slow):
    gaps = [10.0] * 60 + [20.0] * slow
    found = run_at(tmp_path, gaps, status=status)["slowdown"]
    assert found.status is OK
    assert found.headline.startswith("Run finished; not evaluated.")


def test_speeds_are_told_without_powers_of_ten():
    assert [_digits(rate) for rate in (0.1234, 12.34, 8583.2, 13_000.0)] == [
        "0.123",
        "12.3",
        "8,583",
        "13,000",
    ]


def test_one_slow_iteration_is_none(tmp_path):
    assert run_at(tmp_path, [10.0] * 60 + [30.0])["slowdown"].status is OK


def test_a_run_that_is_back_at_speed_recovers(tmp_path):
    found = run_at(tmp_path, [10.0] * 60 + [20.0] * 12 + [10.0] * 6)["slowdown"]
    assert found.status is FindingStatus.RECOVERING
    found = run_at(tmp_path / "b", [10.0] * 60 + [20.0] * 12 + [10.0] * 20)["slowdown"]
    assert found.status is OK


def test_a_mere_drop_of_a_fifth_is_none(tmp_path):
    assert run_at(tmp_path, [10.0] * 60 + [12.0] * 30)["slowdown"].status is OK


def test_the_first_iterations_give_no_speed_to_compare_with(tmp_path):
    assert run_at(tmp_path, [10.0] * 15)["slowdown"].status is FindingStatus.NO_DATA
