"""A trial that hangs is ended by the stall rule of a training, and counted as crashed."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from core.language import Message
from core.sweep.verdict import Verdict
from core.vocabulary import JobState, SweepState
from runner.supervision.exit_reason import EndedAttempt, exit_state
from runner.supervision.trial_ends import trial_end, write_hang
from tests.expected import present
from tests.runner.place import Place, ticking, wait_for
from tests.runner.supervision.test_trial_ends import ended_by
from tests.runner.sweep_place import begin, now, script, trial_id

if TYPE_CHECKING:
    from pathlib import Path

WHY = Message("no new step for {age}", age="20 min")


def test_a_trial_that_hangs_is_ended_counted_and_the_others_go_on(place: Place) -> None:
    sweep = begin(place, seeds=2)
    hanging = trial_id(sweep, sweep.seeds[0])
    script(place, hanging, do="hang")
    service = place.service(stalled_s=1.0, liveness_s=0.1)
    wait_for(ticking(service, lambda: place.lead.progress(hanging) is not None))
    folder = place.home.attempt(hanging, 1)
    (folder / "hang").touch()
    wait_for(ticking(service, lambda: now(place, sweep).state is SweepState.FINISHED))
    ended = now(place, sweep)
    (failed,) = ended.failed
    assert (failed.seed, failed.state, failed.attempt) == (sweep.seeds[0], JobState.FAILED, 1)
    assert str(failed.reason).startswith("It hung and was ended: no new step for")
    assert ended.recipe().scored == 1
    assert "1 try crashed and is not counted." in str(Verdict(ended.recipe()).sentence())
    assert ended.lost_in_a_row == 0
    assert list(folder.glob("stall-*"))  # its diagnostics were saved before
    service.close()


def test_a_later_runner_still_knows_why_a_trial_was_ended(tmp_path: Path) -> None:
    ended = EndedAttempt(exit=ended_by(number=signal.SIGKILL), same_boot=True, result=None)
    state, reason = exit_state(ended)
    assert trial_end(state, reason, ended, tmp_path)[0] is JobState.INTERRUPTED
    write_hang(tmp_path, WHY)
    state, reason = trial_end(state, reason, ended, tmp_path)
    assert (state, reason) == (JobState.FAILED, f"It hung and was ended: {WHY}.")
    assert "no new step" not in present(reason.template)


def test_a_trial_that_ended_by_itself_meanwhile_has_its_own_result(tmp_path: Path) -> None:
    write_hang(tmp_path, WHY)
    done = EndedAttempt(exit=ended_by(0), same_boot=True, result={"complete": True})
    assert trial_end(*exit_state(done), done, tmp_path)[0] is JobState.SUCCEEDED


def test_one_that_moved_after_it_was_called_hung_is_not_counted_as_such(tmp_path: Path) -> None:
    write_hang(tmp_path, WHY)
    written = (tmp_path / "hang.json").stat().st_mtime
    (tmp_path / "progress.json").write_text('{"steps": 9}')
    os.utime(tmp_path / "progress.json", (written + 60, written + 60))
    killed = EndedAttempt(exit=ended_by(number=signal.SIGKILL), same_boot=True, result=None)
    assert trial_end(*exit_state(killed), killed, tmp_path)[0] is JobState.INTERRUPTED
