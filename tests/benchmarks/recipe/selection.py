"""The best of 20 seeds: how often luck is a GO, how often it is trusted, and what skill loses by it.

A sweep of 20 seeds is made in each market, and the best seed by the six gates is revalidated. Without
a signal each GO is luck. With one, an oracle has 500 fresh seeds on the same bars in place of the
sweep's 20, and knows what the recipe gives nearly without error: it trusts a model whose record alone
is a trusted GO where that, too, is above zero as surely as the grade ADEQUATE requires.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.playbook import DEFAULT, load_playbook
from core.sweep.spread import iqm
from core.trading.significance import Moments
from core.vocabulary import Decision
from tests.benchmarks.recipe.trust import best_of, trusted
from tests.benchmarks.recipe.worlds import Tried, World, drawn_rules

if TYPE_CHECKING:
    from core.playbook import Playbook

MARKETS, SEEDS, FRESH = 100, 20, 500
FOOLED, KEPT = 0.05, 0.90
SKILL = 0.75
DRIFTS = {"a weak signal": 0.0006, "a signal": 0.0009, "a strong signal": 0.0015}
WITH_SIGNAL = 20  # worlds of each


class Lucky(NamedTuple):
    """The best of the seeds in one market without a signal."""

    go: bool
    alone: bool  # trusted by its record alone
    swept: bool  # with what the sweep says


def without_signal(seed: int, family: str, playbook: Playbook) -> Lucky:
    """The best seed of a recipe on a market of its own."""
    world = World.drawn(seed)
    if family == "momentum rules":
        levels = world.rules(drawn_rules(np.random.default_rng([303, seed]), SEEDS))
    else:
        levels = world.opinions(SEEDS, seed, 0.5)
    tried = Tried.of(world, levels, playbook)
    best = best_of(tried, range(SEEDS))
    return Lucky(
        tried.outcomes[best].decision is Decision.GO,
        trusted(tried, best, playbook),
        trusted(tried, best, playbook, siblings=range(SEEDS)),
    )


class Skilled(NamedTuple):
    """Two models of a recipe with skill: one trusts them by the record alone, the other stays."""

    oracle: tuple[bool, bool]  # the week's own seed, the best of the sweep
    stays: tuple[bool, bool]
    recipe: float


def with_signal(seed: int, drift: float, playbook: Playbook) -> Skilled:
    """The week's own seed and the best of 20 others, beside 500 fresh ones."""
    world = World.drawn(1000 + seed, drift)
    every = Tried.of(world, world.opinions(SEEDS + 1 + FRESH, seed, SKILL), playbook)
    tried = Tried.of(world, every.levels[:, : SEEDS + 1], playbook)
    known = [each or 0.0 for each in every.sharpes[SEEDS + 1 :]]
    gives, least = iqm(known), playbook.revalidation.adequate_psr0
    oracle, stays = [], []
    for one in (SEEDS, best_of(tried, range(SEEDS))):
        moments = Moments.of(tried.returns[:, one])
        surely = moments and replace(moments, sharpe=gives / np.sqrt(8760.0)).psr(0.0)
        oracle.append(bool(surely and surely >= least) and trusted(tried, one, playbook))
        stays.append(oracle[-1] and trusted(tried, one, playbook, siblings=range(SEEDS)))
    return Skilled((oracle[0], oracle[1]), (stays[0], stays[1]), gives)


def main() -> bool:
    """Print both tables; whether luck is trusted seldom enough, and skill stays trusted."""
    playbook, began, kept = load_playbook(DEFAULT), time.perf_counter(), True
    print(f"Without a signal, the best of {SEEDS} seeds in each of {MARKETS} markets of 180 days:")
    print(f"{'recipe':<18} {'GO':>6} {'trusted alone':>14} {'trusted with its sweep':>23}")
    for family in ("momentum rules", "opinions"):
        found = np.array([without_signal(seed, family, playbook) for seed in range(MARKETS)])
        go, alone, swept = found.mean(axis=0)
        kept &= swept < FOOLED
        print(f"{family:<18} {go:>6.0%} {alone:>14.0%} {swept:>23.0%}", flush=True)
    print(f"With a signal, {WITH_SIGNAL} markets each, an oracle with {FRESH} fresh seeds:")
    print(f"{'market':<18} {'Sharpe':>7} {'own seed stays':>15} {'best of 20 stays':>17}")
    for name, drift in DRIFTS.items():
        worlds = [with_signal(seed, drift, playbook) for seed in range(WITH_SIGNAL)]
        counts = []
        for model in range(2):
            could = sum(each.oracle[model] for each in worlds)
            does = sum(each.stays[model] for each in worlds)
            counts.append((does, could))
        does, could = (sum(column) for column in zip(*counts, strict=True))
        kept &= could > 0 and does >= KEPT * could
        own, best = (f"{a} of {b}" for a, b in counts)
        usual = float(np.mean([each.recipe for each in worlds]))
        print(f"{name:<18} {usual:>7.2f} {own:>15} {best:>17}", flush=True)
    print(
        f"promised: trusted luck below {FOOLED:.0%}, at least {KEPT:.0%} of the models that the "
        f"oracle trusts; {time.perf_counter() - began:.0f} s"
    )
    return kept
