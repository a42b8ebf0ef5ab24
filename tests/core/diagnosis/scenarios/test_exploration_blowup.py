"""exploration_blowup: a policy that becomes random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import HOUR, STEPS, diagnosed, ppo, stuck

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK, PENDING = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.PENDING


def explored(tmp_path: Path, count: int = 140, **changed: Any) -> Finding:
    return diagnosed(tmp_path, ppo(count, **changed), 4 * HOUR)["exploration_blowup"]


def test_a_std_that_explodes_is_a_warning_even_if_the_reward_rises(tmp_path):
    found = explored(
        tmp_path,
        train__std=lambda i: 3480 ** (i / 140),
        train__entropy_loss=lambda i: -1.4 - i / 17,
    )
    assert (found.status, found.severity, found.kind) == (FIRING, Severity.WARNING, "STD")
    assert "std 1.26 at the start, 3.48e+03 at step" in found.headline
    assert found.evidence_against


@pytest.mark.parametrize(("reward", "status"), [(stuck, FIRING), (None, FIRING)])
def test_a_std_many_times_its_start_is_a_warning(tmp_path, reward, status):
    found = explored(tmp_path, train__std=lambda i: 1 + i / 10, rollout__ep_rew_mean=reward)
    assert found.status is status


def test_a_wide_policy_that_learns_is_not_confirmed(tmp_path):
    assert explored(tmp_path, train__std=lambda i: 1 + i / 10).status is PENDING


@pytest.mark.parametrize(
    "std",
    [
        lambda i: 0.98**i,  # shrinks slowly
        lambda i: 1.0 + i / 140,  # doubles
        lambda i: 0.05 + i / 200,  # gSDE: from 0.05 to 0.75
        lambda i: 148.0,  # wide from the start: the actions' own unit
    ],
)
def test_a_std_in_its_usual_range_is_fine(tmp_path, std):
    assert explored(tmp_path, train__std=std, rollout__ep_rew_mean=stuck).status is OK


def back(i: int) -> float:
    """Entropy of two actions: learned until 60, random again from 100 on."""
    return 0.69 if i < 10 or i > 100 else 0.69 - 0.5 * min(1.0, (i - 10) / 50)


@pytest.mark.parametrize("sign", [-1, 1])
def test_an_entropy_back_at_its_maximum_is_a_warning(tmp_path, sign):
    found = explored(
        tmp_path, train__entropy_loss=lambda i: sign * back(i), rollout__ep_rew_mean=stuck
    )
    assert (found.status, found.kind) == (FIRING, "RANDOM_AGAIN")
    assert "entropy fell from 0.69 to 0.19" in found.headline
    assert found.since_step == 101 * STEPS


def test_a_std_back_at_its_start_is_a_warning(tmp_path):
    found = explored(tmp_path, train__std=lambda i: back(i) / 0.69, rollout__ep_rew_mean=stuck)
    assert found.kind == "RANDOM_AGAIN"


@pytest.mark.parametrize(
    "entropy",
    [
        lambda i: -0.69,  # never learned: not_converging says so
        lambda i: -0.69 + 0.004 * i,  # falls
        lambda i: -0.69 if i < 30 else -0.35,  # falls by half and stays
        lambda i: -0.69 + (0.3 if 20 < i < 60 else 0.1 if i >= 60 else 0.0),  # rises a little
        lambda i: 3.0 - i / 20,  # Box actions without std: either sign
    ],
)
def test_an_entropy_that_does_not_come_back_is_fine(tmp_path, entropy):
    found = explored(tmp_path, train__entropy_loss=entropy, rollout__ep_rew_mean=stuck)
    assert found.status in (OK, FindingStatus.NO_DATA)


@pytest.mark.parametrize(("share", "status"), [(0.975, PENDING), (1.0, FIRING)])
def test_an_entropy_that_rises_while_the_reward_holds_is_confirmed_at_its_maximum(
    tmp_path, share, status
):
    found = explored(tmp_path, train__entropy_loss=lambda i: -back(i) * (share if i > 100 else 1.0))
    assert found.status is status
    assert found.evidence_against


def test_without_the_tags_there_is_no_data(tmp_path):
    assert explored(tmp_path, train__entropy_loss=None).status is FindingStatus.NO_DATA
