"""A small backtest that tests of decisions and reports share: real candles, two episodes."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.decision import (
    BacktestRecord,
    DecisionRecord,
    EarlierDecisions,
    Inputs,
    Occasion,
    build_decision,
    marked_bars,
)
from core.decision.inputs import ModelRecord
from core.decision.lookahead import Lookahead, LookaheadTest, fills_replayed
from core.decision.schema import decision_schema
from core.language import literal
from core.market.synthetic import make_market
from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_PHASE4 = load_playbook(DEFAULT)
# As few resampled records and random policies as a playbook may have: tests are many.
_CHEAP = {"bootstrap_repetitions": 200, "random_policies": 200}
PLAYBOOK = _PHASE4.model_copy(
    update={"revalidation": _PHASE4.revalidation.model_copy(update=_CHEAP)}
)
DAY = date(2026, 2, 27)
WEEK = "2026-02-23"
CREATED = datetime(2026, 2, 27, 16, 1, tzinfo=UTC)
MARKET = make_market(5, 401, datetime(2025, 3, 1, tzinfo=UTC))
MODEL = {
    "path": "models/ppo_phase4/best_model.zip",
    "sha256": "cd" * 32,
    "train_range": ["2023-01-01T00:00:00Z", "2025-02-28T23:00:00Z"],
}


def record(seed: int = 1, drift: float = 0.0002) -> BacktestRecord:
    """400 marked hours in two episodes and twenty round trips, the last one forced."""
    random = np.random.default_rng(seed)
    index = pd.DatetimeIndex(MARKET.candles.frame.index)
    steps = random.normal(drift, 0.001, 400)
    held = np.concatenate([[0.0], random.choice([0.0, 0.15], 400)])
    equity = pd.DataFrame(
        {
            "time": index + pd.Timedelta(hours=1),
            "equity": 10_000 * np.concatenate([[1.0], np.cumprod(1 + steps)]),
            "exposure": held,
            "episode": np.concatenate([[1], np.repeat([1, 2], 200)]),
            "target": held,
        }
    )
    exits = np.arange(20, 401, 20)
    trades = pd.DataFrame(
        {
            "episode": np.repeat([1, 2], 10),
            "side": "long",
            "entry_time": index[exits - 10],
            "exit_time": index[exits],
            "entry_price": 0.3,
            "exit_price": 0.31,
            "quantity": 100.0,
            "fees": 0.06,
            "pnl": random.normal(2, 10, 20),
            "forced_exit": [False] * 19 + [True],
        }
    )
    return BacktestRecord(equity, trades, marked_bars(MARKET.candles, equity), CostModel())


def first_bars(bars: int) -> BacktestRecord:
    """The beginning of the record, before its first round trip ends."""
    whole = record()
    equity, marked = whole.equity.iloc[: bars + 1], whole.bars.iloc[:bars]
    return BacktestRecord(equity, whole.trades.iloc[:0], marked, whole.costs)


def never_in_the_market() -> BacktestRecord:
    whole = record()
    flat = whole.equity.assign(equity=10_000.0, exposure=0.0, target=0.0)
    return BacktestRecord(flat, whole.trades.iloc[:0], whole.bars, whole.costs)


def schema_validator() -> Draft202012Validator:
    """Of the published schema; checks dates too."""
    from jsonschema import Draft202012Validator, FormatChecker  # three seconds to import

    return Draft202012Validator(decision_schema(), format_checker=FormatChecker())


def decision_of(backtest: BacktestRecord, **changed: Any) -> DecisionRecord:
    """A decision; ``changed`` by name, whichever part of the inputs it belongs to."""
    given: dict[str, Any] = {
        "playbook": PLAYBOOK,
        "playbook_sha256": "ab" * 32,
        "data": MARKET.candles.provenance(),
        "model": MODEL,
        "created_at": CREATED,
        "day": DAY,
        "week": WEEK,
        "seeds": {"training": 7},
        **changed,
    }
    given["model"] = ModelRecord.model_validate(given["model"])
    inputs, occasion, earlier = (
        {f.name: given.pop(f.name) for f in fields(kind) if f.name in given}
        for kind in (Inputs, Occasion, EarlierDecisions)
    )
    return build_decision(
        backtest,
        Inputs(**inputs),
        Occasion(**occasion),
        earlier=EarlierDecisions(**earlier),
        **given,
    )


def fields_of(backtest: BacktestRecord, **changed: Any) -> dict[str, Any]:
    """The same, as its file has it."""
    return decision_of(backtest, **changed).as_dict()


def look_ahead(
    *passed: bool | None, detail: str = "Inputs depend on the future.", checked: int = 3
) -> Lookahead:
    """The three tests with these results; one result stands for all of them.

    Fills are as replayed: the record here is drawn, not traded.
    """
    results = passed * 3 if len(passed) == 1 else passed
    tests = [LookaheadTest(passed=one, checked=checked, detail=literal(detail)) for one in results]
    return Lookahead(
        prefix_invariance=tests[0],
        planted_oracle=tests[1],
        shuffled_returns=tests[2],
        fills=LookaheadTest(passed=True, checked=400, detail=fills_replayed(1e-15)),
    )
