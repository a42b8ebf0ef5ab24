"""What stands beside a revalidation's gates: the hold-out's meter, and the other candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.decision import history
from core.errors import TrainweekError
from core.metrics.records import read_equity_csv
from core.metrics.returns import bar_returns
from core.trading.baselines import buy_and_hold
from core.trading.multiplicity import Multiplicity, multiplicity
from runner.jobs.revalidation_input import meter_of

if TYPE_CHECKING:
    from core.market import Candles
    from core.trading.backtest_record import BacktestRecord
    from core.trading.candidates import Candidate
    from runner.jobs.attempt import Spec


def beside(
    spec: Spec, own: Candidate, candles: Candles, record: BacktestRecord, trials: int
) -> dict[str, Any]:
    """Sections of the decision by name."""
    return {
        "hold_out": meter_of(spec, own, candles, record.returns),
        "multiplicity": multiplicity_of(spec, own, record, trials),
    }


def multiplicity_of(
    spec: Spec, own: Candidate, record: BacktestRecord, trials: int
) -> Multiplicity:
    """Against the archived records of other models on the same candles by the same playbook."""
    found: dict[str, np.ndarray] = {}
    for saved in history(spec.home):
        decided = saved.decision
        same = (decided.data.sha256, decided.playbook.sha256) == (own.data, own.playbook)
        if not same or decided.model.sha256 == own.model:
            continue
        try:
            equity = read_equity_csv(saved.file("equity.csv"))
        except TrainweekError:
            continue
        if len(equity) == len(record.equity):
            found[decided.model.sha256] = bar_returns(equity["equity"].to_numpy(float))
    others = np.column_stack(list(found.values())) if found else np.empty((len(record.returns), 0))
    exposures = {"buy_and_hold": 1.0, "exposure_matched": record.mean_exposure}
    lines = {
        name: bar_returns(buy_and_hold(record.bars, record.costs, exposure=exposure))
        for name, exposure in exposures.items()
    }
    return multiplicity(record.returns, others, lines, trials)
