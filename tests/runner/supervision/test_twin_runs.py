"""A twin run outlives its runner, and goes on after a kill; one that hangs is ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import psutil

from core.language import Message
from core.vocabulary import JobState
from runner.supervision.exit_reason import EndedAttempt, exit_state
from runner.supervision.trial_ends import trial_end, write_hang
from tests.expected import present
from tests.runner.place import wait_for
from tests.runner.supervision.test_trial_ends import ended_by
from tests.runner.twin_place import begin, save_checkpoint, script, twin_result, with_run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner.place import Place


def test_it_outlives_a_killed_runner(place: Place) -> None:
    service = place.service()
    run = with_run(place, service)
    save_checkpoint(place, present(run.run))
    script(place, do="complete", wait=True, result={"twin": twin_result("run", 0.5, 1.5)})
    service.close()
    first = place.runner()
    job = begin(place)
    wait_for(lambda: place.job(job).state is JobState.RUNNING and place.lead.progress(job.id))
    first.kill()
    first.wait()
    place.runner()
    place.go(job)
    wait_for(place.in_state(job, JobState.SUCCEEDED))
    assert place.job(job).attempt == 1
    assert len([line for line in place.starts() if line.startswith(job.id)]) == 1
    assert present(present(place.lead.twin(job.id)).result).is_better


def test_after_a_kill_from_outside_it_begins_again_by_itself(place: Place) -> None:
    service = place.service()
    run = with_run(place, service)
    save_checkpoint(place, present(run.run))
    script(place, do="sleep")
    job = place.until(service, begin(place), JobState.RUNNING)
    psutil.Process(place.pid(job)).kill()

    def again() -> bool:
        service.tick(service.now())
        return place.job(job).attempt == 2 and place.job(job).state is JobState.RUNNING

    wait_for(again)
    assert place.lead.attempts(job.id)[0].state is JobState.INTERRUPTED


def test_one_that_hung_has_failed_and_says_so(tmp_path: Path) -> None:
    ended = EndedAttempt(exit=ended_by(number=signal.SIGKILL), same_boot=True, result=None)
    state, reason = exit_state(ended)
    write_hang(tmp_path, Message("No progress for 9 min"))
    state, reason = trial_end(state, reason, ended, tmp_path, repeats=False)
    assert (state, str(reason)) == (
        JobState.FAILED,
        "It hung and was ended: No progress for 9 min.",
    )
