"""Launch: what blocks a start, who may override it, and what a click really did."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from core.files import write_json
from core.language import Message, recorded
from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    JobChanged,
    JobColumns,
    ProcessColumns,
)
from core.vocabulary import ENDED_STATES, JobKind, JobState, Role
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.viewer import Viewer
from runner.service import Service
from tests.dashboard.place import LAUNCH, LEAD, Place, _script, button, keyed, text_links, text_of
from tests.expected import job_of, present
from tests.expected import recorded as accepted
from tests.runner.models.checkpoint_files import write_checkpoint
from tests.runner.place import child_settings
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from pathlib import Path

    from core.language import Language


def runner(place: Place) -> Service:
    return Service(place.home, child_settings(), now=lambda: datetime.now(UTC))


def _links(test: AppTest) -> list[str]:
    return [link.proto.label for link in test.get("page_link")]


def _asks_first(test: AppTest) -> bool:
    """Whether the start stands in a popover."""
    return any(keyed(popover.button, "start:button") for popover in test.get("popover"))


def _launch(place: SignedPlace, language: Language = "en") -> str:
    """All that Launch says, the popover included."""
    services = Services(place.home, LEAD, now=lambda: datetime.now(UTC))
    page = Page(services, Viewer(LEAD, language, "UTC", live=False))
    test = AppTest.from_function(_script, args=("launch", page), default_timeout=60).run()
    assert not test.exception
    assert _asks_first(test)
    return text_of(test)


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
    first = job_of(client.submit(JobKind.TRAIN, {"override_reason": "by hand"}))
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


def test_a_resume_says_where_it_continues_before_it_is_asked_for(place: Place) -> None:
    job = place.train(hours=0.5)
    ended = JobColumns(state=JobState.STOPPED, ended_at=place.now)
    place.record_of_job(JobChanged(job_id=job.id, job=ended))
    test = place.draw("launch")
    assert f"{job.run} has no checkpoint yet: a resume starts at step 0." in text_of(test)
    for step in (2_000, 4_000):
        write_checkpoint(place.home.checkpoints, present(job.run), step)
    assert f"{job.run} resumes at step 4,000" in text_of(place.draw("launch"))
    (place.home.checkpoints / "4000" / "model.zip").write_bytes(b"cut")
    assert f"{job.run} resumes at step 2,000" in text_of(place.draw("launch"))


def test_the_rows_of_the_preflight_appear_as_they_finish(place: Place) -> None:
    place.week()
    job = job_of(place.client().submit(JobKind.PREFLIGHT))
    began = ProcessColumns(state=JobState.RUNNING, started_at=place.now, pid=os.getpid()).given()
    folder = place.home.attempt(job.id, 1)
    place.record_of_job(
        AttemptStarted(
            job_id=job.id,
            number=1,
            job=JobColumns(**began, attempt=1),
            attempt=AttemptColumns(
                **began, attempt_id="1", epoch=1, folder=place.home.relative(folder)
            ),
        )
    )
    rows: list[dict[str, object]] = []
    folder.mkdir(parents=True)

    def write(check: str) -> str:
        seen = {"check": check, "number": len(rows) + 1, "of": 6, "checks": rows}
        write_json(folder / "progress.json", recorded(seen))
        return text_of(place.draw("launch"))

    first = write("preflight_config")
    drawn = first.count("Being checked now.")  # the helper reads nested elements twice
    assert drawn
    assert first.count("Waiting for its turn") == 5 * drawn
    why = Message("Playbook {playbook} is valid.", playbook="phase4")
    rows.append({"id": "preflight_config", "ok": True, "value": "phase4", "unit": "", "why": why})
    second = write("preflight_data")
    assert "Playbook phase4 is valid." in second
    assert second.count("Waiting for its turn") == 4 * drawn


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


def test_the_first_start_of_a_week_is_one_click(place: Place) -> None:
    place.week()
    test = place.draw("launch")
    assert not _asks_first(test), "nothing can be replaced yet"
    assert button(test, "start:button").label == "Start training (override the pre-flight)"


def test_a_run_in_progress_has_a_link_to_where_it_is_stopped(place: Place) -> None:
    place.week()
    assert "Stop it on Jobs" not in _links(place.draw("launch"))
    place.client().submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert "Stop it on Jobs" in _links(place.draw("launch"))
    assert "Interrompa em Jobs" in _links(place.draw("launch", language="pt"))


def test_another_run_says_what_it_replaces_before_it_starts(
    tmp_path: Path,
) -> None:
    signed = SignedPlace(tmp_path / "signed")
    try:
        service = signed.service()
        signed.until(service, signed.submit(JobKind.TRAIN))
        service.close()
        sha256 = signed.revalidate("PARTIAL")
        waits = _launch(signed)
        assert "keeps its own models" in waits
        assert "PARTIAL" in waits
        assert "waits for a signature" in waits
        assert "espera uma assinatura" in _launch(signed, "pt")
        signed.sign(sha256)
        assert "is signed by Carl" in _launch(signed)
        signed.home.best_model.write_bytes(b"other weights")
        gone = _launch(signed)
        assert "waits for a signature" not in gone
        assert "is signed by" not in gone
    finally:
        signed.clear()


def test_the_preflight_is_due_at_one_time_for_everybody(place: Place) -> None:
    """The week was created after the planned time, 08:00."""
    place.now = LAUNCH - timedelta(hours=2, minutes=30)
    place.week()
    place.now += timedelta(minutes=10)
    week = text_of(place.draw("this_week"))
    assert "has been due since Mon 23 Feb 11:30 UTC" in week
    launch = text_of(place.draw("launch"))
    assert "Pre-flight :small[:gray[Mon 23 Feb 11:30 UTC" in launch
    assert "Pre-flight not run yet; due 2026-02-23 11:30 UTC." in launch
    playbook = text_of(place.draw("playbook"))
    assert "**Mon 23 Feb 11:30 UTC" in playbook
    assert "08:00" not in week + launch + playbook
    assert any(
        label.startswith("11:30 ") or " 11:30 " in label
        for label in text_links(place.draw("this_week"))
    )


def test_a_preflight_of_another_command_must_be_run_again(place: Place) -> None:
    place.now = LAUNCH - timedelta(hours=2)
    week = place.week()
    asked = job_of(place.client().submit(JobKind.PREFLIGHT))
    done = ProcessColumns(
        state=JobState.SUCCEEDED, started_at=place.now, ended_at=place.now, pid=os.getpid()
    ).given()
    folder = place.home.attempt(asked.id, 1)
    place.record_of_job(
        AttemptStarted(
            job_id=asked.id,
            number=1,
            job=JobColumns(**done, attempt=1),
            attempt=AttemptColumns(
                **done, attempt_id="1", epoch=1, folder=place.home.relative(folder)
            ),
        )
    )
    passed = {"ok": True, "value": 60.0, "unit": "GB", "why": "It ran."}
    ids = ("config", "data", "disk", "versions", "smoke", "folders")
    rows = [{"id": f"preflight_{name}", **passed} for name in ids]
    write_json(folder / "result.json", {"complete": True, "ok": True, "checks": rows})
    place.now += timedelta(minutes=10)
    assert "The pre-flight passed" in text_of(place.draw("launch"))

    own = place.home.root / "own.yaml"
    own.write_text("extends: phase4\ntraining: {command: [python, train.py]}\n")
    accepted(place.client().take_playbook(week.id, own, "our own trainer"))
    place.now += timedelta(minutes=1)
    text = text_of(place.draw("launch"))
    stale = "The playbook's training.command has changed since this pre-flight. Run it again."
    assert text.count(stale) >= 6
    assert "The pre-flight passed" not in text
    assert "Start training (override the pre-flight)" in text


def _choose(test: AppTest, key: str, value: str) -> None:
    """Type into the field, or choose in the box, of this key."""
    fields = [*test.text_input, *test.selectbox]
    found = next(field for field in fields if (field.key or "").startswith(key))
    found.set_value(value).run()


def test_the_lead_says_where_the_run_goes(place: Place) -> None:
    place.week()
    test = place.draw("launch")
    assert "Runs on: the runner's machine." in text_of(test)
    _choose(test, "start:placement:executor:new", "slurm")
    _choose(test, "start:placement:cpus:new", "4")
    _choose(test, "start:placement:partition:new", "night")
    _choose(test, "start:override", "A test of the cluster.")
    button(test, "start:button").click().run()
    (job,) = place.client().jobs(JobKind.TRAIN)
    assert job.params["placement"] == {"executor": "slurm", "cpus": 4, "partition": "night"}


def test_an_engineer_does_not_say_where_the_run_goes(place: Place) -> None:
    place.week()
    test = place.draw("launch", Role.ENGINEER)
    assert not [box for box in test.selectbox if (box.key or "").startswith("start:placement")]
