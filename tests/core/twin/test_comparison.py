"""The comparison of arms: how often it finds a planted difference, and claims one that is none."""

from __future__ import annotations

import random
from math import sqrt
from statistics import stdev

import pytest
from scipy import stats

from core.language import Message
from core.twin.arms import Arm, Point
from core.twin.comparison import (
    Comparison,
    TwinVerdict,
    batch_interval,
    compare,
    noticeable,
    paired_interval,
)
from core.twin.result import TwinResult
from tests.expected import present

# Of 1,000 simulated twin runs a share of 5 % is within 2.1 points in 99.7 %, one of 80 % within 3.8.
RUNS = 1_000


def arm(
    seed: int,
    changed: bool,
    level: float,
    chance: random.Random,
    noise: float = 1.0,
    rollouts: int = 20,
) -> Arm:
    """Rewards with autocorrelation 0.8 around a level, as rollouts of one training have."""
    points, value = [], 0.0
    for rollout in range(rollouts):
        value = 0.8 * value + chance.gauss(0.0, noise)
        points.append(Point(step=4_000 * (rollout + 1), reward=level + value, approx_kl=0.005))
    return Arm(seed=seed, changed=changed, points=tuple(points))


def twin_run(effect: float, pairs: int, chance: random.Random, noise: float = 0.0) -> Comparison:
    """Seeds differ by 10, their pairs' differences by 1, and the change adds the effect."""
    arms, rollouts = [], 20 if noise else 2
    for seed in range(pairs):
        level = chance.gauss(0.0, 10.0)
        arms.append(arm(seed, False, level, chance, noise, rollouts))
        level += effect + chance.gauss(0.0, 1.0)
        arms.append(arm(seed, True, level, chance, noise, rollouts))
    return compare(arms, pairs)


@pytest.mark.parametrize("pairs", [3, 5, 8])
def test_without_an_effect_a_better_arm_is_claimed_in_five_percent(pairs: int) -> None:
    chance = random.Random(pairs)
    runs = [twin_run(0.0, pairs, chance).verdict for _ in range(RUNS)]
    claimed = sum(verdict is not TwinVerdict.CANNOT_TELL for verdict in runs)
    assert claimed / RUNS == pytest.approx(0.05, abs=0.021)


@pytest.mark.parametrize("pairs", [3, 5, 8])
def test_the_noticeable_difference_is_found_in_eighty_percent(pairs: int) -> None:
    chance, effect = random.Random(10 + pairs), noticeable(1.0, pairs)
    found = sum(twin_run(effect, pairs, chance).verdict is TwinVerdict.BETTER for _ in range(RUNS))
    assert found / RUNS == pytest.approx(0.8, abs=0.038)


def test_what_rollouts_share_within_a_run_claims_nothing_either() -> None:
    chance = random.Random(1)
    runs = [twin_run(0.0, 3, chance, noise=2.0).verdict for _ in range(400)]
    claimed = sum(verdict is not TwinVerdict.CANNOT_TELL for verdict in runs)
    assert claimed / 400 == pytest.approx(0.05, abs=0.033)  # three standard errors


def test_the_interval_is_students_of_the_pairs() -> None:
    # scipy's interval of one sample's mean, which the paired t test uses.
    differences = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]  # Student 1908, drug A
    expected = stats.ttest_1samp(differences, 0.0).confidence_interval(0.95)
    low, high = paired_interval(differences)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    mean, half = sum(differences) / 10, 2.262157 * stdev(differences) / sqrt(10)
    assert (low, high) == pytest.approx((mean - half, mean + half))


def test_one_pair_shows_an_interval_but_decides_nothing() -> None:
    chance = random.Random(2)
    found = compare([arm(1, False, 0.0, chance), arm(1, True, 50.0, chance)], 1)
    effect = present(found.effect("reward"))
    assert present(effect.low) > 30
    assert found.verdict is TwinVerdict.CANNOT_TELL
    assert "one pair says nothing" in _result(found).sentence()


def test_batches_of_one_run_cover_its_mean() -> None:
    """Of long runs with autocorrelation 0.5: 95 % within 3 points, where a naive interval has 75 %."""
    chance, covered = random.Random(3), 0
    for _ in range(500):
        value, series = 0.0, []
        for _ in range(200):
            value = 0.5 * value + chance.gauss(0.0, 1.0)
            series.append(value)
        low, high = present(batch_interval(series))
        covered += low <= 0.0 <= high
    assert covered / 500 == pytest.approx(0.95, abs=0.03)


def test_too_short_a_pair_has_no_interval() -> None:
    assert batch_interval([1.0, 2.0, 3.0, 4.0, 5.0]) is None


def test_a_failed_arm_is_counted_and_its_pair_left_out() -> None:
    chance = random.Random(4)
    arms = [
        each
        for seed in range(4)
        for each in (arm(seed, False, 0.0, chance, 0.1), arm(seed, True, 9.0, chance, 0.1))
    ]
    assert compare(arms, 4).verdict is TwinVerdict.BETTER
    arms[1] = Arm(seed=0, changed=True, failed=Message("It diverged."))
    found = compare(arms, 4)
    assert (found.pairs, found.planned, found.failed_with, found.failed_without) == (3, 4, 1, 0)
    assert found.verdict is TwinVerdict.CANNOT_TELL  # only what survived the change looks better
    assert "more arms of the better side failed" in _result(found).sentence()


def test_no_pair_is_said() -> None:
    found = compare([Arm(seed=1, changed=True, failed=Message("It diverged."))], 3)
    assert found.effects == ()
    assert _result(found).sentence() == "Cannot tell: no pair of arms has a result."


def test_a_record_of_another_version_is_none() -> None:
    assert TwinResult.of({"run": "a", "comparison": {"verdict": "SPLENDID"}}) is None


@pytest.mark.parametrize(
    ("effect", "says"),
    [(40.0, "Better with learning_rate 0.0001"), (-40.0, "Worse with"), (0.0, "Cannot tell")],
)
def test_the_sentence_says_which_arm_is_better(effect: float, says: str) -> None:
    found = _result(twin_run(effect, 5, random.Random(6)))
    assert found.sentence().startswith(says)
    assert "95 % interval" in found.sentence()
    assert any("Reward per episode" in line for line in found.details())


def _result(found: Comparison) -> TwinResult:
    raw = {
        "run": "run-a",
        "step": 60_000,
        "change": {"learning_rate": 1e-4},
        "present": {"learning_rate": 3e-4},
        "steps": 80_000,
        "synthetic": False,
        "failures": [],
        "comparison": found.as_dict(),
    }
    return present(TwinResult.of(raw))
