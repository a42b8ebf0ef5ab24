"""Round trips: how many won, by how much, and how long the losses ran."""

from __future__ import annotations

import numpy as np

from core.metrics.metric_value import MetricValue, finite, undefined
from core.vocabulary import GateStatus


def win_rate_pct(pnl: np.ndarray) -> MetricValue:
    """Percent of closed trades with a net result above 0. ``no_trades`` without any."""
    if not len(pnl):
        return undefined(GateStatus.NO_TRADES)
    return MetricValue(float(np.count_nonzero(pnl > 0)) / len(pnl) * 100.0)


def profit_factor(pnl: np.ndarray) -> MetricValue:
    """Sum of wins / |sum of losses|, in currency. ``no_trades``, ``no_losses`` where undefined."""
    if not len(pnl):
        return undefined(GateStatus.NO_TRADES)
    lost = -float(pnl[pnl < 0].sum())
    if lost == 0.0:
        return undefined(GateStatus.NO_LOSSES)
    return finite(float(pnl[pnl > 0].sum()) / lost)


def longest_losing_run(pnl: np.ndarray) -> MetricValue:
    """Longest run of net results below 0 in the given order; a break-even ends a run.

    ``no_trades`` without any.
    """
    if not len(pnl):
        return undefined(GateStatus.NO_TRADES)
    longest = current = 0
    for lost in pnl < 0:
        current = current + 1 if lost else 0
        longest = max(longest, current)
    return MetricValue(longest)


def chance_of_run_at_most(longest: int, trades: int, loss_rate: float) -> float:
    """P(longest losing run <= ``longest``) of independent trades.

    With r = longest + 1, q the loss rate, S(n) = P(no run of r in n trades):
    S(n) = S(n-1) - (1-q) q^r S(n-r-1), S(r) = 1 - q^r (Feller I, XIII.7).
    """
    run = longest + 1
    if trades < run:
        return 1.0
    full = loss_rate**run
    chances = [1.0] * run + [1.0 - full]
    for _ in range(trades - run):
        chances.append(chances[-1] - (1.0 - loss_rate) * full * chances[-run - 1])
    return chances[-1]


def expected_longest_run(trades: int, loss_rate: float) -> float:
    """Expected longest losing run of independent trades: the sum of P(longest > k)."""
    if loss_rate >= 1.0:
        return float(trades)
    expected = 0.0
    for length in range(trades):
        beyond = 1.0 - chance_of_run_at_most(length, trades, loss_rate)
        expected += beyond
        if beyond < 1e-9:
            break
    return expected
