"""Launch: what blocks a start, who may override it, and what a click really did."""

from __future__ import annotations

from datetime import UTC, datetime

from core.vocabulary import ENDED_STATES, JobKind, JobState, Role
from runner.service import Service
from tests.dashboard.place import Place, button, text_of
from tests.expected import job_of, present
from tests.runner.place import child_settings


def runner(place: Place) -> Service:
    return Service(place.home, child_settings(), now=lambda: datetime.now(UTC))


def test_a_start_waits_for_the_preflight(place: Place) -> None:
    place.week()
    test = place.draw("launch")
    assert not test.error
    assert button(test, "start:button").disabled
    assert "The pre-flight has not run yet" in text_of(test)


def test_the_preflight_is_one_job_however_often_it_is_clicked(place: Place) -> None:
    place.week()
    test = place.draw("launch")
    again = place.draw("launch")
    button(test, "preflight:run").click().run()
    button(again, "preflight:run").click().run()
    assert len(place.client().jobs(JobKind.PREFLIGHT)) == 1
    assert "Requested: **Pre-flight**" in text_of(test)
    assert "Already in progress" in text_of(again)


def test_a_lead_overrides_with_a_reason(place: Place) -> None:
    place.week()
    test = place.draw("launch")
    field = next(f for f in test.text_input if f.key == "start:override")
    field.input("smoke test was run by hand").run()
    button(test, "start:button").click().run()
    job = place.client().latest_job(JobKind.TRAIN)
    assert job is not None
    assert job.params["override_reason"] == "smoke test was run by hand"


def test_a_lead_begins_another_training_over_a_preflight_that_is_missing(place: Place) -> None:
    place.week()
    client, service = place.client(), runner(place)
    first = job_of(client.submit(JobKind.TRAIN))
    while present(client.job(first.id)).state not in ENDED_STATES:
        service.tick(datetime.now(UTC))
    service.close()
    assert present(client.job(first.id)).state is JobState.SUCCEEDED
    test = place.draw("launch")
    field = next(f for f in test.text_input if f.key == "start:override")
    field.input("smoke test was run by hand").run()
    button(test, "start:button").click().run()
    job = client.latest_job(JobKind.TRAIN)
    assert job is not None
    assert job.id != first.id
    assert job.params["resume"] is False


def test_an_engineer_may_not_override(place: Place) -> None:
    place.week()
    test = place.draw("launch", role=Role.ENGINEER)
    assert button(test, "start:button").disabled
    assert next(f for f in test.text_input if f.key == "start:override").disabled


def test_an_open_crash_blocks_the_start(place: Place) -> None:
    week = place.week()
    place.client().open_incident(week.id, "crash", "it fell over")
    test = place.draw("launch")
    assert button(test, "start:button").disabled
    assert "An open incident blocks the start" in text_of(test)


def test_the_manuals_command_is_shown_to_the_letter(place: Place) -> None:
    week = place.week()
    command = week.playbook.slot("launch").command
    assert any(code.value == command for code in place.draw("launch").code)
