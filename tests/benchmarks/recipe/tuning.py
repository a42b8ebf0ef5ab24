"""A script that tunes on Revalidate: 50 models without skill, and the first trusted GO ends it.

The ledger counts each revalidated model as a trial, so the evidence of the n-th knows of n.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.playbook import DEFAULT, load_playbook
from core.vocabulary import Decision
from tests.benchmarks.recipe.trust import trusted
from tests.benchmarks.recipe.worlds import Tried, World, drawn_rules

if TYPE_CHECKING:
    from core.playbook import Playbook

MARKETS, TIMES, ROUND = 100, 50, 5
FOOLED = 0.05


class Tuned(NamedTuple):
    """What a script got in one market."""

    go: bool
    uncounted: bool  # trusted if nobody counted
    trusted: bool


def tuned(seed: int, *, climbs: bool, playbook: Playbook) -> Tuned:
    """Look after look on a market without a signal.

    :param climbs: each five looks vary the best so far; else all are drawn anew.
    """
    world, random = World.drawn(5000 + seed), np.random.default_rng([404, seed])
    looked, best, top = 0, drawn_rules(random, 1)[0], -np.inf
    found = Tuned(False, False, False)
    while looked < TIMES:
        weights = drawn_rules(random, ROUND)
        if climbs and looked:
            weights = best + 0.4 * weights
        tried = Tried.of(world, world.rules(weights), playbook)
        for one, outcome in enumerate(tried.outcomes):
            looked += 1
            sharpe = tried.sharpes[one]
            if sharpe is not None and sharpe > top:
                top, best = sharpe, weights[one]
            if outcome.decision is not Decision.GO:
                continue
            alone = found.uncounted or trusted(tried, one, playbook)
            counted = alone and trusted(tried, one, playbook, trials=looked)
            found = Tuned(True, alone, counted)
            if counted:
                return found
    return found


def main() -> bool:
    """Print a line for each way to tune; whether a trusted GO is rare enough."""
    playbook, began, kept = load_playbook(DEFAULT), time.perf_counter(), True
    print(f"{TIMES} revalidations without skill in each of {MARKETS} markets of 180 days:")
    print(f"{'script':<22} {'a GO':>6} {'trusted, uncounted':>19} {'trusted':>8}")
    for name, climbs in (("draws anew", False), ("climbs from the best", True)):
        found = [tuned(seed, climbs=climbs, playbook=playbook) for seed in range(MARKETS)]
        go, uncounted, fooled = np.array(found).mean(axis=0)
        kept &= fooled < FOOLED
        print(f"{name:<22} {go:>6.0%} {uncounted:>19.0%} {fooled:>8.0%}", flush=True)
    print(f"promised: trusted below {FOOLED:.0%}; {time.perf_counter() - began:.0f} s")
    return kept
