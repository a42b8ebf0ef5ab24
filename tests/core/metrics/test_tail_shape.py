"""Short-volatility shapes are recognised; stops and trend followers are not."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics.tail_shape import TailShape
from tests.expected import present

CRASHED = np.array([1.0] * 60 + [-12.0] * 2)
NOT_YET = np.array([1.0] * 40)
STOPPED = np.array([1.0, 1.2, 0.9, -1.0] * 30)
TREND = np.array([-1.0, -1.0, -1.0, 6.0, 2.0] * 20)


def test_rare_large_losses_are_seen():
    shape = present(TailShape.of(CRASHED))
    assert shape.rare_large_losses
    assert present(shape.worst_in_mean_wins) == pytest.approx(12.0)
    assert present(shape.profit_in_mean_wins) == pytest.approx(36.0)
    assert present(shape.skew) < -3


def test_a_crash_that_has_not_come_yet_is_seen_too():
    shape = present(TailShape.of(NOT_YET))
    assert shape.unseen_losses
    assert not shape.rare_large_losses
    assert shape.unseen_share == pytest.approx(3 / 40)


@pytest.mark.parametrize("pnl", [STOPPED, TREND, NOT_YET[:5], -NOT_YET])
def test_other_shapes_are_not(pnl):
    shape = present(TailShape.of(pnl))
    assert not shape.rare_large_losses
    assert not shape.unseen_losses


def test_no_trades_have_no_shape():
    assert TailShape.of(np.empty(0)) is None
