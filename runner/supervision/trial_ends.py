"""How a trial of a sweep, or a twin run, ended: what only the machine ended, and what never began."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from core.files import write_json
from core.language import Message, recorded, recorded_message
from core.vocabulary import JobState
from runner.files import read_json
from runner.supervision.exit_reason import REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.supervision.exit_reason import EndedAttempt


_HANG = "hang.json"
_LAST_WRITE_S = 5.0  # a step that was being written when it was killed


def write_hang(folder: Path, why: Message) -> None:
    """Note in the attempt's folder why it is being ended.

    :raises SetupError: it can't be written.
    """
    write_json(folder / _HANG, recorded({"why": why}))


def trial_end(
    state: JobState, reason: Message, ended: EndedAttempt, folder: Path, *, repeats: bool = True
) -> tuple[JobState, Message]:
    """State and reason of a trial's attempt; one that hung has crashed, and is not tried again.

    :param repeats: what never began is tried again; False: of a twin run, whose person is told.
    """
    why = None if _moved_since(folder) else recorded_message(read_json(folder / _HANG) or {}, "why")
    killed = ended.exit is None or ended.exit.signal == signal.SIGKILL
    if not why or state is JobState.SUCCEEDED or not killed:
        if not repeats and never_began(ended):
            return state, reason
        return trial_state(state, ended), reason
    return JobState.FAILED, Message("It hung and was ended: {why}.", why=why)


def _moved_since(folder: Path) -> bool:
    """Whether it made steps after it had been called hung: an engine that was away ended nothing."""
    try:
        moved = (folder / "progress.json").stat().st_mtime
        return moved > (folder / _HANG).stat().st_mtime + _LAST_WRITE_S
    except OSError:
        return False


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
