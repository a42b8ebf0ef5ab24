"""A jump of a setting is an intervention, a schedule is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.telemetry import RunReader
from core.telemetry.interventions import setting_changes
from tests.event_files import write_events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RATE = "train/learning_rate"


def run(folder: Path, *attempts: Sequence[float]) -> RunReader:
    """Attempts of 2048 steps an iteration, each going on where the last one ended."""
    step = 0
    for number, rates in enumerate(attempts):
        points = []
        for rate in rates:
            step += 2048
            points.append((step, 1000.0 + step / 1024, float(rate)))
        write_events(folder / f"attempt-{number}", {RATE: points})
    reader = RunReader(folder)
    reader.refresh()
    return reader


def test_a_restart_with_a_lower_rate_is_one(tmp_path):
    reader = run(tmp_path, [3e-4] * 10, [1e-4] * 5)
    (change,) = setting_changes(reader)
    assert (change.setting, change.step, change.wall) == ("learning_rate", 11 * 2048, 1022.0)
    assert change.last_step == 10 * 2048
    assert (change.before, change.after) == pytest.approx((3e-4, 1e-4))
    assert setting_changes(reader, datetime.fromtimestamp(1021.0, UTC)) == []


def test_a_rate_that_is_halved_within_an_attempt_is_one(tmp_path):
    assert len(setting_changes(run(tmp_path, [3e-4] * 10 + [1.5e-4] * 10))) == 1


@pytest.mark.parametrize(
    "rates",
    [
        [3e-4] * 20,
        np.linspace(3e-4, 0, 40),
        3e-4 * np.exp(-np.arange(60) / 8),
        1.5e-4 * (1 + np.cos(np.linspace(0, np.pi, 50))),
        [3e-4],
        [float("nan"), 3e-4, 3e-4],
    ],
)
def test_constant_rates_and_schedules_are_none(tmp_path, rates):
    assert setting_changes(run(tmp_path, rates)) == []


def test_a_raised_entropy_weight_is_one_beside_a_lower_rate(tmp_path):
    for number, (rate, weight) in enumerate([(3e-4, 0.001), (1e-4, 0.005)]):
        steps = [2048 * (10 * number + place) for place in range(1, 11)]
        tags = {RATE: rate, "train/ent_coef": weight}
        series = {
            tag: [(s, 1000.0 + s / 1024, value) for s in steps] for tag, value in tags.items()
        }
        write_events(tmp_path / f"attempt-{number}", series)
    reader = RunReader(tmp_path)
    reader.refresh()
    assert {c.setting for c in setting_changes(reader)} == {"learning_rate", "ent_coef"}


def test_a_run_without_the_tag_has_none(tmp_path):
    write_events(tmp_path, {"time/fps": [(1, 1.0, 1.0)]})
    assert setting_changes(run(tmp_path)) == []
