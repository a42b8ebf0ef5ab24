"""Planted runs: booked like the replay, joined like one record, with the Sharpe that was planted."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from core.gates import measure
from core.trading.costs import CostModel
from core.trading.planted_runs import PlantedRuns, Records
from core.trading.random_policies import Style
from core.trading.replay import Track
from tests.benchmarks.recipe.planted import held_at_random, noise, planted_values
from tests.expected import present

BARS, RUNS, PER_YEAR = 500, 120, 8760
COSTS = CostModel(10.0, 5.0, 0.0)
TRACK, LEVELS = Track.of(noise(BARS, 1)), held_at_random(BARS, 2)


def runs(n: int = RUNS) -> PlantedRuns:
    return PlantedRuns(TRACK, present(Style.of(LEVELS)), COSTS, n)


def of_path(steps: list[float]) -> Records:
    """A record whose round trips are its bars."""
    path = np.cumsum(np.log1p(steps))
    lost = np.array(steps) < 0
    run = longest = 0
    for one in lost:
        run = run + 1 if one else 0
        longest = max(longest, run)
    leading = len(lost) if lost.all() else int(np.argmin(lost))
    pnl = np.diff(np.exp(path), prepend=1.0)
    peak = np.maximum(np.maximum.accumulate(path), 0.0)
    values = (
        len(steps),
        sum(steps),
        sum(step**2 for step in steps),
        path[-1],
        peak[-1],
        min(path.min(), 0.0),
        (path - peak).min(),
        len(steps),
        (pnl > 0).sum(),
        pnl[pnl > 0].sum(),
        -pnl[pnl < 0].sum(),
        longest,
        leading,
        run,
    )
    return Records(*(np.array([value]) for value in values))


def test_the_planted_sharpe_is_the_mean_over_all_runs():
    planted = runs(400)
    for sharpe in (0.0, 1.0, 4.0):
        found = planted.records(present(planted.edge(sharpe, PER_YEAR)))
        mean = found.total.sum() / found.bars.sum()
        spread = np.sqrt(found.squares.sum() / found.bars.sum() - mean**2)
        assert mean / spread * np.sqrt(PER_YEAR) == pytest.approx(sharpe, abs=1e-9)


def test_a_model_that_is_hardly_ever_in_the_market_can_not_have_every_sharpe():
    levels = np.zeros(BARS)
    levels[100] = 0.15
    rare = PlantedRuns(TRACK, present(Style.of(levels)), COSTS, 50)
    assert rare.edge(12.0, PER_YEAR) is None
    assert rare.edge(1.0, PER_YEAR) is not None


def test_the_runs_are_distributed_as_those_that_the_replay_books_bar_by_bar():
    planted = runs(600)
    edge = present(planted.edge(4.0, PER_YEAR))
    fast = planted.records(edge).values(PER_YEAR)
    exact = planted_values(TRACK, LEVELS, COSTS, edge, 60, 7, PER_YEAR)
    for gate, values in exact.items():
        known = values[np.isfinite(values)]
        error = fast[gate][np.isfinite(fast[gate])].std() / np.sqrt(len(known))
        # Means of independent runs: three standard errors.
        assert abs(known.mean() - np.nanmean(fast[gate])) < 3.0 * error, gate


def test_records_one_after_another_are_judged_as_one_record():
    random = np.random.default_rng(4)
    parts = [list(random.normal(0.0, 0.05, n)) for n in (5, 1, 9, 3)]
    parts.insert(2, [-0.01, -0.02])
    joined = reduce(Records.then, [of_path(part) for part in parts])
    whole = [step for part in parts for step in part]
    equity = np.concatenate([[1.0], np.cumprod(1.0 + np.array(whole))])
    for gate, value in measure(equity, np.diff(equity), PER_YEAR).items():
        assert joined.values(PER_YEAR)[gate][0] == pytest.approx(present(value.value)), gate


def test_the_same_runs_come_again():
    edge = present(runs().edge(1.0, PER_YEAR))
    again = runs().records(edge)
    assert all((one == other).all() for one, other in zip(runs().records(edge), again, strict=True))
