"""How a trial of a sweep ended: what only the machine ended, and what never began."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from core.vocabulary import JobState
from runner.supervision.exit_reason import REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.supervision.exit_reason import EndedAttempt


def trial_state(state: JobState, ended: EndedAttempt) -> JobState:
    """The state of a trial's attempt: FAILED only if the trial itself failed.

    A person looks at a failed training run; a sweep goes on by itself, so what says nothing of
    the recipe must not use its trials up.
    """
    if never_began(ended):
        return JobState.LOST
    killed = ended.exit is not None and ended.exit.signal == signal.SIGKILL
    if (state is JobState.FAILED and killed) or (
        state is JobState.STOPPED and ended.stop_asked_by is None
    ):
        return JobState.INTERRUPTED
    return state


def never_began(ended: EndedAttempt) -> bool:
    """Whether nothing was trained: no process, or one that refused what the whole sweep has.

    Bars that can't be judged (``data``) are of its own fold.
    """
    if ended.exit is None:
        return False
    if ended.exit.error is not None:
        return True
    result: Mapping[str, Any] = ended.result or {}
    return ended.exit.code == REFUSED and result.get("error_kind") not in (None, "data")
