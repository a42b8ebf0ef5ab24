"""flat_reward, not_converging, policy_dead and slowdown: whether it still learns."""

from __future__ import annotations

import numpy as np
import pytest

from core.clock import Clock, ClockPoint
from core.diagnosis.scenarios.slowdown import _told
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    STEPS,
    at,
    diagnosed,
    facts,
    findings,
    noise,
    open_reader,
    ppo,
)
from tests.event_files import write_events

FIRING, OK, PENDING = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.PENDING
wobble = noise(0.5, 9)


def stuck(i: int) -> float:
    return 5.0 + wobble(i)


def regressed(i: int) -> float:
    return (50.0 * min(1.0, i / 300) if i < 500 else 10.0) + wobble(i)


@pytest.fixture(scope="module")
def stuck_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stuck")
    write_events(folder, ppo(1000, rollout__ep_rew_mean=stuck))
    return open_reader(folder)


def test_a_reward_that_never_improved_is_normal_in_the_first_twelve_hours(stuck_run):
    found = findings(facts(stuck_run, 6 * HOUR))
    for name in ("flat_reward", "not_converging"):
        assert (found[name].status, found[name].severity) == (PENDING, Severity.INFO)
    normal = found["not_converging"].normal_until
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
    assert "about step 737,280" in found["not_converging"].normal_until


def test_a_reward_that_rose_and_levelled_has_converged(tmp_path):
    found = diagnosed(tmp_path, ppo(800), 800 * MINUTE)
    assert (found["flat_reward"].status, found["flat_reward"].kind) == (OK, "CONVERGED")
    assert found["not_converging"].status is OK


def test_a_reward_that_fell_back_has_regressed_even_in_the_first_hours(tmp_path):
    found = diagnosed(tmp_path, ppo(700, rollout__ep_rew_mean=regressed), 700 * MINUTE)
    assert (found["flat_reward"].status, found["flat_reward"].kind) == (FIRING, "REGRESSED")
    assert "best" in " ".join(found["flat_reward"].evidence_for)


def test_noise_at_the_level_of_a_run_that_learned_at_once_is_no_fall(tmp_path):
    # Learned in 3 % of the run; since then it lost 0.4 % of what it gained.
    def solved(i: int) -> float:
        fell = min(1.0, max(0.0, (i - 600) / 250))
        return 20 + 480 * min(1.0, i / 40) - 2.0 * fell + 0.2 * wobble(i)

    series = ppo(1400, rollout__ep_rew_mean=solved)
    found = diagnosed(tmp_path, series, 1400 * MINUTE)["flat_reward"]
    assert (found.status, found.kind) == (OK, "CONVERGED")


def test_a_fall_below_half_of_what_was_gained_is_found_however_fast_it_was_learned(tmp_path):
    def lost(i: int) -> float:
        return (20 + 480 * min(1.0, i / 40) if i < 900 else 200) + wobble(i)

    found = diagnosed(tmp_path, ppo(1400, rollout__ep_rew_mean=lost), 1400 * MINUTE)["flat_reward"]
    assert (found.status, found.kind) == (FIRING, "REGRESSED")


def test_a_constant_reward_is_not_called_low(tmp_path):
    series = ppo(1000, rollout__ep_rew_mean=lambda i: 500.0)
    found = diagnosed(tmp_path, series, 1000 * MINUTE)["flat_reward"]
    assert found.status is FIRING
    assert "constant from the start" in found.headline


def test_flat_for_less_than_two_hours_is_not_flat(tmp_path):
    late = 560  # 60 iterations behind the fall
    found = diagnosed(tmp_path, ppo(late, rollout__ep_rew_mean=regressed), late * MINUTE)
    assert found["flat_reward"].status is not FIRING


def test_a_rising_reward_is_neither_flat_nor_lost(tmp_path):
    rising = ppo(200, rollout__ep_rew_mean=lambda i: 0.2 * i + wobble(i))
    found = diagnosed(tmp_path, rising, 200 * MINUTE)
    assert (found["flat_reward"].status, found["not_converging"].status) == (OK, OK)


