"""How an attempt ended: its state and the reason, from what was recorded. Never a guess."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal, plural, recorded_message
from core.vocabulary import JobState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.executors.executor import Exit

# Exit codes of our programs (see runner/jobs/attempt.py).
REFUSED, STOPPED_AFTER_SAVING = 2, 3

# The last line of a Python traceback: ``package.SomeError: what``.
_RAISED = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b.*$", re.MULTILINE)
_PATTERNS = (
    (re.compile(r"No space left on device|Errno 28"), Message("out of disk space")),
    (re.compile(r"EOFError"), Message("an environment worker died: EOFError")),
    (
        re.compile(r"subproc_vec_env.*(?:BrokenPipe|ConnectionReset)Error", re.DOTALL),
        Message("an environment worker died: broken pipe"),
    ),
    (re.compile(r"BadZipFile|not a zip file"), Message("corrupt model file: bad zip")),
    (
        re.compile(r"invalid values|\bnan\b.*tensor|\bNaN\b", re.IGNORECASE),
        Message("NaN during training"),
    ),
    (re.compile(r"MemoryError|bad_alloc"), Message("out of memory")),
)

# SB3's logger prints tables of numbers, which don't explain a failure.
_TRACEBACK = re.compile(r"^Traceback\b", re.MULTILINE)
_IGNORED = re.compile(r"^Exception ignored in", re.MULTILINE)  # during shutdown
_CHAINED = re.compile(
    r"(?:During handling of the above exception|The above exception was the direct cause)"
    r"[^\n]*\s*\Z"
)
_TABLE = re.compile(r"^\s*(?:\|.*\||-+)\s*$\n?", re.MULTILINE)
_LAST_LINES = 20

# Signals that a program causes itself; no shutdown sends them.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


@dataclass(frozen=True)
class EndedAttempt:
    """What was recorded about an attempt that has ended."""

    exit: Exit | None  # None: its exit status was not recorded
    same_boot: bool
    result: Mapping[str, Any] | None
    tail: str = ""  # the end of its output
    own_trainer: bool = False  # a custom trainer, which writes no result file
    stop_asked_by: str | None = None
    killed_after_s: float | None = None  # how long it ignored SIGTERM
    gone: Message | None = None  # on another machine: the proof of its end
    ended_because: Message | None = None  # on another machine: why its node ended it
    machine_gone: Message | None = None  # what a person said of its machine


def exit_state(ended: EndedAttempt) -> tuple[JobState, Message]:
    """The state of an attempt that has ended, and the reason; empty for a success."""
    complete = ended.result is not None and ended.result.get("complete") is True
    if ended.exit is None:
        return _without_exit_status(ended, complete)
    code = ended.exit.code
    if ended.exit.error is not None:
        return JobState.FAILED, Message("Could not start: {error}.", error=ended.exit.error)
    if code == 0 and (complete or _finished_by_itself(ended)):
        return JobState.SUCCEEDED, literal("")
    if proves_failure(ended.result):
        reason = _own_failure(ended, code or (ended.result or {}).get("exit_code"))
        return JobState.FAILED, _during_stop(ended, reason)
    if ended.stop_asked_by is not None:
        if _explained_by_stop(ended, ended.exit):
            return JobState.STOPPED, _stopped(ended.stop_asked_by, ended)
        if ended.exit.signal is None:
            return JobState.FAILED, _during_stop(ended, _own_failure(ended, code))
        state, reason = _signalled(ended.exit, ended.exit.signal, ended.same_boot)
        return state, _during_stop(ended, reason)
    if ended.ended_because is not None:
        saved = code == STOPPED_AFTER_SAVING and not ended.own_trainer
        after = Message("It had saved.") if saved else None
        return JobState.INTERRUPTED, joined(filter(None, [ended.ended_because, after]))
    if ended.exit.signal is not None:
        return _signalled(ended.exit, ended.exit.signal, ended.same_boot)
    if code == STOPPED_AFTER_SAVING and not ended.own_trainer:
        if not ended.same_boot:
            return JobState.INTERRUPTED, Message(
                "Ended by SIGTERM after saving; then the machine restarted."
            )
        return JobState.STOPPED, Message("Ended by a SIGTERM from outside trainweek, after saving.")
    if code == 0 and ended.own_trainer:
        return JobState.LOST, Message(
            "Exit code 0, but the machine restarted: it is unknown whether the run was complete."
        )
    if code == 0:
        return JobState.FAILED, Message("Exit code 0, but no complete result was written.")
    return JobState.FAILED, _own_failure(ended, code)


def _finished_by_itself(ended: EndedAttempt) -> bool:
    """Whether exit code 0 of a custom trainer is a success: no stop or shutdown caused it.

    It writes no result file, and a trainer that handles SIGTERM also exits with 0.
    """
    return ended.own_trainer and ended.stop_asked_by is None and ended.same_boot


def _without_exit_status(ended: EndedAttempt, complete: bool) -> tuple[JobState, Message]:
    if complete:
        return JobState.SUCCEEDED, Message(
            "The exit code is unknown because the shim was lost, but the result is complete."
        )
    if proves_failure(ended.result):
        failure = _own_failure(ended, (ended.result or {}).get("exit_code"))
        source = Message("The shim was lost; this is taken from the result file.")
        return JobState.FAILED, _during_stop(ended, joined([failure, source]))
    if ended.stop_asked_by is not None:
        return JobState.STOPPED, _stopped(ended.stop_asked_by, ended)
    if ended.machine_gone is not None:
        return JobState.INTERRUPTED, ended.machine_gone
    if not ended.same_boot:
        return JobState.INTERRUPTED, Message("The machine restarted during the run.")
    return JobState.LOST, ended.gone or Message(
        "The process and its shim disappeared; the exit status is unknown."
    )


def proves_failure(result: Mapping[str, Any] | None) -> bool:
    """Whether the result file, which a program writes last, says that the program failed."""
    if result is None or result.get("complete") is True:
        return False
    return any(result.get(name) for name in ("error", "error_kind", "exit_code"))


def _explained_by_stop(ended: EndedAttempt, exit: Exit) -> bool:
    """Whether the requested stop caused this exit.

    The exit code of a custom trainer on SIGTERM is not defined, so each one counts.
    """
    if exit.signal is not None:
        if exit.signal == signal.SIGKILL:  # an earlier runner may have sent it, for this stop
            return ended.killed_after_s is not None or not exit.oom_kills
        return exit.signal in _STOP_SIGNALS
    return ended.own_trainer or exit.code in (0, STOPPED_AFTER_SAVING)


def _during_stop(ended: EndedAttempt, reason: Message) -> Message:
    if ended.stop_asked_by is None:
        return reason
    return joined([reason, Message("{by} had requested a stop.", by=ended.stop_asked_by)])


def _stopped(by: str, ended: EndedAttempt) -> Message:
    saved = ended.exit is not None and ended.exit.code == STOPPED_AFTER_SAVING
    if saved and not ended.own_trainer:
        return Message("Stopped by {by}, after saving.", by=by)
    if ended.killed_after_s is not None:
        return Message(
            "Stopped by {by}; it did not exit within {seconds:g} s of SIGTERM and was killed.",
            by=by,
            seconds=ended.killed_after_s,
        )
    if ended.exit is None:
        return Message("Stopped by {by}; exit code unknown.", by=by)
    if ended.exit.signal is not None:
        return Message("Stopped by {by}, with {signal}.", by=by, signal=_name(ended.exit.signal))
    return Message("Stopped by {by}; exit code {code}.", by=by, code=ended.exit.code)


def _signalled(exit: Exit, number: int, same_boot: bool) -> tuple[JobState, Message]:
    name = _name(number)
    if number in _CRASHES:
        return JobState.FAILED, Message("Crashed with {signal}.", signal=name)
    if not same_boot:
        return JobState.INTERRUPTED, Message(
            "Ended by {signal}; then the machine restarted.", signal=name
        )
    if number == signal.SIGKILL and exit.oom_kills:
        return JobState.FAILED, Message(
            "Out of memory: killed by the OOM killer ({signal}). {count}",
            signal=name,
            count=_counted(exit.oom_kills),
        )
    if number in _STOP_SIGNALS:
        return JobState.STOPPED, Message("Ended by {signal} from outside trainweek.", signal=name)
    return JobState.FAILED, Message(
        "Killed by {signal}, which trainweek did not send.", signal=name
    )


def _own_failure(ended: EndedAttempt, code: int | None) -> Message:
    result = ended.result or {}
    message, remedy = recorded_message(result, "error"), recorded_message(result, "remedy")
    if code == REFUSED and message:
        return Message("Refused: {why}", why=joined(filter(None, [message, remedy])))
    words = message if message and result.get("error_kind") != "crash" else last_words(ended.tail)
    raised = _RAISED.findall(words)
    what = _shortened(message or (raised[-1].strip() if raised else ""))
    hint = next((hint for pattern, hint in _PATTERNS if pattern.search(words)), None)
    why = Message("Failed") if code is None else Message("Exit code {code}", code=code)
    if hint is not None:
        why = Message("{failure} ({cause})", failure=why, cause=hint)
    why = _sentence(Message("{failure}: {error}", failure=why, error=what) if what else why)
    if ended.exit is not None and ended.exit.oom_kills:  # perhaps of one of its workers
        why = Message(
            "{failure} Out of memory. {count}", failure=why, count=_counted(ended.exit.oom_kills)
        )
    return why


def last_words(tail: str) -> str:
    """The part of an output that explains the failure: the last traceback and its causes.

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


def _sentence(text: Message) -> Message:
    return text if text.endswith((".", "…")) else joined([text, "."], "")


def _counted(oom_kills: int) -> Message:
    """The count comes from the attempt's own control group, so it counts no other process."""
    return plural(
        "Its control group counts {n} OOM kill.",
        "Its control group counts {n} OOM kills.",
        oom_kills,
    )


def _shortened(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _name(number: int) -> Message:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return Message("signal {number}", number=number)
    return Message("signal {number} ({name})", number=number, name=name)
