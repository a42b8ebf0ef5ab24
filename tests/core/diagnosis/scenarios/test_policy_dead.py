"""policy_dead: a policy that no longer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    STEPS,
    Curve,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
    stuck,
    wobble,
)
from tests.event_files import write_events

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


def test_a_dead_policy_names_the_jump_that_killed_it_and_its_actions(tmp_path):
    jump, rate = 14, 3e-4
    series = ppo(
        60,
        train__approx_kl=lambda i: 25.2 if i == jump else 0.0 if i > jump else 0.008,
        train__learning_rate=lambda i: 0.05 if i >= jump else rate,
        train__entropy_loss=lambda i: -0.65 if i < jump else 0.0,
        rollout__ep_rew_mean=lambda i: 20.0 + 3 * i if i <= jump else 9.4,
    )
    found = diagnosed(tmp_path, series, 60 * MINUTE)
    dead, spike = found["policy_dead"], found["kl_explosion"]
    assert (dead.status, dead.severity) == (FIRING, Severity.CRITICAL)
    assert (
        f"died at step {15 * STEPS:,} after KL jumped to 25.2 at step {14 * STEPS:,}; "
        "learning rate 0.0003 → 0.05 there" in dead.headline
    )
    assert dead.actions == spike.actions
    # Its updates are no calm: what killed it is not over.
    assert (spike.status, spike.severity) == (FIRING, Severity.CRITICAL)


def test_a_policy_that_was_dead_from_the_start_has_not_converged(tmp_path):
    def reward(i: int) -> float:
        return 9.4 + 0.06 * wobble(i) + {1: 13.0, 2: 9.0, 3: 1.0}.get(i, 0.0)

    series = ppo(
        16,
        rollout__ep_rew_mean=reward,
        rollout__ep_len_mean=lambda i: 9.4,
        train__approx_kl=lambda i: 23.0 if i == 2 else 0.0,
        train__entropy_loss=lambda i: -0.05 if i == 2 else -1e-10,
        train__learning_rate=lambda i: 0.1,
    )
    found = diagnosed(tmp_path, series, 16 * MINUTE)["policy_dead"]
    assert (found.status, found.kind) == (FIRING, "COLLAPSED")
    assert "learning rate 0.1 there" in found.headline


def test_a_few_updates_that_barely_move_do_not_hide_when_it_died(tmp_path):
    series = ppo(
        80,
        train__approx_kl=lambda i: 16.8 if i == 14 else 2e-6 if i in (30, 50, 51) else 1e-8,
        train__entropy_loss=lambda i: -8.0 if i <= 14 else -1e-4,
        rollout__ep_rew_mean=stuck,
    )
    found = diagnosed(tmp_path, series, 80 * MINUTE)["policy_dead"]
    assert found.since_step == 15 * STEPS
    assert "after KL jumped to 16.8" in found.headline


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
    assert "of the usual learning rate or clip range not evaluated" in found.evidence_against[0]


def test_a_policy_that_was_dead_before_its_schedule_ended_stays_dead(tmp_path):
    found = scheduled(tmp_path, lambda i: 1e-9 if i > 940 else 0.005, moves_until=940)
    assert (found.status, found.kind) == (FIRING, "FROZEN")


RESTS: dict[str, Curve] = {
    "linear": lambda i: 1 - i / 1000.1,
    "linear to a hundredth": lambda i: 0.01 + 0.99 * (1 - i / 1000),
    "cosine": lambda i: 0.5 + 0.5 * np.cos(np.pi * i / 1000),
    "steps": lambda i: 0.1 ** (i // 250),
    "exponential": lambda i: 0.992**i,
    "warm-up and linear": lambda i: i / 100 if i < 100 else (1000.1 - i) / 900,
}


@pytest.mark.parametrize("setting", ["train/learning_rate", "train/clip_range"])
@pytest.mark.parametrize("schedule", RESTS)
def test_every_schedule_may_end_at_rest(tmp_path, setting, schedule):
    share = RESTS[schedule]
    curves: dict[str, Any] = {
        "train__approx_kl": lambda i: 0.001 * share(i) ** 2 * np.exp(wobble(i)),
        "train__entropy_loss": lambda i: -0.65,
        "rollout__ep_rew_mean": fell_back,
        setting.replace("/", "__"): lambda i: 3e-4 * share(i),
    }
    series = ppo(1000, **curves)
    write_events(tmp_path, series)
    for last in (400, 700, 900, 1000):
        found = findings(facts(open_reader(tmp_path), last * MINUTE))["policy_dead"]
        assert found.status in (OK, FindingStatus.NO_DATA), (last, found.headline)


@pytest.mark.parametrize("rate", [3e-4, 1e-9])
def test_a_constant_rate_is_never_at_rest(tmp_path, rate):
    series = ppo(
        200,
        train__approx_kl=lambda i: 1e-8,
        train__entropy_loss=lambda i: -0.693,
        train__learning_rate=lambda i: rate,
        train__clip_range=lambda i: 0.2,
        rollout__ep_rew_mean=stuck,
    )
    assert diagnosed(tmp_path, series, 200 * MINUTE)["policy_dead"].status is FIRING


def test_a_rate_that_was_too_high_for_a_moment_is_no_schedule(tmp_path):
    series = ppo(
        200,
        train__approx_kl=lambda i: 0.01 if i < 100 else 25.0 if i == 100 else 0.0,
        train__learning_rate=lambda i: 0.05 if 99 < i < 103 else 3e-4,
        train__entropy_loss=lambda i: -0.6 if i < 100 else 0.0,
        rollout__ep_rew_mean=stuck,
    )
    assert diagnosed(tmp_path, series, 200 * MINUTE)["policy_dead"].status is FIRING


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


def test_a_kl_that_is_no_number_is_not_called_an_update(tmp_path):
    series = ppo(200, train__approx_kl=lambda i: 0.01 if i <= 100 else float("nan"))
    found = diagnosed(tmp_path, series, 200 * MINUTE)["policy_dead"]
    assert found.status is FindingStatus.NO_DATA
    assert "NaN or infinite" in found.headline


@pytest.mark.parametrize("after", [3e-7, 5e-6, 2e-5, 1e-3])
def test_a_killed_policy_may_flutter_around_any_fixed_limit(tmp_path, after):
    flutter = np.exp(np.random.default_rng(2).normal(0.0, 1.5, 200))
    series = ppo(
        120,
        train__approx_kl=lambda i: 0.01 if i < 60 else 13.0 if i < 63 else after * flutter[i],
        train__entropy_loss=lambda i: -1.0 if i < 60 else -0.01,
        rollout__ep_rew_mean=lambda i: (6.0 if i < 60 else -2.0) + 0.1 * wobble(i),
    )
    found = diagnosed(tmp_path, series, 120 * MINUTE)["policy_dead"]
    if after == 1e-3:  # a tenth of what was usual: it updates
        assert found.status is OK
    else:
        assert (found.status, found.kind) == (FIRING, "COLLAPSED")
        assert "after KL jumped to 13" in found.headline


def test_a_spike_whose_policy_keeps_its_entropy_has_killed_nothing(tmp_path):
    series = ppo(120, train__approx_kl=lambda i: 0.01 if i < 60 else 2.0 if i < 63 else 2e-5)
    assert diagnosed(tmp_path, series, 120 * MINUTE)["policy_dead"].status is not FIRING
