"""The lock of the final look: who may turn it, what it refuses, and that the ledger alone keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger_bodies import DecisionMade, JobChanged, JobColumns
from core.vocabulary import JobKind, JobState
from runner.client import hold_outs
from runner.client.hold_outs import window_of
from runner.outcomes import Submitted
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded, refused
from tests.runner.client.test_run_models import write
from tests.runner.client.test_sweep_verdicts import scored
from tests.runner.jobs.training_home import make_home
from tests.runner.place import ENGINEER
from tests.runner.signed_place import CANDLES, write_candles
from tests.runner.sweep_place import begin

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from core.trading.hold_out import Window
    from tests.runner.place import Place


def looked(place: Place, model: str = "ab" * 32) -> str:
    """A revalidation by the lead that gave a result; returns its job."""
    job = job_of(place.lead.submit(JobKind.REVALIDATE, {}))
    window = window_of(place.home.backtest_data, "OGNUSDT").as_dict()
    write(
        place,
        DecisionMade(
            job_id=job.id,
            candidate={"model": model, "data": window["data"], "playbook": "cd" * 32},
            window=window,
        ),
    )
    write(place, JobChanged(job_id=job.id, job=JobColumns(state=JobState.SUCCEEDED, reason="")))
    return job.id


def test_only_the_lead_locks_and_a_reason_is_required(place: Place) -> None:
    write_candles(place.home)
    assert refused(place.client(ENGINEER).lock_hold_out("mine"))
    assert "reason" in refused(place.lead.lock_hold_out("  ")).reason
    assert place.lead.hold_outs().locks == ()


def test_locked_bars_are_refused_opened_once_and_then_spent(place: Place) -> None:
    write_candles(place.home)
    window = recorded(place.lead.lock_hold_out("kept for Friday"))
    found = refused(place.lead.submit(JobKind.REVALIDATE, {}))
    assert "kept for Friday" in found.reason
    assert "opens" in found.remedy
    assert refused(place.lead.lock_hold_out("again"))
    recorded(place.lead.open_hold_out("the model is final"))
    assert place.lead.hold_outs().state(window) == "final look"
    last = looked(place)
    assert place.lead.hold_outs().state(window) == "spent"
    assert last in refused(place.lead.submit(JobKind.REVALIDATE, {})).reason
    assert refused(place.lead.open_hold_out("once more"))
    assert not verify_ledger(place.home).problems


def test_the_lock_and_the_final_look_of_one_symbol_leave_another_alone(place: Place) -> None:
    write_candles(place.home)
    window = recorded(place.lead.lock_hold_out("kept for Friday"))
    assert window.symbol == "OGNUSDT"
    other = window.model_copy(update={"symbol": "BTCUSDT", "data": "b" * 64})
    assert place.lead.hold_outs().state(other) == "never locked"
    recorded(place.lead.open_hold_out("the model is final"))
    job = job_of(place.lead.submit(JobKind.REVALIDATE, {})).id
    candidate = {"model": "ab" * 32, "data": other.data, "playbook": "cd" * 32}
    write(place, DecisionMade(job_id=job, candidate=candidate, window=other.as_dict()))
    kept = place.lead.hold_outs()
    assert kept.state(window) == "final look"
    assert kept.meter(window, "ab" * 32, None, 0.8).looks == ()
    assert [look.job for look in kept.meter(other, "ab" * 32, None, 0.8).looks] == [job]


def test_candles_that_name_no_symbol_stay_locked_for_a_week_of_another_one(place: Place) -> None:
    write_candles(place.home)
    named = place.home.backtest_data / CANDLES
    unnamed = named.rename(named.with_name("candles.csv"))
    recorded(place.lead.lock_hold_out("kept for Friday"))
    lines = unnamed.read_text(encoding="utf-8").splitlines(keepends=True)
    unnamed.write_text("".join(lines[:-24]), encoding="utf-8")  # another hash, the same bars
    window = window_of(place.home.backtest_data, "BTCUSDT")
    assert window.symbol is None
    assert place.lead.hold_outs().state(window) == "locked"


def test_a_sweep_on_candles_that_name_no_symbol_is_a_look_for_every_week(place: Place) -> None:
    sweep = scored(place)
    assert {one.symbol for one in sweep.windows} == {None}
    (look,) = place.lead.hold_outs().looks
    other = look.window.model_copy(update={"symbol": "BTCUSDT", "data": "b" * 64})
    assert place.lead.hold_outs().meter(other, "33" * 32, None, 0.8).looks == (look,)


def test_a_repeated_click_locks_once(place: Place) -> None:
    write_candles(place.home)
    for _ in range(2):
        recorded(place.lead.lock_hold_out("kept", key="hold-out-click-1"))
    assert len(place.lead.hold_outs().locks) == 1


def test_the_ledger_knows_who_looked_with_which_model(place: Place) -> None:
    write_candles(place.home)
    looked(place, "11" * 32)
    looked(place, "22" * 32)
    meter = place.lead.hold_outs().meter(
        window_of(place.home.backtest_data, "OGNUSDT"), "33" * 32, "cd" * 32, 0.8
    )
    assert [look.model for look in meter.looks] == ["11" * 32, "22" * 32]
    assert (meter.models, meter.fresh_bars) == (3, 0)
    assert set(meter.people()) == {present(place.lead.person).name}


def test_nothing_is_locked_without_a_lock(place: Place) -> None:
    write_candles(place.home)
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, {}), Submitted)


def test_a_fold_of_a_sweep_on_these_bars_is_one_look_whatever_its_tries(place: Place) -> None:
    sweep = scored(place)
    kept = place.lead.hold_outs()
    (look,) = kept.looks
    assert (look.job, look.tries, look.model) == (sweep.id, 6, None)
    window = window_of(place.home.backtest_data, "OGNUSDT")
    meter = kept.meter(window, "33" * 32, "cd" * 32, 0.8)
    assert (len(meter.looks), meter.models, meter.fresh_bars) == (1, 7, 0)
    assert "1 of them by a sweep" in meter.sentence()


def test_no_sweep_looks_at_locked_bars_nor_spends_the_final_look(place: Place) -> None:
    make_home(place.home.root)
    recorded(place.lead.lock_hold_out("kept for Friday"))
    assert "kept for Friday" in refused(place.lead.start_sweep(2, 0, 500)).reason
    window = recorded(place.lead.open_hold_out("the model is final"))
    found = refused(place.lead.start_sweep(2, 0, 500))
    assert "one final look" in found.reason
    assert "Revalidate the final model" in found.remedy
    assert place.lead.hold_outs().state(window) == "final look"


def test_a_lock_that_comes_after_its_start_holds_a_sweep(place: Place) -> None:
    sweep = begin(place)
    assert place.lead.sweep_waits_for(sweep) is None
    recorded(place.lead.lock_hold_out("kept for Friday"))
    assert "locked by" in str(place.lead.sweep_waits_for(sweep))


def test_others_write_while_the_candles_are_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_candles(place.home)
    usual = hold_outs.window_of

    def slowly(folder: Path, traded: str | None) -> Window:
        recorded(place.lead.note(place.week.id, "closing", "written meanwhile"))
        return usual(folder, traded)

    monkeypatch.setattr(hold_outs, "window_of", slowly)
    recorded(place.lead.lock_hold_out("kept"))
