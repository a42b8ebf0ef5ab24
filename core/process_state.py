"""What the state of a process in /proc says about its future."""

from __future__ import annotations

from core.language import Message

_NAMES = {
    "R": Message("running"),
    "S": Message("sleeping"),
    "D": Message("waiting for I/O"),
    "I": Message("idle"),
    "T": Message("stopped"),
    "t": Message("stopped by a debugger"),
    "Z": Message("zombie"),
    "X": Message("dead"),
}
STOPPED, GONE = frozenset("Tt"), frozenset("ZX")
LONG_WAIT_S = 60.0  # of uninterruptible I/O: a disk or network share that doesn't answer


_HALTED = Message(
    "The process is stopped (SIGSTOP or Ctrl-Z) and does not continue by itself: "
    "kill -CONT it, or stop the run"
)


def process_state(state: str | None) -> Message:
    """``process T (stopped)``."""
    if state is None:
        return Message("no process")
    word = _NAMES.get(state, Message("unknown"))
    return Message("process {state} ({word})", state=state, word=word)


def frozen(state: str | None, seconds: float | None = None) -> Message | None:
    """Why the process can't continue by itself; None: it can.

    A debugger stops a process only for moments, so that state is left to the silence limit.

    :param seconds: how long it has been in that state; None: unknown.
    """
    if state == "T":
        return _HALTED
    if state == "D" and seconds is not None and seconds >= LONG_WAIT_S:
        return Message(
            "The process has waited {seconds:.0f} s for a disk or network share: check that the "
            "storage answers",
            seconds=seconds,
        )
    return None


def known_cause(why: Message) -> tuple[Message, Message]:
    """What is known of a process that is :func:`frozen`, and what to do about it first."""
    if why == _HALTED:
        return (
            Message("A signal stopped the process: SIGSTOP, or Ctrl-Z in its terminal."),
            Message(
                "Find out who stopped it. Then continue it: kill -CONT and its PID, or stop the run."
            ),
        )
    return (
        Message("A disk or network share does not answer."),
        Message("Check that the storage answers."),
    )
