"""The decision's reproduction: who may begin one, its progress, and what came out gate by gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.decision import read_decision
from core.files import write_json
from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    DecisionReproduced,
    JobChanged,
    JobColumns,
    JobRequested,
    ProcessColumns,
)
from core.vocabulary import JobKind, JobState, Role
from runner.store import Store, queries
from tests.dashboard.panels.test_decision import Revalidated
from tests.dashboard.panels.test_recipe import write
from tests.dashboard.place import LEAD, keyed, text_of
from tests.expected import present
from tests.runner.reproduced_place import result_of

if TYPE_CHECKING:
    from pathlib import Path

JOB = "reproduce-a"


def place_of(tmp_path: Path) -> tuple[Revalidated, Any]:
    """A decision, and the revalidation of its week that made it."""
    place = Revalidated(tmp_path / "home")
    made = JobRequested(job_id="revalidate-a", job_kind=JobKind.REVALIDATE, params={}, run=None)
    week, now = present(place.client().active_week()), place.now
    with Store(place.home).write() as transaction:
        transaction.append(made, by=LEAD, at=now, at_week=now, week_id=week.id)
    write(place, JobChanged(job_id="revalidate-a", job=JobColumns(state=JobState.SUCCEEDED)))
    return place, read_decision(place.paths.archive)


def request(place: Revalidated, sha256: str) -> None:
    write(
        place,
        JobRequested(job_id=JOB, job_kind=JobKind.REPRODUCE, params={"decision": sha256}, run=None),
    )


def test_the_button_says_why_it_can_not_be_pressed(tmp_path: Path) -> None:
    place, _ = place_of(tmp_path)
    test = place.draw("decision", role=Role.LEAD)
    assert not test.exception
    assert keyed(test.button, "reproduce:start")[0].disabled
    assert "The recipe of this decision is not complete" in text_of(test)
    viewer = place.draw("decision", role=Role.VIEWER)
    assert keyed(viewer.button, "reproduce:start")[0].disabled
    assert "Not trained again yet" in text_of(viewer)


def test_the_result_is_shown_gate_by_gate(tmp_path: Path) -> None:
    place, saved = place_of(tmp_path)
    request(place, saved.sha256)
    write(
        place,
        JobChanged(job_id=JOB, job=JobColumns(state=JobState.SUCCEEDED)),
        present(DecisionReproduced.of_result(JOB, result_of(saved, JOB, sharpe=-0.25))),
    )
    text = text_of(place.draw("decision", role=Role.LEAD))
    assert "5 of 6 gates are equal to the bit" in text
    assert "different, no longer passes" in text
    assert "-0.25" in text
    assert "Not recorded when it was trained" in text
    write(place, present(DecisionReproduced.of_result(JOB, result_of(saved, JOB))))
    newest = text_of(place.draw("decision", role=Role.LEAD))
    assert "All 6 gates are equal to the bit" in newest
    assert "1 of 2 reproductions of this decision are equal to the bit" in newest


def test_its_progress_is_shown_with_a_stop(tmp_path: Path) -> None:
    place, saved = place_of(tmp_path)
    request(place, saved.sha256)
    folder = place.home.attempt(JOB, 1)
    began = ProcessColumns(state=JobState.RUNNING, started_at=place.now, pid=1).given()
    write(
        place,
        AttemptStarted(
            job_id=JOB,
            number=1,
            job=JobColumns(**began, attempt=1),
            attempt=AttemptColumns(
                **began, attempt_id="1", epoch=1, folder=place.home.relative(folder)
            ),
        ),
    )
    folder.mkdir(parents=True)
    write_json(folder / "progress.json", {"steps": 2000, "total_steps": 8000})
    test = place.draw("decision", role=Role.LEAD)
    (bar,) = test.get("progress")
    assert bar.proto.text == "Training again: step 2,000 of 8,000"
    keyed(test.button, "reproduce:stop")[0].click().run()
    with place.client().store.read() as connection:
        assert present(queries.job_by_id(connection, JOB)).stop_requested_at is not None


def test_one_that_failed_says_so(tmp_path: Path) -> None:
    place, saved = place_of(tmp_path)
    request(place, saved.sha256)
    write(place, JobChanged(job_id=JOB, job=JobColumns(state=JobState.FAILED)))
    assert "ended without a result (FAILED)" in text_of(place.draw("decision", role=Role.LEAD))