def test_too_few_episodes_say_nothing(tmp_path):
    found = diagnosed(tmp_path, ppo(20), 20 * MINUTE)
    assert found["flat_reward"].status is FindingStatus.NO_DATA
    assert "8 are needed" in found["flat_reward"].headline


def test_nothing_is_called_normal_beside_an_explosion(tmp_path):
    series = ppo(300, rollout__ep_rew_mean=stuck, train__approx_kl=lambda i: 2 if i > 297 else 0.01)
    found = diagnosed(tmp_path, series, 300 * MINUTE)
    assert found["kl_explosion"].status is FIRING
    assert found["not_converging"].normal_until is None
    assert found["flat_reward"].normal_until is None


def test_a_finished_run_waits_for_nothing(stuck_run):
    found = findings(facts(stuck_run, 5 * HOUR, status=TrainingStatus.COMPLETED))
    assert found["not_converging"].status is OK


# policy_dead


def dead(tmp_path, **changed):
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


def scheduled(tmp_path, kl, moves_until=1000):
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
    assert "of the highest learning rate are not judged" in found.evidence_against[0]


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


# slowdown


def run_at(tmp_path, seconds_by_iteration, **run) -> dict:
    walls = np.cumsum(seconds_by_iteration)
    series = {
        tag: [(step, at(0).timestamp() + walls[step // STEPS - 1], value) for step, _, value in p]
        for tag, p in ppo(len(walls)).items()
    }
    return diagnosed(tmp_path, series, float(walls[-1]) + 1, **run)


def test_half_the_speed_for_long_is_a_slowdown(tmp_path):
    found = run_at(tmp_path, [10.0] * 60 + [20.0] * 15)["slowdown"]
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    assert "% of the earlier median" in found.headline


@pytest.mark.parametrize(
    "status", [TrainingStatus.CRASHED, TrainingStatus.STOPPED, TrainingStatus.COMPLETED]
)
@pytest.mark.parametrize("slow", [2, 15])
def test_a_run_that_has_ended_slows_down_no_more(tmp_path, status, slow):
    gaps = [10.0] * 60 + [20.0] * slow
    found = run_at(tmp_path, gaps, status=status)["slowdown"]
    assert found.status is OK and found.headline.startswith("It has ended")


def test_speeds_are_told_without_powers_of_ten():
    assert [_told(rate) for rate in (0.1234, 12.34, 8583.2, 13_000.0)] == [
        "0.123",
        "12.3",
        "8,583",
        "13,000",
    ]


def test_one_slow_iteration_is_none(tmp_path):
    assert run_at(tmp_path, [10.0] * 60 + [30.0])["slowdown"].status is OK


def test_a_run_that_is_back_at_speed_recovers(tmp_path):
    found = run_at(tmp_path, [10.0] * 60 + [20.0] * 12 + [10.0] * 6)["slowdown"]
    assert found.status is FindingStatus.RECOVERING
    found = run_at(tmp_path / "b", [10.0] * 60 + [20.0] * 12 + [10.0] * 20)["slowdown"]
    assert found.status is OK


def test_a_mere_drop_of_a_fifth_is_none(tmp_path):
    assert run_at(tmp_path, [10.0] * 60 + [12.0] * 30)["slowdown"].status is OK


def test_the_first_iterations_give_no_speed_to_compare_with(tmp_path):
    assert run_at(tmp_path, [10.0] * 15)["slowdown"].status is FindingStatus.NO_DATA


def test_a_run_that_ended_in_the_first_hours_is_not_called_stuck(stuck_run):
    ended = facts(stuck_run, 5 * HOUR, status=TrainingStatus.STOPPED)
    assert findings(ended)["flat_reward"].status is OK
    late = facts(stuck_run, 15 * HOUR, status=TrainingStatus.STOPPED)
    assert findings(late)["flat_reward"].status is FIRING
