"""The long-run error: exact for independent observations, larger for slow ones."""

from __future__ import annotations

import numpy as np
import pytest

from core.trading.long_run import COSINES, freedom, standard_error, stretch


def test_with_as_many_cosines_as_degrees_of_freedom_it_is_the_error_of_a_mean():
    few = np.random.default_rng(1).normal(size=COSINES + 1)
    assert standard_error(few) == pytest.approx(few.std(ddof=1) / np.sqrt(len(few)))
    assert freedom(len(few)) == freedom(1000) == COSINES
    assert freedom(5) == 4
    assert freedom(1) == 1


def test_it_is_right_on_average_for_independent_and_for_slow_observations():
    random, rho = np.random.default_rng(2), 0.9
    independent = random.standard_normal((200, 2000))
    slow = np.zeros((200, 2000))
    for i in range(1, 2000):
        slow[:, i] = rho * slow[:, i - 1] + independent[:, i]
    for series, true in ((independent, 1.0), (slow, 1.0 / (1.0 - rho))):
        found = np.mean([standard_error(row) ** 2 * 2000 for row in series])
        assert found == pytest.approx(true**2, rel=0.12)  # 200 x 12 squares: 3 % a sigma


def test_values_are_spread_to_it_but_never_narrowed_and_never_beyond_three_times():
    series = np.random.default_rng(3).standard_normal(1000)
    error = standard_error(series)
    assert stretch(error / 2.0, series) == pytest.approx(2.0 * 2.1788 / 1.96, rel=1e-3)
    assert stretch(10.0 * error, series) == 1.0
    assert stretch(error / 100.0, series) == 3.0
    assert stretch(0.0, series) == 1.0
