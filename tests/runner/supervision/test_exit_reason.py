"""The sentence of why: from what was seen, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.vocabulary import JobState
from runner.executors.executor import Exit
from runner.supervision.exit_reason import EndedAttempt, exit_state

AT = datetime(2026, 2, 23, 15, tzinfo=UTC)


def ended(code: int | None = None, number: int | None = None, **more: Any) -> EndedAttempt:
    values: dict[str, Any] = {"same_boot": True, "result": None}
    return EndedAttempt(**values | {"exit": Exit(code, number, None, AT)} | more)


def unseen(**more: Any) -> EndedAttempt:
    return ended(exit=None, **more)


COMPLETE = {"complete": True}
CRASHED = {
    "complete": False,
    "exit_code": 1,
    "status": "DIVERGED",
    "error": "train/loss is nan.",
    "error_kind": "diverged",
}
SB3_TABLE = """-----------------------------------------
| rollout/                |             |
|    ep_rew_mean          | 0.12        |
| train/                  |             |
|    explained_variance   | nan         |
-----------------------------------------
"""


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (ended(0, result=COMPLETE), JobState.SUCCEEDED),
        (ended(0), JobState.FAILED),
        (ended(0, result={"complete": False}), JobState.FAILED),
        (ended(1, result=COMPLETE), JobState.FAILED),
        (ended(0, own_trainer=True), JobState.SUCCEEDED),
        (ended(3, own_trainer=True), JobState.FAILED),
        (ended(3), JobState.STOPPED),
        (ended(3, same_boot=False), JobState.INTERRUPTED),
        (ended(None, 15), JobState.STOPPED),
        (ended(None, 15, same_boot=False), JobState.INTERRUPTED),
        (ended(None, 9), JobState.FAILED),
        (ended(None, 9, same_boot=False), JobState.INTERRUPTED),
        (ended(None, 11), JobState.FAILED),
        (ended(None, 11, same_boot=False), JobState.FAILED),
        (ended(0, own_trainer=True, stop_asked_by="Eva"), JobState.STOPPED),
        (ended(0, own_trainer=True, same_boot=False), JobState.LOST),
        # A stop explains what it makes a program do, and nothing else.
        (ended(3, stop_asked_by="Eva"), JobState.STOPPED),
        (ended(0, stop_asked_by="Eva"), JobState.STOPPED),
        (ended(None, 15, stop_asked_by="Eva"), JobState.STOPPED),
        (ended(None, 9, stop_asked_by="Eva", killed_after_s=30.0), JobState.STOPPED),
        (ended(None, 9, stop_asked_by="Eva"), JobState.STOPPED),
        (ended(None, 15, stop_asked_by="Eva", result=CRASHED), JobState.FAILED),
        (ended(None, 11, stop_asked_by="Eva"), JobState.FAILED),
        (ended(1, stop_asked_by="Eva"), JobState.FAILED),
        (ended(1, stop_asked_by="Eva", result=CRASHED), JobState.FAILED),
        (ended(1, stop_asked_by="Eva", own_trainer=True), JobState.STOPPED),
        (ended(0, result=COMPLETE, stop_asked_by="Eva"), JobState.SUCCEEDED),
        (unseen(), JobState.LOST),
        (unseen(own_trainer=True), JobState.LOST),
        (unseen(same_boot=False), JobState.INTERRUPTED),
        (unseen(stop_asked_by="Eva"), JobState.STOPPED),
        (unseen(result=COMPLETE), JobState.SUCCEEDED),
        (unseen(result=CRASHED), JobState.FAILED),
        (unseen(result=CRASHED, same_boot=False), JobState.FAILED),
        (unseen(result=CRASHED, stop_asked_by="Eva"), JobState.FAILED),
        (unseen(result={"complete": False, "status": "STOPPED"}), JobState.LOST),
        (unseen(result={"complete": "no"}, same_boot=False), JobState.INTERRUPTED),
    ],
)
def test_the_state_follows_from_what_was_seen(end: EndedAttempt, state: JobState) -> None:
    assert exit_state(end)[0] is state


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (
            "Traceback ...\nValueError: loss is NaN\n",
            "(NaN during training): ValueError: loss is NaN.",
        ),
        ("OSError: [Errno 28] No space left on device", "(out of disk space)"),
        ("EOFError\n", "worker died: EOFError)"),
        ("subproc_vec_env.py ...\nBrokenPipeError: [Errno 32]", "worker died: broken pipe)"),
        (
            "BrokenPipeError: [Errno 32] Broken pipe",
            "Exit code 1: BrokenPipeError: [Errno 32] Broken pipe",
        ),
        ("zipfile.BadZipFile: File is not a zip file", "bad zip"),
        ("numpy.linalg.LinAlgError: Singular matrix\n", "numpy.linalg.LinAlgError: Singular"),
        ("nothing special", "Exit code 1."),
        (SB3_TABLE, "Exit code 1."),
        (f"the Sharpe is NaN\n{SB3_TABLE}", "(NaN during training)"),
        (
            f"{SB3_TABLE}Traceback ...\nFileNotFoundError: candles.csv\n",
            "Exit code 1: FileNotFoundError: candles.csv",
        ),
        (
            "Traceback ...\nEOFError: once more\nTraceback ...\nKeyError: 'close'",
            "Exit code 1: KeyError: 'close'",
        ),
        (
            "Traceback ...\nsubproc_vec_env.py\nConnectionResetError\n\n"
            "During handling of the above exception, another exception occurred:\n\n"
            "Traceback ...\nRuntimeError: the environments are gone\n",
            "(an environment worker died: broken pipe): RuntimeError: the environments are gone.",
        ),
        (
            "Traceback ...\nKeyError: 'close'\nException ignored in: <function __del__>\n"
            "Traceback ...\nsubproc_vec_env.py\nBrokenPipeError: [Errno 32] Broken pipe\n",
            "Exit code 1: KeyError: 'close'",
        ),
    ],
)
def test_the_logs_tail_gives_the_reason(tail: str, said: str) -> None:
    reason = exit_state(ended(1, tail=tail))[1]
    assert said in reason
    exact = said.startswith("Exit code 1") and "(" not in said
    assert not exact or "(" not in reason  # no cause that was not there


def test_a_failure_in_a_stop_says_both() -> None:
    said = exit_state(ended(1, result=CRASHED, stop_asked_by="Eva"))[1]
    assert said == (
        "Exit code 1 (NaN during training): train/loss is nan. Eva had requested a stop."
    )
    assert "Crashed with signal 11 (SIGSEGV). Eva had" in exit_state(
        ended(None, 11, stop_asked_by="Eva", own_trainer=True)
    )[1]  # fmt: skip


def test_what_a_result_proves_needs_no_shim() -> None:
    said = exit_state(unseen(result=CRASHED))[1]
    assert said.startswith("Exit code 1 (NaN during training): train/loss is nan.")
    assert said.endswith("The shim was lost; this is taken from the result file.")


def test_out_of_memory_is_not_guessed_from_a_kill() -> None:
    reason = exit_state(ended(None, 9))[1]
    assert "memory" not in reason
    assert "signal 9 (SIGKILL)" in reason


def test_out_of_memory_is_said_when_the_control_group_counts_it() -> None:
    state, reason = exit_state(ended(exit=Exit(None, 9, None, AT, oom_kills=1)))
    assert state is JobState.FAILED
    assert reason.startswith("Out of memory: killed by the OOM killer (signal 9 (SIGKILL)).")
    worker = ended(exit=Exit(1, None, None, AT, oom_kills=2), tail="EOFError\n")
    assert "worker died: EOFError): EOFError. Out of memory." in exit_state(worker)[1]


def test_every_state_but_a_plain_success_has_a_sentence() -> None:
    assert exit_state(ended(0, result=COMPLETE))[1] == ""
    for end in (ended(0), ended(2), ended(3), ended(None, 9), unseen(), unseen(result=COMPLETE)):
        assert exit_state(end)[1].endswith((".", ")"))
