"""Optimal block lengths, against the arch library."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.trading.block_length import optimal_block_length


@pytest.mark.parametrize("n", [20, 50, 333, 2160, 8760])
@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.3, 0.9])
def test_the_length_is_that_of_arch(n: int, rho: float) -> None:
    from arch.bootstrap import optimal_block_length as by_arch

    series = np.random.default_rng(n).standard_normal(n)
    for i in range(1, n):
        series[i] += rho * series[i - 1]
    for values in (series, np.abs(series), (series > 0).astype(float)):
        expected = float(by_arch(values)["stationary"].iloc[0])
        assert optimal_block_length(values) == pytest.approx(expected, rel=1e-9)


def test_a_constant_series_has_none() -> None:
    assert math.isnan(optimal_block_length(np.full(100, 3.0)))
