"""What the forecast of a lucky record says, and what comes: the best of 20 candidates without skill.

All candidates are of one law, so each is as good as the others and the best one is luck. Its forecast
knows that it was chosen, from the number of candidates alone. The stated chance of the Sharpe gate is
compared with how often the 30 days that follow pass it, beside a forecast that takes the record at its
word. Shares of 300 have a standard error of 2.9 points at 40 %.
"""

from __future__ import annotations

import math
import time

import numpy as np

from core.gates import measure
from core.metrics.conventions import meets_limit
from core.playbook import DEFAULT, load_playbook
from core.trading.forecast import forecast
from core.trading.selection import Selection, luck_of_best
from core.trading.significance import Moments, expected_best
from tests.benchmarks.recipe.cone import AFTER, BARS, NO_TRIPS, PER_YEAR
from tests.expected import present

CANDIDATES, RUNS = 20, 300
WITHIN = 0.08  # of stated and happened: two standard errors, and two points
BELOW = 0.08  # fell below the cone: 5 % are promised


def best_of(candidates: int, run: int) -> tuple[np.ndarray, np.ndarray]:
    """The record of the best one, and the days after it."""
    random = np.random.default_rng([candidates, run])
    records = random.normal(0.0, 0.0015, (candidates, BARS))
    best = records[int(np.argmax(records.mean(axis=1) / records.std(axis=1)))]
    return best, random.normal(0.0, 0.0015, AFTER)


def chosen(record: np.ndarray, candidates: int) -> Selection:
    """What the counted trials say of the best one."""
    moments = present(Moments.of(record))
    year = math.sqrt(PER_YEAR)
    expected = expected_best(candidates, 1.0 / (moments.independent - 1.0)) * year
    luck = luck_of_best(expected, moments.sharpe * year, moments.independent)
    return Selection(basis="trials", candidates=candidates, sharpe=luck)


def main() -> bool:
    """Print a line for each forecast; whether the one that knows is kept."""
    gates = [gate for gate in load_playbook(DEFAULT).gates if gate.id == "sharpe"]
    limit, began = gates[0], time.perf_counter()
    stated: dict[str, list[float]] = {"at its word": [], "knows": []}
    below: dict[str, list[bool]] = {"at its word": [], "knows": []}
    happened = []
    for run in range(RUNS):
        record, future = best_of(CANDIDATES, run)
        path = np.concatenate([[1.0], np.cumprod(1.0 + future)])
        value = measure(path, np.empty(0), PER_YEAR)["sharpe"].value
        happened.append(value is not None and meets_limit(value, limit.op, limit.threshold))
        for name, selection in (("at its word", None), ("knows", chosen(record, CANDIDATES))):
            made = present(
                forecast(record, NO_TRIPS, gates, PER_YEAR, run, futures=500, selection=selection)
            )
            stated[name].append(made.gates["sharpe"])
            closes = path[made.bars_per_day :: made.bars_per_day]
            below[name].append(made.fell_out_on(closes.tolist()) is not None)
    came = float(np.mean(happened))
    for name, chances in stated.items():
        print(
            f"best of {CANDIDATES} without skill, forecast {name:<12} stated {np.mean(chances):6.1%} "
            f"happened {came:6.1%}, fell below the cone {np.mean(below[name]):5.1%}",
            flush=True,
        )
    off, fell = abs(float(np.mean(stated["knows"])) - came), float(np.mean(below["knows"]))
    print(
        f"stated and happened differ by {100.0 * off:.1f} points (promised: {100.0 * WITHIN:.0f}), "
        f"{fell:.1%} fall below (promised: {BELOW:.0%}); {time.perf_counter() - began:.0f} s"
    )
    return off <= WITHIN and fell <= BELOW
