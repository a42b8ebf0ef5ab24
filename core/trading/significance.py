"""Significance of a Sharpe ratio: PSR, deflated Sharpe, minimum track record length.

All ratios here are per period and kurtosis is raw (3 for a normal), as in the papers:
Bailey and Lopez de Prado, *The Sharpe Ratio Efficient Frontier* (2012) and *The
Deflated Sharpe Ratio* (2014). Annual figures are converted by the caller. Both papers take
observations as independent; of a series, n is its effective length (:mod:`core.trading.dependence`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.language import Message
from core.metrics.conventions import NO_VOLATILITY
from core.trading.dependence import effective_length

EULER = 0.5772156649015329
SURE = 0.95


@dataclass(frozen=True)
class Moments:
    """Moments of a return series, per period."""

    n: int
    sharpe: float
    skew: float
    kurtosis: float  # raw
    effective: float | None = None  # independent observations; None: all n are

    @classmethod
    def of(cls, returns: np.ndarray) -> Moments | None:
        """None where the Sharpe ratio or its error is undefined."""
        if len(returns) < 3 or float(np.std(returns, ddof=1)) < NO_VOLATILITY:
            return None
        centred = returns - np.mean(returns)
        variance = float(np.mean(centred**2))
        found = cls(
            len(returns),
            float(np.mean(returns)) / float(np.std(returns, ddof=1)),
            float(np.mean(centred**3)) / variance**1.5,
            float(np.mean(centred**4)) / variance**2,
            effective_length(returns),
        )
        # Positive for sample moments (kurtosis >= 1 + skew^2), save for rounding.
        return found if found.spread > 0.0 else None

    @property
    def spread(self) -> float:
        """1 - g3 SR + (g4 - 1) / 4 SR^2: n times the variance of the estimated ratio."""
        return sharpe_spread(self.sharpe, self.skew, self.kurtosis)

    def psr(self, benchmark: float) -> float:
        """P(true ratio > ``benchmark``), per period."""
        return probabilistic_sharpe(
            self.sharpe, benchmark, self.independent, self.skew, self.kurtosis
        )

    @property
    def independent(self) -> float:
        """Independent observations that the series is worth, at least 2."""
        return float(self.n) if self.effective is None else max(2.0, self.effective)

    def track_record(self, benchmark: float) -> float | None:
        """Observations of this series that PSR(benchmark) needs; None if none suffices.

        :func:`min_track_record` counts independent ones; this series needs n / effective as many.
        """
        needed = min_track_record(self.sharpe, benchmark, self.skew, self.kurtosis)
        return None if needed is None else needed * (self.n / self.independent)


def sharpe_spread(ratio: float, skew: float = 0.0, kurtosis: float = 3.0) -> float:
    """Variance of an estimated ratio, times the number of observations (Mertens 2002)."""
    return 1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio**2


def probabilistic_sharpe(
    ratio: float, benchmark: float, n: float, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """PSR = Phi[(SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)]."""
    from scipy.special import ndtr  # the normal distribution, without all of scipy.stats

    spread = sharpe_spread(ratio, skew, kurtosis)
    return float(ndtr((ratio - benchmark) * math.sqrt(n - 1) / math.sqrt(spread)))


def min_track_record(
    ratio: float, benchmark: float, skew: float = 0.0, kurtosis: float = 3.0, sure: float = SURE
) -> float | None:
    """Observations at which PSR(benchmark) reaches ``sure``; None if none suffices.

    MinTRL = 1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (z / (SR - SR*))^2.
    """
    from scipy.special import ndtri

    if ratio <= benchmark:
        return None
    needed = (float(ndtri(sure)) / (ratio - benchmark)) ** 2
    return 1.0 + sharpe_spread(ratio, skew, kurtosis) * needed


def needed_sharpe(
    benchmark: float, sure: float, n: float, skew: float = 0.0, kurtosis: float = 3.0
) -> float | None:
    """Smallest ratio whose PSR(benchmark) reaches ``sure`` with n observations; None: none does."""
    from scipy.special import ndtri

    z = max(float(ndtri(min(max(sure, 0.5), 1.0 - 1e-12))), 0.0)
    # (SR - SR*)^2 (n - 1) = z^2 (1 - g3 SR + (g4 - 1) / 4 SR^2), the larger root.
    a = (n - 1.0) - z * z * (kurtosis - 1.0) / 4.0
    b = -2.0 * benchmark * (n - 1.0) + z * z * skew
    c = benchmark**2 * (n - 1.0) - z * z
    root = b * b - 4.0 * a * c
    if a <= 0.0 or root < 0.0:
        return None
    return (-b + math.sqrt(root)) / (2.0 * a)


def expected_best(trials: int, variance: float) -> float:
    """Expected highest ratio of ``trials`` independent ones without skill.

    sqrt(V) [(1 - gamma) Z(1 - 1/N) + gamma Z(1 - 1/(N e))]; 0 for a single trial, where
    nothing was selected.

    :param variance: of the ratios over the trials, per period squared.
    :raises InputError: no trial, or a variance below 0.
    """
    from scipy.special import ndtri

    if trials < 1 or variance < 0:
        raise InputError(
            Message(
                "Invalid input: {trials} trials with a variance of {variance:g}.",
                trials=trials,
                variance=variance,
            ),
            Message("Give at least one trial and a variance of 0 or more."),
        )
    if trials == 1:
        return 0.0
    highest = (1.0 - EULER) * float(ndtri(1.0 - 1.0 / trials))
    highest += EULER * float(ndtri(1.0 - 1.0 / (trials * math.e)))
    return math.sqrt(variance) * highest


def deflated_sharpe(moments: Moments, trials: int, variance: float | None = None) -> float:
    """PSR against the best ratio expected by luck in that many trials.

    :param variance: of the ratios over the trials. None: not recorded; then
        the variance that the estimate of a ratio of 0 has over n independent bars,
        1 / (n - 1), which is what trials without skill would show.
    """
    spread = 1.0 / (moments.independent - 1.0) if variance is None else variance
    return moments.psr(expected_best(trials, spread))


def probabilistic_sharpe_of(
    returns: np.ndarray, annual_benchmark: float, periods_per_year: float
) -> float | None:
    """:func:`probabilistic_sharpe` of a return series; None if its Sharpe is undefined."""
    moments = Moments.of(returns)
    return None if moments is None else moments.psr(annual_benchmark / math.sqrt(periods_per_year))
