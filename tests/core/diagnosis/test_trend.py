from datetime import timedelta

import numpy as np
import pytest

from core.diagnosis.trend import loss_trend, reward_trend, trend
from core.telemetry import Series
from core.vocabulary import Trend
from tests.core.diagnosis.runs import at, noise, open_reader, ppo
from tests.event_files import write_events
from tests.expected import present


def smoothed(episodes: np.ndarray, per_point: int = 10, steps_an_episode: int = 100) -> Series:
    """The moving average over 100 episodes that SB3 logs."""
    means = np.convolve(episodes, np.ones(100) / 100, "valid")[::per_point]
    count = 100 + per_point * np.arange(len(means))
    steps = (count * steps_an_episode).astype(np.int64)
    return Series("rollout/ep_rew_mean", steps, steps / 100.0, means)


def test_a_moving_average_of_noise_is_seldom_called_a_trend():
    rng = np.random.default_rng(0)
    labels = [trend(smoothed(rng.normal(size=1100)), 100.0).label for _ in range(400)]
    wrong = sum(label is not Trend.STABLE for label in labels) / len(labels)
    # The reference measured 0.05 to 0.09 for this method at a nominal 0.05; a plain
    # Mann-Kendall test is wrong in half of the cases.
    assert wrong < 0.13


@pytest.mark.parametrize(("slope", "label"), [(1, Trend.INCREASING), (-1, Trend.DECREASING)])
def test_a_real_trend_is_found(slope, label):
    rng = np.random.default_rng(1)
    episodes = rng.normal(size=1500) + slope * np.linspace(0, 3, 1500)
    result = trend(smoothed(episodes), 100.0)
    assert result.label is label
    assert np.sign(present(result.slope)) == slope
    assert 8 <= result.blocks <= 12


def test_too_few_episodes_give_no_label():
    result = trend(smoothed(np.arange(400.0)), 100.0)
    assert result.label is Trend.INSUFFICIENT
    assert result.slope is None
    assert "5 are needed" in result.why


@pytest.mark.parametrize("count", [0, 1])
def test_one_point_or_none_gives_no_label(count):
    series = smoothed(np.arange(2000.0)).where(slice(0, count))
    assert trend(series, 100.0).label is Trend.INSUFFICIENT


def test_a_constant_is_stable():
    assert trend(smoothed(np.full(2000, 7.0)), 100.0).label is Trend.STABLE


def test_a_small_change_of_a_series_that_moved_much_before_is_stable():
    episodes = np.concatenate([np.linspace(0, 100, 3000), 100 + np.linspace(0, 1, 1200)])
    result = trend(smoothed(episodes), 100.0, timedelta(seconds=1100))
    assert result.label is Trend.STABLE
    assert present(result.p_value) < 0.05  # significant, and still inside the dead-band
    assert abs(present(result.change)) < present(result.dead_band)


def test_the_window_looks_at_the_newest_part_alone():
    rng = np.random.default_rng(2)
    episodes = np.concatenate([np.linspace(0, 50, 3000), np.linspace(50, 20, 3000)])
    series = smoothed(episodes + rng.normal(size=6000))
    assert trend(series, 100.0, timedelta(seconds=2500)).label is Trend.DECREASING


def test_a_window_with_too_few_episodes_is_widened():
    series = smoothed(np.linspace(0, 10, 3000))
    result = trend(series, 100.0, timedelta(seconds=100))
    assert result.blocks >= 8
    assert result.label is Trend.INCREASING


def test_values_that_are_no_numbers_are_left_out():
    series = smoothed(np.linspace(0, 10, 2000))
    series.value[5] = np.nan
    assert trend(series, 100.0).label is Trend.INCREASING


def test_the_reward_trend_takes_the_episode_length_from_the_run(tmp_path):
    write_events(tmp_path, ppo(50))
    reader = open_reader(tmp_path)
    assert reward_trend(reader).label is Trend.INCREASING
    assert reward_trend(reader, at(600)).label is Trend.INSUFFICIENT


def test_a_falling_loss_is_decreasing(tmp_path):
    wobble = noise(0.05)
    write_events(tmp_path, ppo(100, train__value_loss=lambda i: 5 - 0.03 * i + wobble(i)))
    assert loss_trend(open_reader(tmp_path)).label is Trend.DECREASING
