"""PSR against published examples, and the grade's rules."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.trading.evidence import (
    EvidenceRules,
    probabilistic_sharpe,
    probabilistic_sharpe_of,
    weigh,
)
from core.vocabulary import EvidenceGrade

YEAR = 8760


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
    assert found == pytest.approx(expected, abs=1e-6)  # published to six decimals


def test_psr_of_a_series_takes_the_benchmark_a_year():
    returns = returns_with(1.0)
    assert probabilistic_sharpe_of(returns, 1.0, YEAR) == pytest.approx(0.5)
    assert probabilistic_sharpe_of(returns, 0.0, YEAR) == pytest.approx(0.84, abs=0.01)


def test_psr_of_a_series_without_volatility_is_undefined():
    assert probabilistic_sharpe_of(np.zeros(100), 0.0, YEAR) is None
    assert probabilistic_sharpe_of(np.array([0.1, 0.2]), 0.0, YEAR) is None


@pytest.mark.parametrize(
    ("annual_sharpe", "trades", "bars", "grade"),
    [
        (4.0, 30, YEAR, EvidenceGrade.STRONG),
        (2.0, 30, YEAR, EvidenceGrade.ADEQUATE),
        (1.0, 30, YEAR, EvidenceGrade.WEAK),
        (-3.0, 30, YEAR, EvidenceGrade.WEAK),
        (4.0, 29, YEAR, EvidenceGrade.INSUFFICIENT),
        (40.0, 30, 90 * 24 - 1, EvidenceGrade.INSUFFICIENT),
        (40.0, 30, 90 * 24, EvidenceGrade.STRONG),
        (4.0, None, YEAR, EvidenceGrade.INSUFFICIENT),
    ],
)
def test_the_grade_follows_the_published_rules(annual_sharpe, trades, bars, grade):
    evidence = weigh(returns_with(annual_sharpe, bars), trades)
    assert evidence.grade is grade
    assert evidence.reasons


def test_all_that_is_too_little_is_named():
    evidence = weigh(np.zeros(100), 3, rules=EvidenceRules(min_trades=5, min_days=10))
    assert evidence.grade is EvidenceGrade.INSUFFICIENT
    assert [reason.split()[0] for reason in evidence.reasons] == ["3", "4.2", "The"]
    assert evidence.as_dict()["psr0"] is None


def test_coin_flips_are_seldom_graded_adequate():
    random = np.random.default_rng(3)
    grades = [weigh(random.normal(0, 0.001, YEAR), 100).grade for _ in range(300)]
    fooled = sum(grade in (EvidenceGrade.ADEQUATE, EvidenceGrade.STRONG) for grade in grades)
    assert fooled / 300 < 0.09  # 5 % by construction, plus three standard errors
