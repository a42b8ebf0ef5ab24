"""A level that wanders is no collapse when it falls; a fall outside its swings is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.diagnosis.reward_level import RewardLevels, reward_levels
from core.telemetry import Series
from tests.expected import present

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS, SEEDS = 200, 30


def levels_of(values: NDArray[np.float64], each: float) -> RewardLevels:
    """:param each: episodes a point."""
    steps = 2048 * np.arange(1, len(values) + 1)
    walls = 60.0 * np.arange(len(values))
    lengths = Series("length", steps, walls, np.full(len(values), 2048 / each))
    return present(reward_levels(Series("reward", steps, walls, values), lengths))


def logged(level: NDArray[np.float64], each: float, rng: np.random.Generator) -> NDArray:
    """Means of 100 episodes around a level per episode, as SB3 logs them."""
    sums = np.concatenate([[0.0], np.cumsum(level + rng.normal(size=len(level)))])
    ends = np.maximum(1, (each * np.arange(1, int(len(level) / each) + 1)).astype(int))
    begins = np.maximum(0, ends - 100)
    return np.asarray((sums[ends] - sums[begins]) / (ends - begins))


def wandering(seed: int, each: float, forgets: float) -> NDArray:
    """A level that forgets where it was after so many points."""
    rng = np.random.default_rng(seed)
    kept = np.exp(-1.0 / (forgets * each))
    scale = 2.0 * np.sqrt(1.0 - kept**2)
    level = np.empty(int(POINTS * each))
    now = 2.0 * rng.normal()
    for i, pushed in enumerate(rng.normal(size=len(level))):
        now = kept * now + scale * pushed
        level[i] = now
    return logged(level, each, rng)


@pytest.mark.parametrize(
    ("forgets", "each"), [(5.0, 1.0), (5.0, 4.0), (5.0, 20.0), (20.0, 1.0), (20.0, 20.0)]
)
def test_a_reward_that_wanders_for_long_seldom_ends_collapsed(each, forgets):
    # 17 of 30 are low at the end with 20 episodes a point. The first swing of a run can't be separated
    # from a collapse, so it is no rule for a random walk.
    found = [levels_of(wandering(seed, each, forgets), each) for seed in range(SEEDS)]
    assert sum(bool(levels.beyond_swings[-10:].any()) for levels in found) <= 0.25 * SEEDS


@pytest.mark.parametrize("each", [2.0, 4.0, 20.0])
@pytest.mark.parametrize("fell_in", [1, 10, 40])
def test_a_fall_outside_the_swings_before_is_a_collapse(each, fell_in):
    rng = np.random.default_rng(3)
    corners = ([0, 80, 120, 120 + fell_in, POINTS], [20.0, 90.0, 90.0, 8.0, 8.0])
    level = np.interp(np.arange(POINTS * each) / each, *corners)
    curve = logged(level, each, rng) + 0.3 * wandering(5, each, 20.0)
    assert levels_of(curve, each).collapsed[-1]


@pytest.mark.parametrize("scale", [1e-4, 1.0, -1.0, 1e6])
@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_neither_scale_nor_offset_changes_that(scale, offset):
    rng = np.random.default_rng(4)
    fall = np.interp(
        np.arange(POINTS * 4) / 4, [0, 80, 120, 125, POINTS], [0.0, 1.0, 1.0, -9.0, -9.0]
    )
    curve = abs(scale) * (logged(20 * fall, 4.0, rng) + offset)
    if scale < 0:  # negative by design
        curve = curve - 1.5 * np.abs(curve).max()
    assert levels_of(curve, 4.0).collapsed[-1]


def through(*corners: tuple[int, float], scatter: float = 0.3) -> NDArray:
    x, y = zip(*corners, strict=True)
    points = np.arange(x[-1] + 1)
    return np.interp(points, x, y) + scatter * np.random.default_rng(6).normal(size=len(points))


def test_a_fall_as_large_as_those_won_back_before_is_a_swing():
    swinging = through((0, 0), (20, 10), (40, 4), (60, 12), (80, 5), (100, 13), (120, 1), (160, 2))
    learned = through((0, 0), (100, 13), (120, 1), (160, 2))
    assert not levels_of(swinging, 100.0).beyond_swings.any()
    assert not levels_of(swinging[:130], 100.0).collapsed.any()
    assert levels_of(learned, 100.0).beyond_swings[-1]


def test_a_second_collapse_is_no_swing_because_there_was_a_first():
    twice = through((0, 0), (40, 100), (44, 5), (60, 5), (90, 100), (110, 100), (114, 5), (140, 5))
    levels = levels_of(twice, 100.0)
    assert levels.beyond_swings[[55, 105, -1]].tolist() == [True, False, True]


@pytest.mark.parametrize("offset", [-5000.0, 0.0, 5000.0])
def test_a_fall_far_outside_the_noise_is_not_hidden_by_a_constant_below_it(offset):
    fell = offset + through((0, 20), (50, 200), (60, 15), (100, 15), scatter=1.5)
    steady = offset + through((0, 20), (50, 200), (100, 205), scatter=1.5)
    assert levels_of(fell, 100.0).collapsed[-1]
    assert not levels_of(steady, 100.0).collapsed.any()


@pytest.mark.parametrize(("high", "low", "collapsed"), [(2, 1, False), (60, 5, True)])
def test_one_success_less_in_a_hundred_episodes_is_luck(high, low, collapsed):
    # A quiet curve of a sparse reward: successes in 100 episodes.
    counts = np.concatenate(
        [np.zeros(2), np.linspace(0, high, 20), np.full(20, high), np.full(40, low)]
    )
    assert bool(levels_of(np.round(counts) / 100, 100.0).collapsed.any()) is collapsed


def test_after_a_dip_that_was_won_back_a_fall_that_stays_is_a_collapse():
    dip = ((0, 20), (60, 490), (63, 200), (66, 490), (100, 495), (103, 15))
    assert not levels_of(through(*dip[:5], (106, 490), (140, 495)), 100.0).collapsed.any()
    assert levels_of(through(*dip, (140, 15)), 100.0).collapsed[-1]
