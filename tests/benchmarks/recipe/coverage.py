"""How often the 95 % interval of the interquartile mean holds the truth."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from core.sweep.spread import iqm, iqm_interval

if TYPE_CHECKING:
    from collections.abc import Callable

SWEEPS, RESAMPLES = 1000, 1000
MANY = 400_000  # draws whose interquartile mean is the truth
COVERED = (0.92, 0.98)


def _normal(random: np.random.Generator, n: int) -> np.ndarray:
    return random.normal(0.7, 0.8, n)


def _tails(random: np.random.Generator, n: int) -> np.ndarray:
    return 0.7 + 0.6 * random.standard_t(3, n)


def _skewed(random: np.random.Generator, n: int) -> np.ndarray:
    return random.lognormal(0.0, 0.7, n)


def _two_kinds(random: np.random.Generator, n: int) -> np.ndarray:
    """Most seeds learn something; three of ten learn nothing."""
    fails = random.random(n) < 0.3
    return np.where(fails, random.normal(-0.3, 0.3, n), random.normal(1.4, 0.4, n))


LAWS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": _normal,
    "fat tails": _tails,
    "skewed": _skewed,
    "two kinds of seeds": _two_kinds,
}
SHAPES = {"10 seeds": (10, 1), "20 seeds": (20, 1), "20 seeds, 4 folds": (20, 4)}


def main() -> bool:
    """Print a line for each law; whether the coverage is as promised."""
    began, shares = time.perf_counter(), []
    print(f"{'Sharpe ratios of seeds':<22}" + "".join(f"{name:>19}" for name in SHAPES))
    for number, (name, law) in enumerate(LAWS.items()):
        row = []
        for seeds, folds in SHAPES.values():
            offsets = np.linspace(-0.3, 0.3, folds) if folds > 1 else np.zeros(1)
            many = law(np.random.default_rng([number, folds]), MANY)
            truth = iqm(np.concatenate([many + each for each in offsets]).tolist())
            held = 0
            for sweep in range(SWEEPS):
                random = np.random.default_rng([number, seeds, folds, sweep])
                tries = [law(random, seeds) + each for each in offsets]
                ends = iqm_interval(tries, sweep, RESAMPLES)
                held += ends.low <= truth <= ends.high
            row.append(held / SWEEPS)
        shares += row
        print(f"{name:<22}" + "".join(f"{share:>19.1%}" for share in row), flush=True)
    low, high = COVERED
    print(
        f"95 % intervals hold {min(shares):.1%} to {max(shares):.1%} (promised: {low:.0%} to "
        f"{high:.0%}); {time.perf_counter() - began:.0f} s"
    )
    return all(low <= share <= high for share in shares)
