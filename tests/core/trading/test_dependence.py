"""Effective number of observations: a series that repeats itself is worth less."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.trading.dependence import effective_length
from core.trading.significance import Moments
from tests.expected import present


def first_order(rho: float, n: int, seed: int) -> np.ndarray:
    series = np.random.default_rng(seed).standard_normal(n)
    for i in range(1, n):
        series[i] += rho * series[i - 1]
    return series


def test_independent_observations_count_in_full():
    series = np.random.default_rng(2).standard_normal(4000)
    assert effective_length(series) == 4000.0


def test_alternating_observations_never_count_more_than_once():
    assert effective_length(np.array([1.0, -1.0] * 500)) == 1000.0


@pytest.mark.parametrize("rho", [0.3, 0.6])
def test_a_first_order_process_is_worth_what_theory_has(rho):
    found = np.mean([effective_length(first_order(rho, 4000, seed)) for seed in range(20)])
    # Finite samples and the largest of three estimates: within a fifth of theory.
    assert found == pytest.approx(4000 * (1 - rho) / (1 + rho), rel=0.2)


def test_a_slow_drift_that_no_lag_shows_is_found():
    random = np.random.default_rng(5)
    drift = 0.15 * (np.cumsum(random.random(8760) < 0.01) % 2 * 2.0 - 1.0)
    series = drift + random.standard_normal(8760)
    assert effective_length(series) < 8760 / 1.5


@pytest.mark.parametrize("series", [np.zeros(100), np.array([0.1, 0.2]), np.empty(0)])
def test_what_has_no_autocorrelation_counts_as_it_is(series):
    assert effective_length(series) == len(series)


def test_the_five_percent_test_errs_in_about_five_percent_of_autocorrelated_records():
    psr = [present(Moments.of(first_order(0.3, 1000, seed))).psr(0.0) for seed in range(600)]
    assert np.mean(np.array(psr) > 0.95) < 0.075  # 0.05 + 2.8 standard errors; was 0.11


def test_the_track_record_grows_as_the_effective_length_falls():
    plain = Moments(1000, 0.1, 0.0, 3.0)
    repeated = Moments(1000, 0.1, 0.0, 3.0, effective=500.0)
    assert present(repeated.track_record(0.0)) == 2 * present(plain.track_record(0.0))
    assert repeated.psr(0.0) < plain.psr(0.0)
    assert math.isclose(plain.independent, 1000.0)
