"""Faults of a program that is there and does nothing: reported, kept, and left alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import psutil

from core.errors import SetupError
from core.vocabulary import JobKind, JobState, Liveness
from runner.files import read_json
from runner.liveness import watcher as watching
from tests.expected import present
from tests.faults.matrix import fault
from tests.runner.place import Place, ticking, wait_for

if TYPE_CHECKING:
    import pytest

    from runner.records import Job

Seen = Callable[[object], None]
QUICK = {
    "TRAINWEEK_LIVENESS_S": "0.2",
    "TRAINWEEK_STALLED_S": "1.5",
    "TRAINWEEK_STALLED_GAPS": "2",
}


def liveness(place: Place, job: Job) -> Liveness | None:
    pulse = place.lead.pulse(job.id)
    return None if pulse is None else pulse.liveness


def pulse_text(place: Place, job: Job) -> str:
    pulse = place.lead.pulse(job.id)
    return "" if pulse is None else str(pulse.text)


def at_work(place: Place, job: Job) -> None:
    wait_for(place.in_state(job, JobState.RUNNING))
    wait_for(lambda: place.lead.progress(job.id))
    wait_for(lambda: liveness(place, job) is Liveness.WORKING)


@fault(
    12,
    injected="SIGSTOP of the trainer",
    expected="UNRESPONSIVE incident with what it was doing; not killed; continues after SIGCONT",
)
def test_a_stopped_trainer_is_told_kept_and_not_killed(place: Place, seen: Seen) -> None:
    place.runner(**QUICK)
    job = place.submit(JobKind.TRAIN, do="sleep")
    at_work(place, job)
    os.kill(place.pid(job), signal.SIGSTOP)
    stall = place.folder(job) / "stall-001"
    wait_for(stall.exists)
    pulse = present(place.lead.pulse(job.id))
    assert pulse.liveness is Liveness.STALLED
    assert "no new step for" in pulse.text
    assert "process T (stopped)" in pulse.text
    why = (stall / "why.txt").read_text()
    assert "process T (stopped)" in why
    assert "the process is stopped" in why
    kernel = (stall / f"process-{place.job(job).pid}.txt").read_text()
    assert "State:\tT (stopped)" in kernel
    assert "/syscall" in kernel
    assert (stall / "output.log").read_text() == "started\n"
    wait_for(lambda: place.lead.incidents(place.week.id))
    (incident,) = place.lead.incidents(place.week.id)
    assert (incident.procedure, incident.blocks_start) == ("unresponsive", False)
    assert "no longer responds" in incident.summary
    assert "stall-001" in incident.summary
    assert psutil.Process(place.job(job).pid).status() == psutil.STATUS_STOPPED
    os.kill(place.pid(job), signal.SIGCONT)
    wait_for(lambda: liveness(place, job) is Liveness.WORKING)
    assert place.job(job).state is JobState.RUNNING
    assert len(list(place.folder(job).glob("stall-*"))) == 1
    assert len(place.starts()) == 1
    seen(f"{pulse.liveness}: {pulse.text}; WORKING again after SIGCONT, 1 start, 1 stall kept")


@fault(
    12,
    injected="a step of the environment that never returns",
    expected="UNRESPONSIVE incident with the stacks of all threads; not killed",
)
def test_a_step_that_never_returns_is_found_in_the_stacks(place: Place, seen: Seen) -> None:
    place.runner(**QUICK)
    job = place.submit(JobKind.TRAIN, do="hang")
    at_work(place, job)
    (place.folder(job) / "hang").touch()
    stall = place.folder(job) / "stall-001"
    wait_for(stall.exists)
    assert "in step_that_never_ends" in (stall / "stacks.txt").read_text()
    assert "SIGUSR2" in (stall / "why.txt").read_text()
    wait_for(lambda: place.lead.incidents(place.week.id))
    assert place.job(job).state is JobState.RUNNING
    assert psutil.pid_exists(place.pid(job))
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    seen("stacks.txt names the function; 1 incident; RUNNING until it was stopped")


def test_a_stall_whose_incident_can_not_be_written_is_kept_once_and_told_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = place.service(liveness_s=0.1, stalled_s=2.0, stalled_gaps=2.0)
    job = place.until(service, place.submit(JobKind.TRAIN, do="hang"), JobState.RUNNING)
    # Until the usual interval is known, the limit depends on the CPU: one stall could be two.
    wait_for(ticking(service, lambda: "the minimum" in pulse_text(place, job)))
    (place.folder(job) / "hang").touch()
    tries = []

    def full(*given: object) -> None:
        tries.append(given)
        raise SetupError("NOT saved: the disk is full.", "Free some.")

    with monkeypatch.context() as patched:
        patched.setattr(watching, "open_incident", full)
        wait_for(ticking(service, lambda: len(tries) >= 4))
    assert place.lead.incidents(place.week.id) == []
    wait_for(ticking(service, lambda: place.lead.incidents(place.week.id)))
    assert len(list(place.folder(job).glob("*stall-*"))) == 1
    service.close()


def test_a_new_runner_does_not_tell_an_old_stall_again(place: Place) -> None:
    first = place.runner(**QUICK)
    job = place.submit(JobKind.TRAIN, do="sleep")
    at_work(place, job)
    os.kill(place.pid(job), signal.SIGSTOP)
    wait_for((place.folder(job) / "stall-001").exists)
    wait_for(lambda: (read_json(place.folder(job) / "pulse.json") or {}).get("stalls") == 1)
    first.kill()
    first.wait()
    assert liveness(place, job) is Liveness.STALLED  # also without a runner
    place.runner(**QUICK)
    before = (place.folder(job) / "pulse.json").stat().st_mtime_ns
    wait_for(lambda: (place.folder(job) / "pulse.json").stat().st_mtime_ns > before)
    assert len(list(place.folder(job).glob("stall-*"))) == 1
    assert len(place.lead.incidents(place.week.id)) == 1
    os.kill(place.pid(job), signal.SIGCONT)
