"""policy_dead: a policy that no longer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    STEPS,
    Curve,
    diagnosed,
    ppo,
    stuck,
    wobble,
)

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


def dead(tmp_path: Path, **changed: Any) -> Finding:
    series = ppo(200, train__approx_kl=lambda i: 0.0 if i > 100 else 0.01, **changed)
    return diagnosed(tmp_path, series, 200 * MINUTE)["policy_dead"]


def test_a_collapsed_policy_is_critical(tmp_path):
    found = dead(
        tmp_path,
        train__entropy_loss=lambda i: -1.0 if i <= 100 else -1e-4,
        rollout__ep_rew_mean=stuck,
    )
    assert (found.status, found.kind) == (FIRING, "COLLAPSED")
    assert found.severity is Severity.CRITICAL
    assert found.since_step == 101 * STEPS


def test_a_policy_that_its_first_update_destroyed_is_found(tmp_path):
    series = ppo(
        60,
        train__approx_kl=lambda i: 23.0 if i == 2 else 0.0,
        train__entropy_loss=lambda i: -0.69 if i == 2 else 0.0,
        rollout__ep_rew_mean=stuck,
    )
    found = diagnosed(tmp_path, series, 60 * MINUTE)
    assert found["policy_dead"].kind == "COLLAPSED"
    assert found["flat_reward"].normal_until is None


def test_a_policy_that_never_moves_learns_nothing(tmp_path):
    series = ppo(
        200,
        train__approx_kl=lambda i: 1e-8,
        train__entropy_loss=lambda i: -0.693,
        rollout__ep_rew_mean=stuck,
    )
    found = diagnosed(tmp_path, series, 200 * MINUTE)["policy_dead"]
    assert (found.status, found.kind) == (FIRING, "FROZEN")


def test_a_learning_rate_of_zero_is_meant_so(tmp_path):
    assert dead(tmp_path, train__learning_rate=lambda i: 0.0).status is OK


def fell_back(i: int) -> float:
    """A plateau below its best: nothing that excuses a dead policy."""
    return (50.0 * min(1.0, i / 150) if i < 250 else 38.0) + wobble(i)


def scheduled(tmp_path: Path, kl: Curve, moves_until: int = 1000) -> Finding:
    """A linear schedule to 0, over 1000 iterations."""

    def entropy(i: int) -> float:
        share = min(i, moves_until) / 1000
        return -0.65 + 0.4 * share * (2 - share)

    series = ppo(
        1000,
        train__learning_rate=lambda i: 3e-4 * (1 - i / 1000.1),
        train__approx_kl=kl,
        train__entropy_loss=entropy,
        rollout__ep_rew_mean=fell_back,
    )
    return diagnosed(tmp_path, series, 1000 * MINUTE)["policy_dead"]


def test_a_policy_that_its_schedule_brings_to_rest_is_not_dead(tmp_path):
    found = scheduled(tmp_path, lambda i: 0.008 * (1 - i / 1000.1) ** 2)
    assert found.status is OK
    assert "of the highest learning rate not evaluated" in found.evidence_against[0]


def test_a_policy_that_was_dead_before_its_schedule_ended_stays_dead(tmp_path):
    found = scheduled(tmp_path, lambda i: 1e-9 if i > 940 else 0.005, moves_until=940)
    assert (found.status, found.kind) == (FIRING, "FROZEN")


def test_a_low_rate_that_somebody_chose_excuses_nothing(tmp_path):
    found = dead(
        tmp_path,
        train__learning_rate=lambda i: 1e-12,
        train__entropy_loss=lambda i: -1.0 if i <= 100 else -1e-4,
        rollout__ep_rew_mean=stuck,
    )
    assert (found.status, found.kind) == (FIRING, "COLLAPSED")


def test_a_converged_policy_may_stand_still(tmp_path):
    series = ppo(
        900, train__approx_kl=lambda i: 0.0 if i > 800 else 0.01, train__entropy_loss=lambda i: -0.5
    )
    assert diagnosed(tmp_path, series, 900 * MINUTE)["policy_dead"].status is OK


def test_a_low_kl_that_is_not_zero_is_alive(tmp_path):
    series = ppo(100, train__approx_kl=lambda i: 1e-4)
    assert diagnosed(tmp_path, series, HOUR)["policy_dead"].status is OK
