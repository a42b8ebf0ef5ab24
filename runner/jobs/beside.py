"""What stands beside a revalidation's gates: the hold-out's meter, and the other candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.decision import history
from core.metrics.returns import bar_returns
from core.trading.baselines import buy_and_hold
from core.trading.candidates import Candidate
from core.trading.multiplicity import Multiplicity, multiplicity
from runner.jobs.revalidation_input import meter_of, window_of
from runner.jobs.sweep_tries import read_returns, tries_beside

if TYPE_CHECKING:
    from core.decision.recipe import Siblings
    from core.market import Candles
    from core.trading.backtest_record import BacktestRecord
    from runner.jobs.attempt import Spec


def beside(
    spec: Spec,
    own: Candidate,
    candles: Candles,
    record: BacktestRecord,
    trials: int,
    siblings: Siblings,
) -> dict[str, Any]:
    """Sections of the decision by name."""
    return {
        "hold_out": meter_of(spec, own, candles, record.returns),
        "multiplicity": multiplicity_of(spec, own, candles, record, trials, siblings),
    }


def multiplicity_of(
    spec: Spec,
    own: Candidate,
    candles: Candles,
    record: BacktestRecord,
    trials: int,
    siblings: Siblings,
) -> Multiplicity:
    """Against the archived records of other models, and a sweep's tries, on the same candles."""
    bars, found = len(record.equity), {}
    for saved in history(spec.home):
        decided = saved.decision
        other = Candidate(
            model=decided.model.sha256, data=decided.data.sha256, playbook=decided.playbook.sha256
        )
        if other.model == own.model or not other.judged_as(own.data, own.playbook):
            continue
        if (returns := read_returns(saved.file("equity.csv"), bars)) is not None:
            found[other.model] = returns
    tries = tries_beside(spec.home, own, siblings, window_of(spec, candles), bars)
    columns = [*found.values(), *tries.returns]
    others = np.column_stack(columns) if columns else np.empty((len(record.returns), 0))
    exposures = {"buy_and_hold": 1.0, "exposure_matched": record.mean_exposure}
    lines = {
        name: bar_returns(buy_and_hold(record.bars, record.costs, exposure=exposure))
        for name, exposure in exposures.items()
    }
    return multiplicity(record.returns, others, lines, trials, len(tries.returns), tries.unrecorded)
