"""Smoothing is TensorBoard's: an exponential moving average without its bias towards 0."""

from __future__ import annotations

import numpy as np
import pytest

from core.telemetry.smoothing import BLOCK, smoothed


def by_hand(values: list[float], weight: float) -> list[float]:
    """TensorBoard's loop, as its source has it."""
    last, count, found = 0.0, 0, []
    for value in values:
        if not np.isfinite(value):
            found.append(value)
            continue
        last, count = last * weight + (1 - weight) * value, count + 1
        found.append(last / (1 - weight**count))
    return found


@pytest.mark.parametrize("weight", [0.1, 0.6, 0.99, 0.999])
@pytest.mark.parametrize("count", [2, BLOCK, BLOCK + 1, 5 * BLOCK + 7])
def test_it_equals_tensorboards_loop(weight: float, count: int) -> None:
    values = np.random.default_rng(count).normal(3.0, 10.0, count)
    np.testing.assert_allclose(
        smoothed(values, weight), by_hand(values.tolist(), weight), rtol=1e-9
    )


def test_a_value_that_is_not_finite_stays_and_does_not_count() -> None:
    values = [1.0, np.nan, 5.0, np.inf, -2.0]
    np.testing.assert_allclose(smoothed(np.array(values), 0.6), by_hand(values, 0.6))


def test_a_constant_curve_stays_constant() -> None:
    assert smoothed(np.full(1000, 0.1), 0.9).tolist() == [0.1] * 1000


def test_the_given_values_are_not_changed() -> None:
    values = np.arange(10.0)
    smoothed(values, 0.9)
    assert values.tolist() == list(range(10))


@pytest.mark.parametrize("weight", [-0.1, 1.0])
def test_another_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        smoothed(np.arange(3.0), weight)
