"""Tries of sweeps as candidates beside a revalidation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from core.decision.recipe import Siblings
from core.files import file_sha256, write_text
from core.ledger_bodies import TrialScored
from core.metrics.records import records_csv
from core.sweep.siblings import Made
from core.trading.candidates import Candidate
from core.trading.hold_out import Window
from runner.jobs.sweep_tries import Tries, siblings_of, tries_beside
from tests.expected import present
from tests.runner.client.test_sweep_verdicts import scored, write
from tests.runner.sweep_place import scripted_result

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


def beside(
    place: Place, *sweeps: Sweep, bars: int = BARS, mine: Candidate | None = None, **made: Any
) -> Tries:
    (sweep,) = {each.id: each for each in sweeps}.values()
    one = mine or own(sweep)
    siblings = Siblings(
        sweeps,
        Made(str(one.playbook), str(one.data), **made),
        place.week.playbook.training,
        {sweep.playbook_sha256: place.week.playbook.training},
    )
    return tries_beside(place.home, one, siblings, sweep.windows[0], bars)


def test_each_scored_try_on_the_same_bars_is_a_candidate(place: Place) -> None:
    sweep = saved(place, scored(place))
    found = beside(place, sweep)
    assert [each[1] for each in found.returns] == pytest.approx(
        [seed * 1e-4 for seed in sweep.seeds]
    )
    assert found.unrecorded == 0


def test_the_same_tries_once_more_are_no_further_candidates(place: Place) -> None:
    sweep = saved(place, scored(place))
    assert len(beside(place, sweep, sweep).returns) == 6


def test_the_try_that_gives_the_model_again_is_no_further_candidate(place: Place) -> None:
    sweep = saved(place, scored(place))
    mine = {"seed": sweep.trials[2].seed}
    assert len(beside(place, sweep, settings=mine).returns) == 5
    assert len(beside(place, sweep, settings=mine, steps=9_000).returns) == 6


def test_tries_that_cant_be_compared_count_all_the_same(place: Place) -> None:
    sweep = saved(place, scored(place))
    grown = own(sweep).model_copy(update={"data": "f" * 64})
    assert beside(place, sweep, mine=grown) == Tries((), 6)
    assert beside(place, sweep, bars=BARS + 1) == Tries((), 6)
    retitled = own(sweep).model_copy(update={"playbook": "f" * 64})
    assert len(beside(place, sweep, mine=retitled).returns) == 6
    first = sweep.trials[0]
    (place.home.attempt(first.job_id, first.attempt) / "equity.csv").write_text("no table")
    found = beside(place, sweep)
    assert (len(found.returns), found.unrecorded) == (5, 1)


def test_an_equity_that_is_not_as_it_was_scored_counts_without_a_record(place: Place) -> None:
    sweep = saved(place, scored(place))
    first, second = (
        place.home.attempt(each.job_id, each.attempt) / "equity.csv" for each in sweep.trials[:2]
    )
    siblings = Siblings(
        (sweep,),
        Made(sweep.playbook_sha256, sweep.backtest_sha256),
        place.week.playbook.training,
        equities={
            each.job_id: file_sha256(path)
            for each, path in zip(sweep.trials, (first, second), strict=False)
        },
    )
    first.write_text(second.read_text())
    found = tries_beside(place.home, own(sweep), siblings, sweep.windows[0], BARS)
    assert (len(found.returns), found.unrecorded) == (5, 1)


def test_tries_on_other_bars_are_none(place: Place) -> None:
    sweep = saved(place, scored(place))
    later = Window(data="f" * 64, first="2031-01-01T00:00:00Z", last="2031-02-01T00:00:00Z")
    siblings = Siblings((sweep,), Made("f" * 64, "f" * 64), place.week.playbook.training)
    assert tries_beside(place.home, own(sweep), siblings, later, BARS) == Tries()


def test_a_sweep_of_an_earlier_week_on_the_same_bars_is_beside_too(place: Place) -> None:
    sweep = saved(place, scored(place))
    spec: Any = SimpleNamespace(
        week_id="another",
        home=place.home,
        requested_by="Lea",
        job_id="r",
        playbook=place.week.playbook,
    )
    job = sweep.trials[0].job_id
    result = scripted_result() | {"equity_sha256": "e" * 64}
    write(place, present(TrialScored.of_result(job, result)))
    found = siblings_of(spec, {}, own(sweep), sweep.windows[0])
    assert found.equities == {job: "e" * 64}
    assert [each.id for each in found.sweeps] == [sweep.id]
    assert found.tried == {sweep.playbook_sha256: place.week.playbook.training}
    later = Window(data="f" * 64, first="2031-01-01T00:00:00Z", last="2031-02-01T00:00:00Z")
    assert siblings_of(spec, {}, own(sweep), later).sweeps == ()
