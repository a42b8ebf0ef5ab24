"""The reward of the tries: one point a step that two tries share."""

from __future__ import annotations

import pytest

from core.sweep.rewards import reward_band, takeaway
from core.sweep.spread import spread

STEADY = tuple(
    tuple((step, seed + step / 1_000) for step in (1_000, 2_000, 3_000)) for seed in range(8)
)


def test_each_step_has_the_mean_of_the_middle_half_and_its_interval() -> None:
    points = reward_band(STEADY)
    assert [each.step for each in points] == [1_000, 2_000, 3_000]
    assert points[1].mean == pytest.approx(5.5)  # 0 to 7 and 2
    among = spread([[seed + 2.0 for seed in range(8)]])
    assert (points[1].interval, points[1].tries) == (among.interval, 8)


def test_a_step_of_one_try_has_no_band_and_is_left_out() -> None:
    longer = (*STEADY, ((1_000, 0.0), (9_000, 5.0)))
    assert [each.step for each in reward_band(longer)] == [1_000, 2_000, 3_000]
    assert reward_band(longer)[0].tries == 9
    assert reward_band(STEADY[:1]) == ()


def test_the_words_say_the_end_with_its_interval_and_the_begin() -> None:
    said = str(takeaway(reward_band(STEADY)))
    assert said.startswith("After 3,000 steps the tries' mean reward is 6.5 (")
    assert said.endswith("after 1,000 steps it was 4.5.")
