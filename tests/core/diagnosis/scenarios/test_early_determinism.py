"""early_determinism: a policy that stopped exploring before it had learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import HOUR, STEPS, diagnosed, ppo, stuck

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK, PENDING = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.PENDING


def judged(tmp_path: Path, count: int = 140, **changed: Any) -> Finding:
    return diagnosed(tmp_path, ppo(count, **changed), 4 * HOUR)["early_determinism"]


def gone(i: int) -> float:
    """Entropy of two actions, gone in 28 updates."""
    return 0.69 * 0.85**i


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("count", [40, 140])
def test_an_entropy_that_is_gone_before_it_learned_is_a_warning(tmp_path, sign, count):
    found = judged(
        tmp_path,
        count,
        train__entropy_loss=lambda i: sign * gone(i),
        rollout__ep_rew_mean=stuck,
    )
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    assert found.since_step == 21 * STEPS
    assert "(after 20 updates)" in found.headline


def test_without_a_reward_only_an_early_one_is_a_warning(tmp_path):
    found = judged(
        tmp_path / "early", train__entropy_loss=lambda i: -gone(i), rollout__ep_rew_mean=None
    )
    assert found.status is FIRING
    late = judged(
        tmp_path / "late",
        train__entropy_loss=lambda i: -0.69 * min(1.0, gone(i - 90)),
        rollout__ep_rew_mean=None,
    )
    assert late.status is PENDING


def test_a_std_that_vanishes_before_it_learned_is_a_warning(tmp_path):
    found = judged(tmp_path, train__std=lambda i: 0.9**i, rollout__ep_rew_mean=stuck)
    assert found.status is FIRING


def test_a_policy_that_learned_may_become_deterministic(tmp_path):
    found = judged(tmp_path, train__entropy_loss=lambda i: -0.69 * 0.97**i)
    assert found.status is OK
    assert "had learned before" in found.headline


def test_an_early_one_at_its_best_reward_is_reported_without_an_alarm(tmp_path):
    found = judged(tmp_path, train__entropy_loss=lambda i: -gone(i))
    assert found.status is PENDING
    assert found.evidence_against


def test_an_early_one_that_fell_below_its_best_is_a_warning(tmp_path):
    found = judged(
        tmp_path,
        train__entropy_loss=lambda i: -gone(i),
        rollout__ep_rew_mean=lambda i: 20.0 + (2.0 * i if i < 20 else 15.0) + 0.1 * stuck(i),
    )
    assert found.status is FIRING
    assert "below its best since" in found.headline


@pytest.mark.parametrize(
    "entropy",
    [
        lambda i: -0.69 + 0.004 * i,
        lambda i: -0.01,  # a resumed policy that was deterministic already
        lambda i: 2.0 - i / 20,  # Box actions: either sign
    ],
)
def test_an_entropy_that_is_not_gone_is_fine(tmp_path, entropy):
    found = judged(tmp_path, train__entropy_loss=entropy, rollout__ep_rew_mean=stuck)
    assert found.status in (OK, FindingStatus.NO_DATA)


def test_a_dead_policy_is_told_once(tmp_path):
    series = ppo(
        140,
        train__entropy_loss=lambda i: -gone(i),
        train__approx_kl=lambda i: 0.01 if i < 30 else 0.0,
        rollout__ep_rew_mean=stuck,
    )
    found = diagnosed(tmp_path, series, 4 * HOUR)
    assert found["policy_dead"].status is FIRING
    assert found["early_determinism"].status is OK


def test_without_the_tags_there_is_no_data(tmp_path):
    assert judged(tmp_path, train__entropy_loss=None).status is FindingStatus.NO_DATA
