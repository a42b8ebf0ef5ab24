"""PSR, minimum track record length and deflated Sharpe against the published examples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import InputError
from core.trading.significance import (
    Moments,
    deflated_sharpe,
    expected_best,
    min_track_record,
    probabilistic_sharpe,
    probabilistic_sharpe_of,
)
from tests.expected import present

YEAR = 8760
PUBLISHED = 1e-6  # the examples are printed to six decimals or more


def returns_with(annual_sharpe: float, bars: int = YEAR) -> np.ndarray:
    """Noise whose sample Sharpe is exactly the one asked for."""
    noise = np.random.default_rng(7).standard_normal(bars)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return 0.001 * (noise + annual_sharpe / math.sqrt(YEAR))


@pytest.mark.parametrize(
    ("ratio", "skew", "kurtosis", "expected"),
    [
        (0.458, 0.0, 3.0, 0.981675),
        (0.458, -2.448, 10.164, 0.913361),
        (1.585 / math.sqrt(12), -2.448, 10.164, 0.9132343069),
    ],
)
def test_psr_is_that_of_bailey_and_lopez_de_prado(ratio, skew, kurtosis, expected):
    found = probabilistic_sharpe(ratio, 0.0, 24, skew, kurtosis)
    assert found == pytest.approx(expected, abs=PUBLISHED)


@pytest.mark.parametrize(
    ("annual", "benchmark", "a_year", "skew", "kurtosis", "years"),
    [
        (2.0, 1.0, 250, 0.0, 3.0, 2.7312),
        (2.0, 1.0, 52, 0.0, 3.0, 2.8288),
        (2.0, 1.0, 12, 0.0, 3.0, 3.2398),
        (2.0, 1.0, 12, -0.72, 5.78, 4.9913),
        (3.0, 2.5, 12, -0.72, 5.78, 27.3529),
    ],
)
def test_the_track_record_is_as_long_as_published(annual, benchmark, a_year, skew, kurtosis, years):
    root = math.sqrt(a_year)
    found = min_track_record(annual / root, benchmark / root, skew, kurtosis)
    assert found / a_year == pytest.approx(years, abs=5e-5)  # printed to four decimals


def test_no_track_record_suffices_below_the_benchmark():
    assert min_track_record(0.01, 0.01) is None
    assert min_track_record(-0.1, 0.0) is None


def test_psr_at_the_minimum_track_record_is_as_sure_as_asked():
    n = present(min_track_record(0.1, 0.02, -0.5, 6.0, sure=0.9))
    assert probabilistic_sharpe(0.1, 0.02, n, -0.5, 6.0) == pytest.approx(0.9, abs=1e-12)


def test_the_best_of_a_hundred_without_skill():
    assert expected_best(100, 1.0) == pytest.approx(2.5306028932, abs=1e-9)


@pytest.mark.parametrize(
    ("trials", "variance", "skew", "kurtosis", "expected"),
    [
        (100, 0.5 / 250, -3.0, 10.0, 0.9003968),
        (46, 0.5 / 250, -3.0, 10.0, 0.9505017),
        (88, 0.5 / 250, 0.0, 3.0, 0.9504908),
    ],
)
def test_the_deflated_sharpe_is_that_of_the_paper(trials, variance, skew, kurtosis, expected):
    moments = Moments(1250, 2.5 / math.sqrt(250), skew, kurtosis)
    assert deflated_sharpe(moments, trials, variance) == pytest.approx(expected, abs=PUBLISHED)


def test_the_papers_benchmark_is_a_ratio_a_day_not_a_year():
    assert expected_best(100, 0.5 / 250) == pytest.approx(0.1131720, abs=PUBLISHED)


def test_one_trial_chose_from_nothing_and_more_trials_make_it_harder():
    moments = present(Moments.of(returns_with(2.0)))
    assert deflated_sharpe(moments, 1) == pytest.approx(moments.psr(0.0))
    chances = [deflated_sharpe(moments, n) for n in (1, 2, 5, 24, 500)]
    assert chances == sorted(chances, reverse=True)


def test_no_trial_at_all_is_refused():
    with pytest.raises(InputError, match="0 trials"):
        expected_best(0, 1.0)


def test_psr_of_a_series_takes_the_benchmark_a_year():
    returns = returns_with(1.0)
    assert probabilistic_sharpe_of(returns, 1.0, YEAR) == pytest.approx(0.5)
    assert probabilistic_sharpe_of(returns, 0.0, YEAR) == pytest.approx(0.84, abs=0.01)


def test_psr_of_a_series_without_volatility_is_undefined():
    assert probabilistic_sharpe_of(np.zeros(100), 0.0, YEAR) is None
    assert probabilistic_sharpe_of(np.array([0.1, 0.2]), 0.0, YEAR) is None


def test_the_moments_are_scipys():
    from scipy import stats

    returns = np.random.default_rng(1).standard_t(4, 5000) * 0.01
    found = present(Moments.of(returns))
    assert found.skew == pytest.approx(stats.skew(returns), rel=1e-9)
    assert found.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False), rel=1e-9)
