"""Tries of sweeps as candidates beside a revalidation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.files import write_text
from core.metrics.records import records_csv
from core.trading.candidates import Candidate
from runner.jobs.sweep_tries import returns_of_tries
from tests.expected import present
from tests.runner.client.test_sweep_verdicts import scored

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from tests.runner.place import Place

BARS = 40


def saved(place: Place, sweep: Sweep, bars: int = BARS) -> Sweep:
    """The sweep with an equity of each try."""
    found = present(place.lead.sweep(sweep.id))
    for trial in found.trials:
        folder = place.home.attempt(trial.job_id, trial.attempt)
        folder.mkdir(parents=True, exist_ok=True)
        times = pd.date_range("2025-01-01", periods=bars, freq="h", tz="UTC")
        equity = 1_000.0 * np.cumprod(np.full(bars, 1.0 + trial.seed * 1e-4))
        write_text(
            folder / "equity.csv", records_csv(pd.DataFrame({"time": times, "equity": equity}))
        )
    return found


def own(sweep: Sweep) -> Candidate:
    return Candidate(data=sweep.backtest_sha256, playbook=sweep.playbook_sha256)


def test_each_scored_try_on_the_same_bars_is_a_candidate(place: Place) -> None:
    sweep = saved(place, scored(place))
    found = returns_of_tries(place.home, own(sweep), [sweep], BARS)
    assert len(found) == 6
    assert [each[1] for each in found] == pytest.approx([seed * 1e-4 for seed in sweep.seeds])


def test_the_same_tries_once_more_are_no_further_candidates(place: Place) -> None:
    sweep = saved(place, scored(place))
    assert len(returns_of_tries(place.home, own(sweep), [sweep, sweep], BARS)) == 6


def test_other_bars_another_playbook_and_lost_records_are_none(place: Place) -> None:
    sweep = saved(place, scored(place))
    other = own(sweep).model_copy(update={"playbook": "f" * 64})
    assert returns_of_tries(place.home, other, [sweep], BARS) == []
    other = own(sweep).model_copy(update={"data": "f" * 64})
    assert returns_of_tries(place.home, other, [sweep], BARS) == []
    assert returns_of_tries(place.home, own(sweep), [sweep], BARS + 1) == []
    first = sweep.trials[0]
    (place.home.attempt(first.job_id, first.attempt) / "equity.csv").write_text("no table")
    assert len(returns_of_tries(place.home, own(sweep), [sweep], BARS)) == 5
