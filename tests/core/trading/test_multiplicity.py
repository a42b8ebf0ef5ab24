"""Several candidates on the same bars: variance, clusters, overfitting, superiority."""

from __future__ import annotations

import numpy as np
import pytest

from core.trading.multiplicity import (
    AgainstBenchmark,
    against,
    effective_trials,
    multiplicity,
    overfitting,
    sharpe_ratios,
)
from core.trading.significance import Moments, deflated_sharpe
from tests.expected import present

BARS = 960


def noise(columns: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (BARS, columns))


def test_one_candidate_says_what_is_missing():
    found = multiplicity(noise(1)[:, 0], np.empty((BARS, 0)), {}, 1)
    assert (found.candidates, found.pbo, found.against) == (1, None, {})
    for name in ("variance", "PBO", "Romano-Wolf"):
        assert name in present(found.missing)
    assert found.sentence() == found.missing


def test_the_measured_variance_deflates_as_published():
    """Bailey and Lopez de Prado (2014): SR 2.5, T 1250, N 100, V 1/2, skew -3, kurtosis 10."""
    moments = Moments(1250, 2.5 / np.sqrt(250), -3.0, 10.0)
    assert deflated_sharpe(moments, 100, 0.5 / 250) == pytest.approx(0.9004, abs=5e-5)


def test_the_variance_is_that_of_the_candidates_ratios():
    every = noise(5)
    found = multiplicity(every[:, 0], every[:, 1:], {}, 9)
    variance = present(found.sharpe_variance)
    assert variance == pytest.approx(float(np.var(sharpe_ratios(every), ddof=1)))
    moments = present(Moments.of(every[:, 0]))
    assert found.dsr_measured == pytest.approx(deflated_sharpe(moments, 9, variance))


def test_tries_of_a_sweep_count_as_trials_beside_those_of_the_ledger():
    every = noise(6)
    found = multiplicity(every[:, 0], every[:, 1:], {}, 3, tries=4)
    moments, variance = present(Moments.of(every[:, 0])), present(found.sharpe_variance)
    assert (found.candidates, found.tries) == (6, 4)
    assert found.dsr_measured == pytest.approx(deflated_sharpe(moments, 7, variance))
    assert "4 of them tries of a sweep" in found.sentence()


def test_a_try_that_never_traded_is_named_and_takes_nothing_from_the_others():
    every = np.column_stack([noise(5), np.zeros(BARS)])
    found = multiplicity(every[:, 0], every[:, 1:], {}, 1, tries=5)
    assert (found.candidates, found.idle) == (6, 1)
    assert found.pbo is not None
    assert "1 never traded and is in no figure" in found.sentence()


def test_two_candidates_are_too_few_for_a_variance_and_it_says_so():
    every = noise(2)
    found = multiplicity(every[:, 0], every[:, 1:], {}, 2)
    assert (found.sharpe_variance, found.dsr_measured) == (None, None)
    assert "needs 3" in present(found.missing)
    assert found.pbo is not None


def test_copies_of_two_models_are_two_trials_and_independent_ones_count_each():
    pair = noise(2)
    copies = np.column_stack([pair[:, n % 2] for n in range(8)]) + 0.1 * noise(8, 2)
    assert effective_trials(copies) == 2
    assert effective_trials(pair[:, [0, 0, 0]] + 0.1 * noise(3, 2)) == 1
    assert effective_trials(noise(6)) == 6


def test_overfitting_of_four_slices_by_hand():
    # Slices of two bars; the columns' means in them are 2 1 and 1 2, alternately.
    first = [2.5, 1.5, 1.5, 0.5, 2.5, 1.5, 1.5, 0.5]
    second = [1.5, 0.5, 2.5, 1.5, 1.5, 0.5, 2.5, 1.5]
    returns = np.column_stack([first, second])
    # Halves {0, 2} and {1, 3} choose the column that is worse in the other half; in the four mixed
    # halves both columns are equal, which is a rank of 1.5 of 2: omega 1/2, a logit of 0.
    assert overfitting(returns, splits=4) == 1.0
    assert overfitting(returns + np.array([3.0, 0.0]), splits=4) == 0.0


def test_one_column_that_is_always_better_is_not_overfitted_and_noise_is_a_coin():
    skilled = noise(10)
    skilled[:, 3] += 0.004
    assert overfitting(skilled) < 0.02
    flat = [overfitting(noise(10, seed)) for seed in range(12)]
    # Published for strategies without skill: near one half.
    assert np.mean(flat) == pytest.approx(0.5, abs=0.15)


def test_a_clear_edge_is_superior_and_noise_is_not():
    market = noise(1, 9)[:, 0]
    none = noise(4, 3)
    skilled = none + np.array([0.003, 0.0, 0.0, 0.0])
    assert against(skilled, market) == AgainstBenchmark(superior=True, spa_p=0.0)
    found = against(none, market)
    assert not found.superior
    assert found.spa_p > 0.05


def test_tries_whose_records_are_gone_are_said_and_deflate_all_the_same():
    returns = np.random.default_rng(1).normal(0.001, 0.01, 900)
    none = np.empty((900, 0))
    alone = multiplicity(returns, none, {}, 1)
    lost = multiplicity(returns, none, {}, 1, unrecorded=12)
    more = multiplicity(returns, none, {}, 1, unrecorded=200)
    assert alone.dsr_measured is None
    assert present(more.dsr_measured) < present(lost.dsr_measured)
    assert "12 of 12 tries on these bars without a record here" in lost.sentence()
    some = np.random.default_rng(2).normal(0.0, 0.01, (900, 8))
    partly = multiplicity(returns, some, {}, 1, tries=8, unrecorded=12)
    whole = multiplicity(returns, some, {}, 1, tries=8)
    assert "12 of 20 tries on these bars without a record here" in partly.sentence()
    assert present(partly.dsr_measured) < present(whole.dsr_measured)
