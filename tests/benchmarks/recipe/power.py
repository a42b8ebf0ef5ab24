"""The stated power of each gate beside the share of planted runs that it notices.

The stated power is computed in one go from resampled bars; the planted runs are price paths that
the replay books bar by bar, and the stated test (its value that 5 % without an edge exceed) judges
them. Shares of 200 runs differ by 3.5 points (one standard error at 50 %) by chance alone, so the
mean of three sets stands beside the first one, and the promise is about that mean.
"""

from __future__ import annotations

import time

import numpy as np

from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel
from core.trading.planted_runs import PlantedRuns
from core.trading.power import TRUE_SHARPE, measured_power, noticed
from core.trading.random_policies import Style
from core.trading.replay import Track
from tests.benchmarks.recipe.planted import held_at_random, noise, planted_values
from tests.expected import present

BARS, YEAR = 2160, 8760  # the record's, and those by which a long record is timed
RUNS, SETS = 200, 3
PER_YEAR = 8760
POINTS = 4.0


def main() -> bool:
    """Print a line for each gate; whether the stated power is within 4 points on average."""
    playbook = load_playbook(DEFAULT)
    track, levels = Track.of(noise(BARS, 1)), held_at_random(BARS, 2)
    costs = CostModel(10.0, 5.0, 0.0)
    planted = PlantedRuns(track, present(Style.of(levels)), costs, 1000)
    # An edge that a gate notices about every second time is where the stated power errs most.
    print(f"{'true Sharpe':>11} {'gate':<20} {'stated':>7} {'200 runs':>9} {'600 runs':>9}")
    worst = 0.0
    zero = planted.records(present(planted.edge(0.0, PER_YEAR))).values(PER_YEAR)
    for sharpe in (0.0, TRUE_SHARPE, 4.0):
        edge = present(planted.edge(sharpe, PER_YEAR))
        stated = planted.records(edge).values(PER_YEAR)
        sets = [
            planted_values(track, levels, costs, edge, RUNS, 100 + n, PER_YEAR) for n in range(SETS)
        ]
        for gate in playbook.gates:
            said = noticed(stated[gate.id], zero[gate.id], gate.op)
            shares = [noticed(each[gate.id], zero[gate.id], gate.op) for each in sets]
            mean = float(np.mean(shares))
            worst = max(worst, abs(said - mean))
            print(
                f"{sharpe:>11g} {gate.id:<20} {said:>7.1%} {shares[0]:>9.1%} {mean:>9.1%}",
                flush=True,
            )
    print(
        f"largest difference from 600 planted runs: {100 * worst:.1f} points (promised: {POINTS:g})"
    )
    began = time.perf_counter()
    measured_power(
        Track.of(noise(YEAR, 3)),
        held_at_random(YEAR, 4),
        costs,
        playbook.gates,
        playbook.decision,
        PER_YEAR,
        playbook.revalidation.bootstrap_repetitions,
    )
    print(
        f"power of all gates over a year of hours: {time.perf_counter() - began:.1f} s (promised: 10)"
    )
    return 100 * worst <= POINTS
