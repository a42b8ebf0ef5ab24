"""not_converging: normal in the first hours, a warning later."""

from __future__ import annotations

from core.clock import Clock, ClockPoint
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    STEPS,
    at,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
    regressed,
    stuck,
    wobble,
)
from tests.event_files import write_events
from tests.expected import present

FIRING, OK, PENDING = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.PENDING


def test_a_reward_that_never_improved_is_normal_in_the_first_twelve_hours(stuck_run):
    found = findings(facts(stuck_run, 6 * HOUR))
    for name in ("flat_reward", "not_converging"):
        assert (found[name].status, found[name].severity) == (PENDING, Severity.INFO)
    normal = present(found["not_converging"].normal_until)
    assert normal.startswith("2023-11-15T10:13:20Z")  # twelve hours after the start
    assert f"step {720 * STEPS:,}" in normal


def test_it_is_stuck_behind_the_twelve_hours(stuck_run):
    found = findings(facts(stuck_run, 15 * HOUR))
    assert (found["flat_reward"].status, found["flat_reward"].kind) == (FIRING, "STUCK")
    assert found["flat_reward"].severity is Severity.WARNING
    assert found["flat_reward"].escalation == "performance"
    assert found["not_converging"].status is FIRING
    assert found["not_converging"].normal_until is None


def test_the_twelve_hours_are_week_time(tmp_path):
    write_events(tmp_path, ppo(120, gap=2.0, rollout__ep_rew_mean=stuck))
    fast = Clock((ClockPoint(at(0), at(0), pace=720.0),))
    found = findings(facts(open_reader(tmp_path), 200, clock=fast))  # 40 hours of the week
    assert found["not_converging"].status is FIRING
    slow = Clock((ClockPoint(at(0), at(0), pace=60.0),))
    found = findings(facts(open_reader(tmp_path), 200, clock=slow))
    assert found["not_converging"].kind == "NORMAL"
    # 520 real seconds are left at this pace, and an iteration takes two of them
    assert "about step 737,280" in present(found["not_converging"].normal_until)


def test_a_rising_reward_is_neither_flat_nor_lost(tmp_path):
    rising = ppo(200, rollout__ep_rew_mean=lambda i: 0.2 * i + wobble(i))
    found = diagnosed(tmp_path, rising, 200 * MINUTE)
    assert (found["flat_reward"].status, found["not_converging"].status) == (OK, OK)


def test_nothing_is_called_normal_beside_an_explosion(tmp_path):
    series = ppo(300, rollout__ep_rew_mean=stuck, train__approx_kl=lambda i: 2 if i > 297 else 0.01)
    found = diagnosed(tmp_path, series, 300 * MINUTE)
    assert found["kl_explosion"].status is FIRING
    assert found["not_converging"].normal_until is None
    assert found["flat_reward"].normal_until is None


def test_a_finished_run_waits_for_nothing(stuck_run):
    found = findings(facts(stuck_run, 5 * HOUR, status=TrainingStatus.COMPLETED))
    assert found["not_converging"].status is OK


def test_a_rising_reward_of_a_policy_that_is_still_random_is_not_called_learning(tmp_path):
    rising = ppo(
        200,
        rollout__ep_rew_mean=lambda i: 0.2 * i + wobble(i),
        train__entropy_loss=lambda i: -1.386 + 1e-4 * wobble(i),
    )
    found = diagnosed(tmp_path, rising, 200 * MINUTE)["not_converging"]
    assert found.status is OK
    assert "contradict" in found.headline
    assert any("still random" in text for text in found.evidence_against)


def test_continuous_actions_and_resumed_runs_are_not_called_random_for_a_steady_entropy(tmp_path):
    steady = {
        "rollout__ep_rew_mean": lambda i: 0.2 * i + wobble(i),
        "train__entropy_loss": lambda i: -1.386,
    }
    continuous = ppo(200, MINUTE, **steady, train__std=lambda i: 1.0)
    found = diagnosed(tmp_path / "continuous", continuous, 200 * MINUTE)["not_converging"]
    assert "is learning" in found.headline
    resumed = {
        tag: [(step + 2_000_000, wall, value) for step, wall, value in points]
        for tag, points in ppo(200, MINUTE, **steady).items()
    }
    found = diagnosed(tmp_path / "resumed", resumed, 200 * MINUTE)["not_converging"]
    assert "is learning" in found.headline


def test_a_critic_that_explains_nothing_contradicts_convergence(tmp_path):
    series = ppo(800, train__explained_variance=lambda i: -0.2)
    found = diagnosed(tmp_path, series, 800 * MINUTE)
    assert "contradict" in found["not_converging"].headline
    assert "contradict" in found["flat_reward"].headline
    assert any("explained variance" in text for text in found["not_converging"].evidence_against)


def test_a_reward_that_is_far_below_its_best_is_not_called_normal_in_the_first_hours(tmp_path):
    series = ppo(700, rollout__ep_rew_mean=regressed)
    found = diagnosed(tmp_path, series, 700 * MINUTE)["not_converging"]
    assert found.normal_until is None
    assert "explained by" in found.headline
