"""The tests of superiority, next to those of ``arch``, which draws other blocks."""

from __future__ import annotations

import numpy as np
import pytest

from core.trading.superiority import Comparison, long_run_variance

BARS, BLOCK, REPETITIONS = 500, 12, 1_000


def records(edges: list[float], seed: int = 5) -> np.ndarray:
    """Differences with some memory and a common part, each with its edge."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((BARS + 1, len(edges))) + random.standard_normal((BARS + 1, 1))
    return 0.01 * (noise[1:] + 0.4 * noise[:-1]) + np.array(edges)


@pytest.mark.parametrize(
    "edges",
    [
        [0.0, 0.0, 0.0],
        [0.0015, 0.0, -0.001, 0.0005],
        [0.004, 0.0, 0.003, -0.02],
        [-0.02, -0.001, 0.0012],
        [0.006, 0.005],
    ],
)
def test_p_value_and_superior_ones_are_those_of_a_library(edges: list[float]) -> None:
    from arch.bootstrap import SPA, StepM  # seconds to import

    differences = records(edges)
    losses = np.zeros(BARS), -differences
    spa = SPA(*losses, block_size=BLOCK, reps=REPETITIONS, seed=1)
    spa.compute()
    steps = StepM(*losses, size=0.05, block_size=BLOCK, reps=REPETITIONS, seed=1)
    steps.compute()
    found = Comparison.of(differences, BLOCK, REPETITIONS, 1)
    # Twice four standard errors of a share of 1,000 draws.
    p = float(spa.pvalues["consistent"])
    assert found.p_value() == pytest.approx(p, abs=0.001 + 8 * (p * (1 - p) / REPETITIONS) ** 0.5)
    assert found.superior(0.05) == steps.superior_models
    critical = float(spa.critical_values(0.05)["consistent"])
    assert np.percentile(found.drawn.max(axis=1), 95) == pytest.approx(critical, rel=0.12)


def test_the_variance_is_the_librarys() -> None:
    from arch.bootstrap import SPA

    differences = records([0.0, 0.002])
    spa = SPA(np.zeros(BARS), -differences, block_size=BLOCK, reps=2, seed=1)
    spa.compute()
    assert long_run_variance(differences, BLOCK) == pytest.approx(spa._loss_diff_var, rel=1e-9)


def test_those_that_are_found_in_a_later_step_are_superior_too() -> None:
    """Beside the first, which varies more, the second is not; once the first is gone it is."""
    means = np.array([3.0, 1.5, 0.0])
    drawn = np.zeros((100, 3))
    drawn[:20, 0], drawn[:20, 1], drawn[:, 2] = 2.0, 1.0, -1.0
    found = Comparison(means, drawn)
    assert found.superior(0.05) == [0, 1, 2]
    assert Comparison(means[1:], drawn[:, 1:]).superior(0.05) == [0, 1]
    drawn[:, 2] = 0.5
    assert Comparison(means, drawn).superior(0.05) == [0, 1]
