"""overfitting: earns on the training data, loses on data it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import HOUR, STEPS, diagnosed, noise, ppo
from tests.portuguese import untranslated

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK, PENDING = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.PENDING
EVERY = 5  # iterations between two validations
WOBBLE = noise(0.3, 3)


def judged(
    tmp_path: Path, sharpe: Any, count: int = 140, tag: str = "eval/sharpe", **changed: Any
) -> Finding:
    """:param sharpe: value of the validation at an iteration."""
    series = ppo(count, **changed)
    reward = series.get("rollout/ep_rew_mean") or series["train/value_loss"]
    series[tag] = [
        (step, wall, float(sharpe(step // STEPS)))
        for step, wall, _ in reward
        if step // STEPS % EVERY == 0
    ]
    found = diagnosed(tmp_path, series, 4 * HOUR)["overfitting"]
    for said in (found.headline, *found.evidence_for, *found.evidence_against):
        assert untranslated(said) == []
    return found


def losing(i: int) -> float:
    return -0.5 + 0.3 * WOBBLE(i)


def test_losing_every_validation_while_the_reward_rises_is_a_warning(tmp_path):
    found = judged(tmp_path, losing)
    assert (found.status, found.severity, found.kind) == (
        FIRING,
        Severity.WARNING,
        "NEVER_POSITIVE",
    )
    assert "validation Sharpe below 0 in all 28 validations" in found.headline
    assert found.since_step == EVERY * STEPS
    assert any("100% of its points above 0" in text for text in found.evidence_for)
    assert found.actions


def test_a_good_beginning_is_named_and_its_model_is_kept(tmp_path):
    found = judged(tmp_path, lambda i: 1.4 if i == 20 else losing(i))
    assert (found.status, found.kind) == (FIRING, "NOT_POSITIVE")
    assert "below 0 in the last 24 of 28 validations" in found.headline
    assert found.since_step == 25 * STEPS
    assert "best validation Sharpe 1.40 at step 40,960" in found.evidence_against[0]


def test_a_validation_above_0_again_clears_it_after_three(tmp_path):
    for better, status in ((1, FindingStatus.RECOVERING), (2, FindingStatus.RECOVERING), (3, OK)):
        first = 140 - EVERY * (better - 1)
        found = judged(
            tmp_path / str(better), lambda i, first=first: 0.9 if i >= first else losing(i)
        )
        assert found.status is status


@pytest.mark.parametrize("level", [-40.0, -5.0])
def test_a_run_that_loses_in_training_too_does_not_overfit(tmp_path, level):
    found = judged(
        tmp_path, losing, rollout__ep_rew_mean=lambda i: level * np.exp(-i / 200) + WOBBLE(i)
    )
    assert (found.status, found.kind) == (PENDING, "BOTH_LOSE")
    assert "not overfitting" in found.headline


def test_a_reward_that_never_rose_is_no_overfitting(tmp_path):
    found = judged(tmp_path, losing, rollout__ep_rew_mean=lambda i: 5.0 + WOBBLE(i))
    assert found.status is PENDING


@pytest.mark.parametrize("seed", range(12))
def test_validations_that_wobble_around_a_good_level_are_fine(tmp_path, seed):
    wide = noise(0.8, 100 + seed)
    found = judged(tmp_path, lambda i: 1.0 + wide(i))
    assert found.status is OK
    assert "no overfitting" in found.headline


@pytest.mark.parametrize("seed", range(6))
def test_a_true_sharpe_of_0_is_no_overfitting(tmp_path, seed):
    wide = noise(1.0, 200 + seed)
    assert judged(tmp_path, lambda i: wide(i)).status is OK


def test_a_validation_that_falls_while_the_reward_still_rises_is_a_warning(tmp_path):
    found = judged(
        tmp_path,
        lambda i: 2.0 - 0.02 * max(0, i - 50) + 0.2 * WOBBLE(i),
        rollout__ep_rew_mean=lambda i: 0.5 * i + WOBBLE(i),
    )
    assert (found.status, found.kind) == (FIRING, "PAST_ITS_BEST")
    assert "Overfitting: validation Sharpe" in found.headline


def test_another_environments_evaluation_has_no_zero_but_a_best(tmp_path):
    rising: dict[str, Any] = {"rollout__ep_rew_mean": lambda i: 0.5 * i + WOBBLE(i)}
    negative = judged(
        tmp_path / "negative",
        lambda i: -200.0 + 0.5 * i + WOBBLE(i),
        tag="eval/mean_reward",
        **rising,
    )
    assert negative.status is OK
    falls = judged(
        tmp_path / "falls",
        lambda i: 100.0 - 0.8 * max(0, i - 50) + WOBBLE(i),
        tag="eval/mean_reward",
        **rising,
    )
    assert (falls.status, falls.kind) == (FIRING, "PAST_ITS_BEST")
    assert "validation reward" in falls.headline


def test_a_fall_together_with_the_reward_is_no_overfitting(tmp_path):
    found = judged(
        tmp_path,
        lambda i: 1.5 - 0.02 * max(0, i - 50) + 0.1 * WOBBLE(i),
        rollout__ep_rew_mean=lambda i: 50.0 - 0.4 * max(0, i - 50) + WOBBLE(i),
    )
    assert found.status is OK


@pytest.mark.parametrize("count", [EVERY, 7 * EVERY])
def test_too_few_validations_are_not_judged(tmp_path, count):
    found = judged(tmp_path, losing, count)
    assert found.status is FindingStatus.NO_DATA
    assert "8 are needed" in found.headline


def test_without_a_validation_it_is_not_judged(tmp_path):
    found = diagnosed(tmp_path, ppo(140), 4 * HOUR)["overfitting"]
    assert found.status is FindingStatus.NO_DATA


def test_values_that_are_not_finite_count_as_none(tmp_path):
    found = judged(tmp_path, lambda i: float("nan") if i < 100 else losing(i))
    assert found.status is FIRING
    assert "all 9 validations" in found.headline
