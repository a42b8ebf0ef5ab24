"""The lock of the final look: who may turn it, what it refuses, and that the ledger alone keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger_bodies import DecisionMade, JobChanged, JobColumns
from core.vocabulary import JobKind, JobState
from runner.client.hold_outs import window_of
from runner.outcomes import Submitted
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded, refused
from tests.runner.client.test_run_models import write
from tests.runner.place import ENGINEER
from tests.runner.signed_place import write_candles

if TYPE_CHECKING:
    from tests.runner.place import Place


def looked(place: Place, model: str = "ab" * 32) -> str:
    """A revalidation by the lead that gave a result; returns its job."""
    job = job_of(place.lead.submit(JobKind.REVALIDATE, {}))
    window = window_of(place.home.backtest_data).as_dict()
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
        window_of(place.home.backtest_data), "33" * 32, "cd" * 32, 0.8
    )
    assert [look.model for look in meter.looks] == ["11" * 32, "22" * 32]
    assert (meter.models, meter.fresh_bars) == (3, 0)
    assert set(meter.people()) == {present(place.lead.person).name}


def test_nothing_is_locked_without_a_lock(place: Place) -> None:
    write_candles(place.home)
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, {}), Submitted)
