from __future__ import annotations

import numpy as np
import pandas as pd

from core.trading.held_losses import HeldLosses
from tests.expected import present

HOUR = pd.Timedelta("1h")
START = pd.Timestamp("2025-01-01", tz="UTC")


def tables(*trips: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each trip as the equity's change at the close of each of its bars; a flat bar between."""
    changes, rows = [0.0], []
    for trip in trips:
        began = len(changes) - 1
        changes += trip
        rows.append(
            {
                "entry_time": START + began * HOUR,
                "exit_time": START + (began + len(trip)) * HOUR,
                "pnl": sum(trip),
            }
        )
        changes.append(0.0)
    times = [START + i * HOUR for i in range(len(changes))]
    return pd.DataFrame({"time": times, "equity": 1_000.0 + np.cumsum(changes)}), pd.DataFrame(rows)


def held(*trips: list[float]) -> HeldLosses:
    return present(HeldLosses.of(*tables(*trips), HOUR))


WINS = [[4.0, 6.0]] * 6


def test_the_worst_open_loss_is_that_of_an_open_position_even_of_one_that_won():
    found = held(*WINS, [-20.0, -30.0, 10.0, 41.0], [-8.0])
    assert found.worst_open_loss == 50.0
    assert found.worst_held_bars == found.longest_hold_bars == 4.0
    assert found.payoff_ratio == (61.0 / 7) / 8.0


def test_a_loser_that_is_held_until_it_wins_is_named():
    waited = [-20.0, -30.0] + [0.0] * 20 + [51.0]
    assert held(*WINS, waited).holds_losers


def test_a_loser_that_is_held_until_the_end_is_named():
    assert held(*WINS, [-2.0] * 30).holds_losers


def test_a_large_loss_that_is_closed_soon_is_no_held_loser():
    assert not held(*WINS, [-50.0]).holds_losers


def test_patience_without_a_large_loss_is_no_held_loser():
    assert not held(*WINS, [-5.0] + [0.0] * 60 + [9.0]).holds_losers


def test_random_exits_hold_no_losers_though_the_worst_loss_is_among_the_longest():
    lost = [[-1.0, -9.0]] * 5
    waited = [-20.0, -30.0] + [0.0] * 20 + [10.0]
    assert held(*WINS, waited).holds_losers
    assert not held(*WINS, *lost, waited).holds_losers


def test_a_record_of_an_earlier_version_without_its_win_rate_is_judged_by_the_rest():
    found = held(*WINS, [-2.0] * 30)
    assert found.model_copy(update={"win_rate": None}).holds_losers


def test_no_trades_and_no_wins_have_no_shape():
    equity, _ = tables([1.0])
    none = pd.DataFrame({"entry_time": [], "exit_time": [], "pnl": []})
    assert HeldLosses.of(equity, none, HOUR) is None
    lost = held([-5.0], [-6.0])
    assert (lost.payoff_ratio, lost.worst_in_mean_wins, lost.holds_losers) == (None, None, False)
