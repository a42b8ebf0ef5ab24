"""What an attempt records about its validations, beside never trading."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.market import load_candles
from core.model_manifest import lost_on_validation, selected_on_validation
from core.model_selection import candidates
from runner.agent.evaluation import Evaluation
from runner.agent.session import Session
from runner.agent.split import TrainingData
from runner.jobs.attempt import read_spec, utc_now
from runner.jobs.training_attempt import TrainingAttempt
from runner.jobs.training_log import TrainingLog
from runner.jobs.training_plan import plan_training
from runner.models.best_model import read_best_model
from tests.runner.jobs.training_home import make_home, write_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.paths import Home

GAIN, FLAT = Evaluation(np.array([0.02, -0.01]), 4), Evaluation(np.zeros(2), 0)


def loss(percent: float) -> Evaluation:
    return Evaluation(np.array([0.0, -percent / 100]), 4)


@pytest.fixture
def begin(tmp_path: Path) -> Callable[[], TrainingAttempt]:
    """Begins an attempt of run-a in the same home; the first one, or a later one."""
    home = make_home(tmp_path)
    spec = read_spec(write_spec(home, "train", steps=4_000))
    candles = load_candles(home.train_data)

    def attempt() -> TrainingAttempt:
        log = TrainingLog(home.training_log, utc_now, echo=False)
        plan = plan_training(spec, log.warn, log.error)
        data = TrainingData.prepare(candles, plan.settings)
        session = Session(data, plan.settings, plan.total_steps, 8760)
        begun = TrainingAttempt(spec, plan, session, log, time.monotonic)
        begun.prepare_folders()
        return begun

    return attempt


def validated(attempt: TrainingAttempt, *results: tuple[Evaluation, float | None]) -> None:
    """One validation each 1,000 steps after those of the run."""
    for result, sharpe in results:
        attempt.session.model.num_timesteps = 1_000 * (
            1 + max(attempt.validations.steps if attempt.validations else (), default=0) // 1_000
        )
        attempt._evaluated(result, sharpe)


def counts(home: Home) -> tuple[int, int, bool]:
    found = manifest(home)["validation"]["of_run"]
    return found["count"], found["lost"], found["beat_never_trading"]


def manifest(home: Home) -> dict:
    return read_best_model(home.run_model("run-a"))[1]


def test_the_manifest_counts_the_validations_that_lost_also_those_after_the_best(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    validated(attempt, (loss(3.0), -2.0), (loss(1.0), -0.42), (loss(2.0), -1.0))
    found = manifest(attempt.home)["validation"]
    assert (found["sharpe"], found["return_pct"]) == (-0.42, pytest.approx(-1.0))
    assert counts(attempt.home) == (3, 3, False)
    assert "(3 of 3, best Sharpe -0.42)" in str(lost_on_validation(found))
    later = begin()  # the same run continues
    validated(later, (FLAT, None))
    assert counts(later.home)[0] == 4


def test_a_step_that_the_killed_attempt_had_validated_counts_once(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    validated(attempt, (loss(3.0), -2.0), (loss(1.0), -0.42))
    later = begin()  # resumed from a checkpoint before the second validation
    later.session.model.num_timesteps = 2_000
    later._evaluated(loss(2.0), -0.9)
    assert counts(later.home) == (2, 2, False)
    assert len(candidates(manifest(later.home)["validation"])) == 3  # with never trading


def test_losses_after_one_that_earned_are_counted_also_over_a_resume(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    validated(attempt, (loss(1.0), -0.42), (GAIN, 0.9))
    settled = manifest(attempt.home)
    assert counts(attempt.home) == (2, 1, True)
    validated(attempt, (loss(9.0), -3.0))
    later = begin()  # the same run continues
    validated(later, (loss(8.0), -2.0))
    found = manifest(later.home)
    assert counts(later.home) == (4, 3, True)
    assert found["validation"]["sharpe"] == settled["validation"]["sharpe"]
    assert lost_on_validation(found["validation"]) is None


def test_a_model_that_earned_is_not_replaced_by_one_that_lost_with_a_higher_sharpe(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    attempt._evaluated(GAIN, 0.2)
    attempt._evaluated(loss(0.1), 0.9)  # an arithmetic mean above 0 can go with a loss
    assert manifest(attempt.home)["validation"]["sharpe"] == 0.2
    later = begin()
    later._evaluated(loss(0.1), 0.9)
    assert manifest(later.home)["validation"]["sharpe"] == 0.2
    later._evaluated(GAIN, 0.3)
    assert manifest(later.home)["validation"]["sharpe"] == 0.3


def test_never_trading_is_a_candidate_beside_each_validation(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    for steps, (percent, sharpe) in enumerate(((3.0, -2.0), (1.0, -0.42), (2.0, -1.0)), start=1):
        attempt.session.model.num_timesteps = 1_000 * steps
        attempt._evaluated(loss(percent), sharpe)
    found = manifest(attempt.home)["validation"]
    assert [each.step for each in candidates(found)] == [None, 2_000, 3_000, 1_000]
    assert str(selected_on_validation(found)).startswith(
        "Never trading was better than all 3 validations. The model's file is the best of them"
    )
    later = begin()  # the same run continues, and earns
    later.session.model.num_timesteps = 4_000
    later._evaluated(GAIN, 0.9)
    found = manifest(later.home)["validation"]
    assert [each.step for each in candidates(found)] == [4_000, None, 2_000, 3_000, 1_000]
    assert str(selected_on_validation(found)).startswith("Selected on validation: Step 4,000,")


def test_a_run_whose_earlier_validations_were_not_counted_claims_nothing(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    attempt.validations = None  # as an earlier version wrote it
    attempt._evaluated(loss(1.0), -0.42)
    assert "of_run" not in manifest(attempt.home)["validation"]
    later = begin()
    later._evaluated(loss(0.5), -0.2)
    assert manifest(later.home)["validation"]["sharpe"] == -0.2
    assert "of_run" not in manifest(later.home)["validation"]


def test_a_best_model_that_was_removed_does_not_end_the_training(
    begin: Callable[[], TrainingAttempt],
):
    attempt = begin()
    attempt._evaluated(loss(1.0), -0.42)
    attempt.best_model.unlink()
    attempt._evaluated(loss(2.0), -1.0)
    assert not attempt.best_model.exists()
