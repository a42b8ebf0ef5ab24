"""Optimal block lengths: short without memory, longer the longer the memory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.trading.block_length import optimal_block_length


def autoregressive(rho: float, n: int = 4000) -> np.ndarray:
    series = np.random.default_rng(1).standard_normal(n)
    for i in range(1, n):
        series[i] += rho * series[i - 1]
    return series


def test_blocks_are_short_without_memory_and_longer_with_more() -> None:
    lengths = [optimal_block_length(autoregressive(rho)) for rho in (0.0, 0.3, 0.6, 0.9)]
    assert lengths[0] < 3.0
    assert lengths == sorted(lengths)
    # (2 G^2 / D)^(1/3) n^(1/3) of the AR(1) itself, with the estimation error of 4,000 points
    assert 0.6 < lengths[2] / (2.0 * 0.6 / (1 - 0.6**2)) ** (2 / 3) / 4000 ** (1 / 3) < 1.6


def test_a_constant_series_has_none() -> None:
    assert math.isnan(optimal_block_length(np.full(100, 3.0)))


@pytest.mark.parametrize("n", [10, 37, 400, 2_500])
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.7, 0.98])
def test_lengths_are_those_of_a_library_of_econometrics(n: int, rho: float) -> None:
    from arch.bootstrap import optimal_block_length as arch_length  # seconds to import

    series = autoregressive(rho, n)
    signs = (series < np.median(series)).astype(float)
    for values in (series, signs):
        with np.errstate(all="ignore"):  # of lags that it computes and does not use
            published = float(arch_length(values)["stationary"].iloc[0])
        assert optimal_block_length(values) == pytest.approx(published, rel=1e-9)
