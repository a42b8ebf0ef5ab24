"""Whether strategies earn more than a benchmark, given that several were compared with it.

The test for superior predictive ability (Hansen 2005) with his consistent centring, and the steps of
Romano and Wolf (2005) with the same draws: a stationary block bootstrap of the differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.trading.bar_resampling import BlockDraws


@dataclass(frozen=True)
class Comparison:
    """Differences to the benchmark, and what they would be on new records without any.

    :ivar means: mean difference of each strategy, shape (n,).
    :ivar drawn: of the resampled records, centred, shape (repetitions, n).
    """

    means: np.ndarray
    drawn: np.ndarray

    @classmethod
    def of(cls, differences: np.ndarray, block: int, repetitions: int, seed: int) -> Comparison:
        """Resample.

        :param differences: returns less the benchmark's, shape (bars, n).
        :param block: mean length of a block, in bars.
        """
        bars, means = len(differences), differences.mean(axis=0)
        draws = BlockDraws(bars, block, repetitions, seed)
        resampled = np.column_stack([draws.sums(column) for column in differences.T]) / bars
        # One that is far below the benchmark has no part in what the best may reach by chance.
        bound = np.sqrt(long_run_variance(differences, block) / bars * 2.0 * np.log(np.log(bars)))
        return cls(means, resampled - np.where(means >= -bound, means, 0.0))

    def p_value(self) -> float:
        """That none of them earns more."""
        return float(np.mean(self.drawn.max(axis=1) > self.means.max()))

    def superior(self, size: float) -> list[int]:
        """Those that earn more; the chance that one of them does not is ``size``."""
        left = np.arange(len(self.means))
        while len(left):
            critical = np.percentile(self.drawn[:, left].max(axis=1), 100.0 * (1.0 - size))
            better = self.means[left] > critical
            if not better.any():
                break
            left = left[~better]
        return sorted(set(range(len(self.means))) - set(left.tolist()))


def long_run_variance(values: np.ndarray, block: int) -> np.ndarray:
    """Of the mean of each column, times the bars; weighted as a stationary bootstrap does."""
    bars = len(values)
    spectrum = np.fft.rfft(values - values.mean(axis=0), 2 * bars, axis=0)
    autocovariances = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[:bars] / bars
    lags, kept = np.arange(bars), 1.0 - 1.0 / block
    weights = (1.0 - lags / bars) * kept**lags + lags / bars * kept ** (bars - lags)
    weights[1:] *= 2.0
    found: np.ndarray = weights @ autocovariances
    return found
