"""The word of a person that a machine is gone: who may say it, when, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.engine_words import EngineWords
from core.files import write_json
from core.language import literal
from core.ledger_bodies import MachineGone
from core.liveness import Limits, Pulse
from core.vocabulary import EngineState, JobKind, JobState, Liveness
from runner.executors.local import LocalProcesses
from runner.liveness.progress import ProgressSignals, write_pulse
from runner.outcomes import Recorded, Refused
from runner.processes.procfs import boot_id
from runner.supervision.active_jobs import ActiveJobs, handle_of
from tests.runner.place import ENGINEER, VIEWER, Place

if TYPE_CHECKING:
    from runner.records import Job

WHY = "It was switched off."
AWAY = EngineWords(
    "Ray", EngineState.UNREACHABLE, literal("no answer"), 90.0, 90.0, True, "node7", None, 15.0
)


@pytest.fixture
def job(place: Place, monkeypatch: pytest.MonkeyPatch) -> Job:
    """One that was placed; no process of it is known here."""
    monkeypatch.setattr(LocalProcesses, "place", lambda self, order: order.handle)
    service = place.service()
    made = place.submit(JobKind.TRAIN, do="complete")
    service.tick(service.now())
    service.close()
    assert place.job(made).state is JobState.STARTING
    return made


def seen(place: Place, job: Job, words: EngineWords) -> None:
    """As the runner saw it last."""
    signs = ProgressSignals(at=0.0, boot=boot_id())
    pulse = Pulse(Liveness.UNREACHABLE, ())
    child = {"boot_id": "of node7", "pid": 12, "start_ticks": 5}  # it has begun there
    write_json(place.folder(job) / "identity.json", {"child": child, "shim": None})
    write_pulse(place.folder(job), signs, Limits(), pulse, 0, words)


def said(place: Place, job: Job) -> str | None:
    (attempt,) = ActiveJobs(place.lead.store).read().attempts.values()
    assert attempt.job_id == job.id
    return handle_of(place.home, attempt).gone


def test_it_is_recorded_with_its_reason_once_and_a_rebuilt_database_knows_it(
    place: Place, job: Job
) -> None:
    seen(place, job, AWAY)
    for _ in range(2):
        assert isinstance(place.client(ENGINEER).machine_gone(job.id, f" {WHY} "), Recorded)
    assert said(place, job) == f"Eva said that its machine is gone: {WHY}"
    place.home.database.unlink()
    place.lead = place.client(ENGINEER)
    assert said(place, job) == f"Eva said that its machine is gone: {WHY}"
    lines = [
        entry.body for entry in place.lead.activity(None) if isinstance(entry.body, MachineGone)
    ]
    assert lines == [MachineGone(job_id=job.id, number=1, host="node7", reason=WHY)]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (replace(AWAY, shim_age=-1e9), "still reads its lease"),
        (replace(AWAY, state=EngineState.RUNNING, said=literal("RUNNING")), "Ray answers: RUNNING"),
        (None, "The runner sees"),
    ],
)
def test_it_is_refused_while_somebody_sees_the_job(
    place: Place, job: Job, words: EngineWords | None, why: str
) -> None:
    if words is not None:
        seen(place, job, words)
    outcome = place.lead.machine_gone(job.id, WHY)
    assert isinstance(outcome, Refused)
    assert why in outcome.reason
    assert said(place, job) is None


def test_it_needs_a_right_a_reason_and_a_job_in_progress(place: Place, job: Job) -> None:
    seen(place, job, AWAY)
    for outcome in (
        place.client(VIEWER).machine_gone(job.id, WHY),
        place.lead.machine_gone(job.id, "  "),
        place.lead.machine_gone("train-nothing", WHY),
    ):
        assert isinstance(outcome, Refused)
    assert said(place, job) is None
