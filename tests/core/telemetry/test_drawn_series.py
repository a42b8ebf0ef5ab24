"""What a curve says in words: on which side of a limit it ends, and since when."""

from __future__ import annotations

import numpy as np
import pytest

from core.telemetry.drawn_series import crossing
from core.telemetry.series import Series

T0 = 1771855200.0  # 2026-02-23 14:00 UTC


def curve(*values: float) -> Series:
    count = len(values)
    steps = np.arange(1, count + 1) * 1000
    return Series("train/approx_kl", steps, T0 + 60.0 * np.arange(count), np.array(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.005, 0.02, 0.004, 0.02, 0.03), "KL: above 0.01 since step 4,000, 2026-02-23 14:03 UTC"),
        ((0.02, 0.005, np.nan), "KL: not above 0.01 since step 2,000, 2026-02-23 14:01 UTC"),
        ((0.005, 0.01), "KL: never above 0.01"),
        ((0.05, 0.02), "KL: always above 0.01"),
    ],
)
def test_since_when_a_curve_is_beyond_its_limit(values: tuple[float, ...], expected: str) -> None:
    assert crossing("KL", curve(*values), 0.01) == expected


def test_a_curve_without_a_value_says_nothing() -> None:
    assert crossing("KL", curve(np.nan), 0.01) is None
    said = crossing("KL", curve(0.005, 0.02), 0.01)
    assert said is not None
    assert said.in_("pt") == "KL: acima de 0,01 desde o passo 2.000, 23/02/2026 14:01 UTC"
