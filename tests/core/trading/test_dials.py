from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel
from core.trading.dials import Dial, dials
from core.trading.outcome import Judge
from core.trading.replay import Costs, Track, replay
from core.trading.robustness import stress
from tests.core.backtest_records import decision_of, record, schema_validator

PLAYBOOK, COSTS = load_playbook(DEFAULT), CostModel()
JUDGE = Judge(PLAYBOOK.gates, PLAYBOOK.decision, 8760)


def dials_of(bars: int) -> tuple[Track, np.ndarray, tuple[Dial, ...]]:
    random = np.random.default_rng(3)
    close = 100.0 * np.cumprod(1.0 + random.normal(0.0002, 0.01, bars))
    opens = np.concatenate([[100.0], close[:-1]])
    track = Track.of(pd.DataFrame({"open": opens, "close": close}))
    levels = np.repeat(random.choice([0.0, 0.5], bars // 10 + 1), 10)[:bars]
    strained = stress(track, levels, COSTS, JUDGE)
    card = decision_of(record()).gates
    return track, levels, dials(track, levels, COSTS, JUDGE, strained, card)


def test_each_setting_is_booked_again():
    track, levels, rows = dials_of(1_000)
    assert {row.setting for row in rows} == {
        "fee_bps", "slippage_bps", "start_offset_bars", "closed_by_episodes",
    }  # fmt: skip
    found = {(row.setting, row.value): row for row in rows}
    free = replay(track, levels, Costs.grid((0.0, COSTS.slippage_bps, COSTS.tick))).equity[-1, 0]
    assert found["fee_bps", 0.0].return_pct == pytest.approx((free - 1.0) * 100.0)
    later = Track.of(pd.DataFrame({"open": track.open[168:], "close": track.close[168:]}))
    ends = replay(later, levels[168:], Costs.of(COSTS)).equity[-1, 0]
    assert found["start_offset_bars", 168.0].return_pct == pytest.approx((ends - 1.0) * 100.0)
    cut = Track.of(
        pd.DataFrame({"open": track.open, "close": track.close}),
        np.repeat(np.arange(10), 100),
    )
    closed = replay(cut, levels, Costs.of(COSTS)).equity[-1, 0]
    assert found["closed_by_episodes", 10.0].return_pct == pytest.approx((closed - 1.0) * 100.0)


def test_a_setting_that_the_record_is_too_short_for_is_left_out():
    _, _, rows = dials_of(60)
    assert [row.value for row in rows if row.setting == "start_offset_bars"] == [24]
    assert [row.value for row in rows if row.setting == "closed_by_episodes"] == [3, 10]


def test_the_decision_names_the_gates_that_flip_and_follows_the_schema():
    decision = decision_of(record())
    own = {gate.id: gate.passed for gate in decision.gates}
    assert decision.dials
    for row in decision.dials:
        passed = {name: own[name] != (name in row.flipped) for name in own}
        assert sum(passed.values()) == row.gates_passed
    assert list(schema_validator().iter_errors(decision.as_dict())) == []
