"""flat_reward: a reward that makes no new best, and which of those alarm."""

from __future__ import annotations

from core.vocabulary import FindingStatus, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    diagnosed,
    facts,
    findings,
    ppo,
    regressed,
    wobble,
)

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


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
    late = 560  # 60 iterations after the fall
    found = diagnosed(tmp_path, ppo(late, rollout__ep_rew_mean=regressed), late * MINUTE)
    assert found["flat_reward"].status is not FIRING


def test_too_few_episodes_say_nothing(tmp_path):
    found = diagnosed(tmp_path, ppo(20), 20 * MINUTE)
    assert found["flat_reward"].status is FindingStatus.NO_DATA
    assert "8 are needed" in found["flat_reward"].headline


def test_a_run_that_ended_in_the_first_hours_is_not_called_stuck(stuck_run):
    ended = facts(stuck_run, 5 * HOUR, status=TrainingStatus.STOPPED)
    assert findings(ended)["flat_reward"].status is OK
    late = facts(stuck_run, 15 * HOUR, status=TrainingStatus.STOPPED)
    assert findings(late)["flat_reward"].status is FIRING
