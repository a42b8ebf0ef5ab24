"""How far the record can be trusted to show skill and not luck."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.playbook import RevalidationSettings
from core.trading.conventions import NO_VOLATILITY
from core.trading.returns import days
from core.vocabulary import EvidenceGrade


@dataclass(frozen=True)
class EvidenceRules:
    """What earns which grade; the defaults of the playbook's revalidation settings."""

    min_trades: int = 30
    min_days: float = 90.0
    strong_psr1: float = 0.95
    """STRONG: at least this sure that the true annual Sharpe is above 1."""
    adequate_psr0: float = 0.95
    """ADEQUATE: at least this sure that the true Sharpe is above 0; less is WEAK."""

    @classmethod
    def of(cls, settings: RevalidationSettings) -> EvidenceRules:
        return cls(
            settings.min_trades, settings.min_days, settings.strong_psr1, settings.adequate_psr0
        )


@dataclass(frozen=True)
class Evidence:
    """Grade with reasons. ``psr0`` and ``psr1`` are None where the Sharpe is undefined."""

    grade: EvidenceGrade
    reasons: tuple[str, ...]
    psr0: float | None
    psr1: float | None
    trades: int | None
    days: float

    def as_dict(self) -> dict[str, object]:
        return {**vars(self), "grade": self.grade.value, "reasons": list(self.reasons)}


def probabilistic_sharpe(
    ratio: float, benchmark: float, n: int, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """P(true Sharpe > benchmark), both per period; kurtosis raw (3 for a normal).

    Bailey and Lopez de Prado (2012):
    PSR = Phi[(SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)].
    """
    from scipy.special import ndtr  # the normal distribution, without all of scipy.stats

    spread = 1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio**2
    return float(ndtr((ratio - benchmark) * math.sqrt(n - 1) / math.sqrt(spread)))


def probabilistic_sharpe_of(
    returns: np.ndarray, annual_benchmark: float, periods_per_year: float
) -> float | None:
    """:func:`probabilistic_sharpe` of a return series; None if its Sharpe is undefined."""
    if len(returns) < 3 or float(np.std(returns, ddof=1)) < NO_VOLATILITY:
        return None
    from scipy import stats  # loading it takes a second

    ratio = float(np.mean(returns)) / float(np.std(returns, ddof=1))
    skew, kurtosis = float(stats.skew(returns)), float(stats.kurtosis(returns, fisher=False))
    # The variance is positive for sample moments (kurtosis >= 1 + skew^2), save for rounding.
    if 1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio**2 <= 0.0:
        return None
    benchmark = annual_benchmark / math.sqrt(periods_per_year)
    return probabilistic_sharpe(ratio, benchmark, len(returns), skew, kurtosis)


def weigh(
    returns: np.ndarray,
    trades: int | None,
    bars_per_year: int = 8760,
    rules: EvidenceRules | None = None,
) -> Evidence:
    """Grade a record: too small is INSUFFICIENT, then by PSR(1) and PSR(0).

    :param returns: per bar, net.
    :param trades: closed round trips; None (unknown) counts as too few.
    """
    rules = rules or EvidenceRules()
    window = days(len(returns), bars_per_year)
    psr0 = probabilistic_sharpe_of(returns, 0.0, bars_per_year)
    psr1 = probabilistic_sharpe_of(returns, 1.0, bars_per_year)
    short = []
    if trades is None:
        short.append("The round trips are not known.")
    elif trades < rules.min_trades:
        short.append(f"{trades} closed trades; {rules.min_trades} are needed.")
    if window < rules.min_days:
        short.append(f"{window:.1f} days of backtest; {rules.min_days:g} are needed.")
    if psr0 is None or psr1 is None:
        short.append("The Sharpe ratio is undefined.")
    if short:
        grade, reasons = EvidenceGrade.INSUFFICIENT, short
    elif psr1 >= rules.strong_psr1:
        grade = EvidenceGrade.STRONG
        reasons = [f"{_sure(psr1)} sure that the true Sharpe is above 1 (PSR(1))."]
    elif psr0 >= rules.adequate_psr0:
        grade = EvidenceGrade.ADEQUATE
        reasons = [
            f"{_sure(psr0)} sure that the true Sharpe is above 0 (PSR(0)), "
            f"{_sure(psr1)} that it is above 1 (PSR(1))."
        ]
    else:
        grade = EvidenceGrade.WEAK
        reasons = [
            f"Only {_sure(psr0)} sure that the true Sharpe is above 0 (PSR(0)); "
            f"{rules.adequate_psr0:.0%} are needed."
        ]
    return Evidence(grade, tuple(reasons), psr0, psr1, trades, window)


def _sure(chance: float) -> str:
    """Nothing is 100 % sure: ``more than 99.9%``."""
    return "More than 99.9%" if chance > 0.999 else f"{chance:.1%}"
