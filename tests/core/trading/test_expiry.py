"""The test that says when the evidence has expired."""

from __future__ import annotations

import numpy as np
import pytest

from core.trading.expiry import ALPHA, daily, earliest, expiry, power, ranks


def days(count: int, seed: int, mean: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1.0, count)


def test_looking_every_day_raises_no_more_false_alarms_than_alpha():
    """Exact, with a record of 20 days as with a long one; 800 looks have an error of 0.8 points."""
    for length in (20, 200):
        alarms = [
            expiry(days(length, seed), days(30, 10_000 + seed), seed).expired_on is not None
            for seed in range(800)
        ]
        assert np.mean(alarms) <= ALPHA


def test_the_wealth_is_fair_on_days_like_those_of_the_record():
    # Heavy-tailed, so over a few days, on which no path can lie far out.
    last = [expiry(days(50, seed), days(3, 10_000 + seed), seed).wealth[-1] for seed in range(3000)]
    assert np.mean(last) == pytest.approx(1.0, abs=4 * np.std(last) / np.sqrt(len(last)))


def test_a_model_that_loses_each_day_expires_and_names_the_day():
    found = expiry(days(200, 1), days(30, 2, mean=-2.0), 3)
    assert found.expired_on is not None
    assert (
        found.wealth[found.expired_on - 1] >= 1 / ALPHA > max(found.wealth[: found.expired_on - 1])
    )


def test_a_better_model_than_its_record_never_expires():
    assert expiry(days(200, 1), days(30, 2, mean=1.5), 3).expired_on is None


def test_a_wilder_market_alone_is_not_a_worse_model():
    alarms = [
        expiry(days(180, seed), 3 * days(30, 10_000 + seed), seed).expired_on is not None
        for seed in range(400)
    ]
    assert np.mean(alarms) <= ALPHA + 0.02


def test_days_out_of_the_market_are_ties_that_neither_side_wins():
    record = np.zeros(100)
    found = ranks(record, np.zeros(2000), 1)
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)
    assert (ranks(record, np.zeros(5), 1) == ranks(record, np.zeros(5), 1)).all()


def test_later_days_do_not_change_what_was_said_of_earlier_ones():
    future = days(30, 2, mean=-1.0)
    assert expiry(days(99, 1), future, 3).wealth[:10] == expiry(days(99, 1), future[:10], 3).wealth


def test_days_of_a_record_end_with_its_last_bar_and_those_of_a_future_begin_with_its_first():
    returns = np.expm1(np.arange(7, dtype=float) / 100)
    assert daily(returns, 3).tolist() == pytest.approx([0.03, 0.12])
    assert daily(returns, 3, newest_last=True).tolist() == pytest.approx([0.06, 0.15])


def test_days_that_come_in_moods_are_bet_on_in_blocks():
    """Days of three are alike: day by day the promise breaks, block by block it holds."""

    def alarms(block: int) -> float:
        found = []
        for seed in range(300):
            both = np.repeat(days(70, seed), 3)
            found.append(expiry(both[:180], both[180:], seed, block=block).expired_on is not None)
        return float(np.mean(found))

    assert alarms(1) > 0.08
    assert alarms(3) <= ALPHA


def test_no_loss_expires_it_before_the_first_day_on_which_that_is_possible():
    assert (earliest(), earliest(3)) == (6, 18)
    lost = -99.0 - np.arange(30)
    assert expiry(days(500, 1), lost, 3).expired_on == 6
    assert expiry(days(500, 1), lost, 3, block=3).expired_on == 18


def test_the_power_is_small_for_a_small_skill_and_grows_with_it():
    record = days(180, 1)
    small, large = (power(record - record.mean() + mean, 30, 1) for mean in (0.1, 1.5))
    assert small < 0.25
    assert large > 0.8
