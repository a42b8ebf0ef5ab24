"""critic_useless: explained variance not above 0, or a value loss out of the reward's scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import HOUR, diagnosed, noise, ppo, stuck

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK
PENDING, NO_DATA = FindingStatus.PENDING, FindingStatus.NO_DATA
small, large = noise(0.02, 3), noise(1.0, 4)


def critic(tmp_path: Path, count: int = 140, **changed: Any) -> Finding:
    return diagnosed(tmp_path, ppo(count, **changed), 4 * HOUR)["critic_useless"]


def test_an_explained_variance_far_below_zero_is_a_warning_with_its_numbers(tmp_path):
    found = critic(
        tmp_path,
        train__explained_variance=lambda i: -30.0 + large(i),
        train__value_loss=lambda i: 4e7,
        rollout__ep_rew_mean=lambda i: -1200.0 + 10 * large(i + 500),
    )
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    assert "median of the last 8: -29.9" in found.headline
    assert any("value loss 4e+07" in line for line in found.evidence_for)
    assert any(line.startswith("reward") for line in found.evidence_against)


def test_a_critic_that_is_a_constant_is_found_without_any_reward(tmp_path):
    found = critic(
        tmp_path,
        97,
        train__explained_variance=lambda i: 1e-7 * large(i),
        rollout__ep_rew_mean=None,
        rollout__ep_len_mean=None,
    )
    assert (found.status, found.kind) == (FIRING, "EXPLAINED_VARIANCE")


@pytest.mark.parametrize("reward", [None, stuck])
@pytest.mark.parametrize("explained", [0.0, 0.6])
def test_a_value_loss_beyond_any_reward_is_out_of_scale(tmp_path, reward, explained):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=reward,
        train__value_loss=lambda i: 1e17 * i,
        train__explained_variance=lambda i: explained,
    )
    if reward is None and explained:  # it may be the scale of a reward that is not logged
        assert found.status is OK
    else:
        assert (found.status, found.kind) == (FIRING, "VALUE_LOSS")


@pytest.mark.parametrize("explained", [None, 0.1, 0.6])
def test_a_value_loss_that_grows_out_of_the_rewards_scale_is_found(tmp_path, explained):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=stuck,
        train__value_loss=lambda i: 2.0 * 10 ** (max(0, i - 60) / 16),
        train__explained_variance=None if explained is None else lambda i: explained,
    )
    assert (found.status, found.kind) == (FIRING, "VALUE_LOSS")
    assert "the highest reward is" in found.headline


def test_a_value_loss_may_grow_with_the_reward(tmp_path):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=lambda i: 2.0 * 1.05**i,
        train__value_loss=lambda i: 0.1 * 1.05 ** (2 * i),
    )
    assert found.status is OK


def test_a_high_value_loss_of_a_high_reward_is_fine(tmp_path):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=lambda i: 2e4 + 300.0 * i,
        train__value_loss=lambda i: 1e7,
        train__explained_variance=lambda i: 0.9,
    )
    assert found.status is OK


@pytest.mark.parametrize(
    "explained",
    [
        lambda i: -2.0 if i < 50 else 0.5,  # low early
        lambda i: -0.01 + small(i),  # around 0: sparse rewards
        lambda i: math.nan,  # constant returns
        lambda i: -1.5 if i % 40 == 0 else 0.3,
    ],
)
def test_a_low_explained_variance_alone_is_no_alarm(tmp_path, explained):
    found = critic(tmp_path, rollout__ep_rew_mean=stuck, train__explained_variance=explained)
    assert found.status in (OK, NO_DATA)


def test_a_reward_that_never_changed_leaves_nothing_to_predict(tmp_path):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=lambda i: 0.0,
        train__explained_variance=lambda i: -0.3,
        train__value_loss=lambda i: 1e-6,
    )
    assert found.status is OK


def test_a_run_that_learns_without_a_critic_is_left_alone(tmp_path):
    found = critic(tmp_path, train__explained_variance=lambda i: -0.1)
    assert found.status is PENDING
    assert found.evidence_against


def test_without_the_tags_there_is_no_data(tmp_path):
    found = critic(tmp_path, train__explained_variance=None, train__value_loss=None)
    assert found.status is NO_DATA


@pytest.mark.parametrize("offset", [-400.0, 0.0, 5000.0])
def test_a_critic_whose_loss_falls_is_learning_the_level_first(tmp_path, offset):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=lambda i: offset + stuck(i),
        train__explained_variance=lambda i: 1e-4 * large(i),
        train__value_loss=lambda i: 150.0 * 0.97**i * (1 + 0.1 * large(i + 200)),
    )
    assert found.status is PENDING
    assert "loss falls" in found.headline
    assert any("the critic learns" in line for line in found.evidence_against)


@pytest.mark.parametrize("loss", [lambda i: 20.0 + large(i), lambda i: 20.0 * 1.02**i, None])
def test_a_loss_that_does_not_fall_excuses_nothing(tmp_path, loss):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=stuck,
        train__explained_variance=lambda i: 1e-4 * large(i),
        train__value_loss=loss,
    )
    assert (found.status, found.kind) == (FIRING, "EXPLAINED_VARIANCE")


def test_one_absurd_update_is_not_the_middle_of_eight_blocks(tmp_path):
    found = critic(
        tmp_path,
        60,
        rollout__ep_rew_mean=stuck,
        train__explained_variance=lambda i: -40.0 if i == 50 else -0.004 + 0.002 * large(i),
    )
    assert found.status is OK


def test_a_critic_that_predicted_and_lost_it_is_not_excused_by_what_was_learned_before(tmp_path):
    changed: dict[str, Any] = {
        "train__explained_variance": lambda i: 0.5 if i < 80 else -0.4 + small(i),
        "train__value_loss": lambda i: 2.0 if i < 80 else 8.0,
    }
    level = critic(tmp_path / "level", rollout__ep_rew_mean=lambda i: min(i, 60.0), **changed)
    rising = critic(tmp_path / "rising", rollout__ep_rew_mean=lambda i: float(i), **changed)
    assert (level.status, rising.status) == (FIRING, PENDING)


@pytest.mark.parametrize(("falls", "status"), [(0.97, PENDING), (1.0, FIRING)])
def test_a_critic_far_worse_than_a_constant_is_excused_only_while_its_loss_falls(
    tmp_path, falls, status
):
    found = critic(
        tmp_path,
        rollout__ep_rew_mean=lambda i: 0.002 + 1e-4 * stuck(i),
        train__explained_variance=lambda i: -4.0 + 0.3 * large(i),
        train__value_loss=lambda i: 5e-3 * falls**i,
    )
    assert found.status is status


def test_a_critic_that_got_worse_while_the_reward_stood_still_is_found(tmp_path):
    # It never explained anything, but its loss was six times lower.
    found = critic(
        tmp_path,
        200,
        rollout__ep_rew_mean=lambda i: min(i / 4, 5.0) + 0.1 * large(i),
        train__explained_variance=lambda i: -0.002 if i < 100 else -0.6 + small(i),
        train__value_loss=lambda i: (3.0 if i < 100 else 18.0) + 0.2 * large(i + 300),
    )
    assert found.status is FIRING
