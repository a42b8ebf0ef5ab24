"""How an attempt ended: a state, and one sentence of why. Never a guess."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.vocabulary import JobState
from runner.processes.executor import Exit

# What programs exit with (see runner/jobs/attempt.py).
REFUSED, STOPPED_AFTER_SAVING = 2, 3

# The last line of a Python traceback: ``package.SomeError: what``.
_RAISED = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b.*$", re.MULTILINE)
_PATTERNS = (
    (re.compile(r"No space left on device|Errno 28"), "no space left on the device"),
    (re.compile(r"EOFError"), "an environment's worker died (EOFError)"),
    (
        re.compile(r"subproc_vec_env.*(?:BrokenPipe|ConnectionReset)Error", re.DOTALL),
        "an environment's worker died (broken pipe)",
    ),
    (re.compile(r"BadZipFile|not a zip file"), "a model file is broken (bad zip)"),
    (re.compile(r"invalid values|\bnan\b.*tensor|\bNaN\b", re.IGNORECASE), "NaN in the training"),
    (re.compile(r"MemoryError|bad_alloc"), "memory could not be allocated"),
)


# A program's own words; tables of numbers, as SB3's logger prints them, are none.
_TRACEBACK = re.compile(r"^Traceback\b", re.MULTILINE)
_IGNORED = re.compile(r"^Exception ignored in", re.MULTILINE)  # while it went down already
_CHAINED = re.compile(
    r"(?:During handling of the above exception|The above exception was the direct cause)"
    r"[^\n]*\s*\Z"
)
_TABLE = re.compile(r"^\s*(?:\|.*\||-+)\s*$\n?", re.MULTILINE)
_LAST_LINES = 20

# A program does these to itself; no shutdown sends them.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
_ASKED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


@dataclass(frozen=True)
class Ended:
    """All that is known about an attempt that runs no more."""

    exit: Exit | None  # None: nobody saw it end
    same_boot: bool
    result: Mapping[str, Any] | None
    tail: str = ""  # the end of its output
    own_trainer: bool = False  # of the users: it owes us no result file
    stop_asked_by: str | None = None
    killed_after_s: float | None = None  # it resisted SIGTERM for so long


def exit_state(ended: Ended) -> tuple[JobState, str]:
    """The state and the sentence."""
    complete = ended.result is not None and ended.result.get("complete") is True
    if ended.exit is None:
        return _unseen(ended, complete)
    code = ended.exit.code
    if ended.exit.error is not None:
        return JobState.FAILED, f"It could not be started: {ended.exit.error}."
    if code == 0 and (complete or _finished_by_itself(ended)):
        return JobState.SUCCEEDED, ""
    if proves_failure(ended.result):
        reason = _own_failure(ended, code or ended.result.get("exit_code"))
        return JobState.FAILED, _in_a_stop(ended, reason)
    if ended.stop_asked_by is not None:
        if _explained_by_stop(ended, ended.exit):
            return JobState.STOPPED, _stopped(ended)
        if ended.exit.signal is None:
            return JobState.FAILED, _in_a_stop(ended, _own_failure(ended, code))
        state, reason = _signalled(ended, ended.exit.signal)
        return state, _in_a_stop(ended, reason)
    if ended.exit.signal is not None:
        return _signalled(ended, ended.exit.signal)
    if code == STOPPED_AFTER_SAVING and not ended.own_trainer:
        if not ended.same_boot:
            return (
                JobState.INTERRUPTED,
                "SIGTERM ended it, after it had saved; then the machine restarted.",
            )
        return JobState.STOPPED, "A SIGTERM from outside trainweek ended it, after it had saved."
    if code == 0 and ended.own_trainer:
        return (
            JobState.LOST,
            "It ended with exit code 0 and the machine restarted; nobody can prove that it was done.",
        )
    if code == 0:
        return JobState.FAILED, "It ended with exit code 0, but left no complete result."
    return JobState.FAILED, _own_failure(ended, code)


def _finished_by_itself(ended: Ended) -> bool:
    """Exit 0 of a user's trainer is its success, unless a stop or a shutdown may have made it.

    It owes us no result, and a trainer that takes SIGTERM well ends with 0 too.
    """
    return ended.own_trainer and ended.stop_asked_by is None and ended.same_boot


def _unseen(ended: Ended, complete: bool) -> tuple[JobState, str]:
    if complete:
        return (
            JobState.SUCCEEDED,
            "Nobody saw its exit code, for its shim was lost; the complete result proves the end.",
        )
    if proves_failure(ended.result):
        return JobState.FAILED, _proven(ended)
    if ended.stop_asked_by is not None:
        return JobState.STOPPED, _stopped(ended)
    if not ended.same_boot:
        return JobState.INTERRUPTED, "The machine restarted while it ran."
    return (
        JobState.LOST,
        "It and its shim vanished without an exit code; nobody can prove how it ended.",
    )


def proves_failure(result: Mapping[str, Any] | None) -> bool:
    """Whether a result says that its program failed: the last thing that it did."""
    if result is None or result.get("complete") is True:
        return False
    return any(result.get(name) for name in ("error", "error_kind", "exit_code"))


def _proven(ended: Ended) -> str:
    said = _own_failure(ended, (ended.result or {}).get("exit_code"))
    said = f"{_sentence(said)} Nobody saw the end, for its shim was lost; its result says so."
    return _in_a_stop(ended, said)


def _explained_by_stop(ended: Ended, exit: Exit) -> bool:
    """A stop is the cause of what it makes a program do, and of nothing else.

    What a user's trainer exits with on SIGTERM is its own affair.
    """
    if exit.signal is not None:
        if exit.signal == signal.SIGKILL:  # an earlier runner may have sent it, for this stop
            return ended.killed_after_s is not None or not exit.oom_kills
        return exit.signal in _ASKED
    return ended.own_trainer or exit.code in (0, STOPPED_AFTER_SAVING)


def _in_a_stop(ended: Ended, reason: str) -> str:
    if ended.stop_asked_by is None:
        return reason
    return f"{_sentence(reason)} {ended.stop_asked_by} had asked it to stop."


def _stopped(ended: Ended) -> str:
    by = f"Stopped by {ended.stop_asked_by}"
    saved = ended.exit is not None and ended.exit.code == STOPPED_AFTER_SAVING
    if saved and not ended.own_trainer:
        return f"{by}; it saved and ended."
    if ended.killed_after_s is not None:
        return f"{by}; it did not end within {ended.killed_after_s:g} s of SIGTERM and was killed."
    if ended.exit is None:
        return f"{by}; nobody saw its exit code."
    if ended.exit.signal is not None:
        return f"{by}; {_name(ended.exit.signal)} ended it."
    return f"{by}; it ended with exit code {ended.exit.code}."


def _signalled(ended: Ended, number: int) -> tuple[JobState, str]:
    name = _name(number)
    if number in _CRASHES:
        return JobState.FAILED, f"It crashed with {name}."
    if not ended.same_boot:
        return JobState.INTERRUPTED, f"It was ended by {name}; then the machine restarted."
    if number == signal.SIGKILL and ended.exit is not None and ended.exit.oom_kills:
        return (
            JobState.FAILED,
            f"Out of memory: the kernel ended it by {name}. {_counted(ended.exit)}",
        )
    if number in _ASKED:
        return JobState.STOPPED, f"{name} from outside trainweek ended it."
    return JobState.FAILED, f"It was killed by {name}, which trainweek did not send."


def _own_failure(ended: Ended, code: int | None) -> str:
    said = ended.result.get("error") if ended.result else None
    remedy = ended.result.get("remedy") if ended.result else None
    if code == REFUSED and said:
        return f"Refused: {said} {remedy or ''}".strip()
    known = said and ended.result and ended.result.get("error_kind") != "crash"
    words = str(said) if known else last_words(ended.tail)
    raised = _RAISED.findall(words)
    what = said or (raised[-1].strip() if raised else None)
    why = "It failed" if code is None else f"Exit code {code}"
    why += f": {_shortened(str(what))}" if what else "."
    if hint := next((hint for pattern, hint in _PATTERNS if pattern.search(words)), None):
        why = f"{why.rstrip('.')} ({hint})"
    if ended.exit is not None and ended.exit.oom_kills:  # a worker of it, perhaps
        why = f"{why.rstrip('.')}. Out of memory. {_counted(ended.exit)}"
    return why


def last_words(tail: str) -> str:
    """What a program said last of its end: the last traceback, with those it came from.

    Without a traceback the last lines, without the tables that a logger prints: a column
    of them may be "nan" all the time.
    """
    begins = [found.start() for found in _TRACEBACK.finditer(tail)]
    begins = [
        at for at in begins if not _IGNORED.search(tail[tail.rfind("\n", 0, at - 1) + 1 : at])
    ]
    if not begins:
        return "\n".join(_TABLE.sub("", tail).splitlines()[-_LAST_LINES:])
    first = last = begins.pop()
    while begins and _CHAINED.search(tail, 0, first):
        first = begins.pop()
    ignored = _IGNORED.search(tail, last)
    return _TABLE.sub("", tail[first : ignored.start() if ignored else None])


def _sentence(text: str) -> str:
    return text if text.endswith((".", ")", "…")) else f"{text}."


def _counted(exit: Exit) -> str:
    """Where it is known from: of its own control group, so nobody else's kill is meant."""
    return f"Its control group counts {exit.oom_kills} killed by the kernel for want of memory."


def _shortened(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
