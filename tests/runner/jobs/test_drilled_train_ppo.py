"""The faults of drills, in real learning: each shows in the events as what it is."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from core.drill import DrillKind, Fault
from core.drill_paths import mark_file, order_file, played_file
from core.errors import SetupError
from core.files import write_json
from core.paths import Home
from core.telemetry import RunReader
from runner.agent.session import Hooks, Session
from runner.agent.split import TrainingData
from runner.files import read_json
from runner.jobs import drilled_train_ppo
from runner.jobs.attempt import Spec, StopFlag
from runner.jobs.drilled_train_ppo import TINY, TOO_HIGH, DrillError, PlayedFault, drilled
from tests.expected import present
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    from pathlib import Path

    from core.telemetry import Series

HEALTHY = 3  # rollouts of 1,000 steps before the fault
ROLLOUTS = 6


class Attempt:
    """One attempt that learns for six rollouts, with the fault ordered in the third."""

    def __init__(self, root: Path, kind: DrillKind, ordered_for: int = 1) -> None:
        self.home = Home(root)
        self.home.state.mkdir(parents=True)
        settings = small_settings(total_steps=1_000 * ROLLOUTS)
        data = TrainingData.prepare(candles(1500), settings)
        self.session = Session(data, settings, settings.total_steps, 8760)
        self.session.log_to(root / "events", {})
        spec = {"home": self.home, "job_id": "train-1", "attempt": 1}
        self.session.also.append(PlayedFault(cast("Spec", _Fields(spec))))
        self.fault = Fault(
            kind=kind, job="train-1", attempt=ordered_for, at=datetime.now(UTC), step=None
        )

    def learn(self) -> bool:
        def order() -> None:
            if self.session.steps == 1_000 * HEALTHY:
                write_json(order_file(self.home), self.fault.as_dict())

        return self.session.learn(Hooks(on_rollout=order))

    def series(self, tag: str) -> Series:
        reader = RunReader(self.home.root / "events")
        reader.refresh()
        return reader.series(tag)

    @property
    def played(self) -> Fault:
        return Fault.model_validate(present(read_json(played_file(self.home))))


class _Fields:
    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)


@pytest.fixture(autouse=True)
def _unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drilled_train_ppo, "PACE_S", 0.0)


def test_a_crash_ends_the_training_after_it_was_recorded(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, DrillKind.CRASH)
    with pytest.raises(DrillError, match="DRILL"):
        attempt.learn()
    assert (attempt.played.kind, attempt.played.step) == (DrillKind.CRASH, 1_000 * HEALTHY)


def test_a_kl_explosion_is_one_of_the_learning_rate(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, DrillKind.KL)
    attempt.learn()
    kl, rate = attempt.series("train/approx_kl"), attempt.series("train/learning_rate")
    assert rate.value[-1] == pytest.approx(TOO_HIGH)
    assert kl.value[HEALTHY:].max() > 10 * kl.value[:HEALTHY].max()


def test_without_metrics_the_training_goes_on(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, DrillKind.NO_METRICS)
    assert attempt.learn() is True
    assert attempt.series("rollout/ep_rew_mean").step[-1] == 1_000 * HEALTHY


def test_a_collapsed_policy_acts_at_random_and_stays_so(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, DrillKind.COLLAPSE)
    attempt.learn()
    entropy = attempt.series("train/entropy_loss").value
    assert entropy[-1] == pytest.approx(-math.log(2), abs=1e-3)
    assert attempt.series("train/learning_rate").value[-1] == pytest.approx(TINY)
    assert attempt.series("train/approx_kl").value[HEALTHY:].max() < 1e-4, "no jump of the KL"


def test_another_attempt_is_healthy(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, DrillKind.CRASH, ordered_for=2)
    assert attempt.learn() is True
    assert not played_file(attempt.home).exists()


def test_outside_of_a_drill_it_trains_nothing(tmp_path: Path) -> None:
    spec = cast("Spec", _Fields({"home": Home(tmp_path)}))
    with pytest.raises(SetupError, match="is not the data directory of a drill"):
        drilled(spec, StopFlag())
    assert not mark_file(Home(tmp_path)).exists()
