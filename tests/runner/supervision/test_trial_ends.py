"""A trial is FAILED only where it failed itself."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from core.vocabulary import JobState
from runner.executors.executor import Exit
from runner.supervision.exit_reason import REFUSED, EndedAttempt, exit_state
from runner.supervision.trial_ends import never_began, trial_state
from tests.core.sweep.test_record import BEGUN


def ended_by(
    code: int | None = None,
    number: int | None = None,
    error: str | None = None,
    oom_kills: int = 0,
) -> Exit:
    return Exit(code, number, error, BEGUN, oom_kills)


@pytest.mark.parametrize(
    ("exit", "result", "state", "began"),
    [
        (ended_by(error="the engine refused it"), None, JobState.LOST, False),
        (ended_by(REFUSED), {"error_kind": "input", "error": "x"}, JobState.LOST, False),
        (ended_by(REFUSED), {"error_kind": "data", "error": "x"}, JobState.FAILED, True),
        (ended_by(1), {"error_kind": "crash", "error": "NaN"}, JobState.FAILED, True),
        (ended_by(number=signal.SIGKILL, oom_kills=1), None, JobState.INTERRUPTED, True),
        (ended_by(number=signal.SIGTERM), None, JobState.INTERRUPTED, True),
        (ended_by(3), {"complete": False}, JobState.INTERRUPTED, True),
    ],
)
def test_a_trials_end(exit: Exit, result: Any, state: JobState, began: bool) -> None:
    ended = EndedAttempt(exit=exit, same_boot=True, result=result)
    assert trial_state(exit_state(ended)[0], ended) is state
    assert never_began(ended) is not began


def test_a_requested_stop_stays_one() -> None:
    ended = EndedAttempt(
        exit=ended_by(3), same_boot=True, result={"complete": False}, stop_asked_by="Lea"
    )
    assert trial_state(exit_state(ended)[0], ended) is JobState.STOPPED
