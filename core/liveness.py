"""Is an attempt at work? Judged from progress, process and CPU together, never from one.

A process that is there can hang for weeks, and a file that stands still may only be
slow: each sign alone lies. The judgement names what it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.cadence import GAPS, LEAST_SILENCE, patience
from core.vocabulary import JobState, Liveness

HUNG_HOURS = 2.0  # week time: the manual's
SUSPICIOUS = 0.5  # of the limit
WARMING_UP = 3  # least silences before the first progress, while the CPU is at work
BUSY = 0.05  # of one core: a process that waits for ever uses less

_PROCESS = {
    "R": "running",
    "S": "sleeping",
    "D": "waiting for a device",
    "I": "idle",
    "T": "stopped",
    "t": "stopped by a debugger",
    "Z": "zombie",
    "X": "dead",
}
_STOPPED, _GONE = frozenset("Tt"), frozenset("ZX")
_ENDED_WELL = frozenset({JobState.SUCCEEDED, JobState.STOPPED})
_ENDED_BADLY = frozenset({JobState.FAILED, JobState.INTERRUPTED, JobState.LOST})


@dataclass(frozen=True)
class Vitals:
    """What can be seen of an attempt at one moment. Ages are real seconds; None: not known."""

    state: JobState
    process: str | None  # its state as in /proc: R, S, D, T, Z; None: there is no process
    age: float  # of the attempt
    step: int | None = None
    step_age: float | None = None  # since the number of steps went up
    event_age: float | None = None  # since an event file grew
    checkpoint_age: float | None = None  # since a checkpoint was written
    cpu: float | None = None  # cores that its tree used since the look before
    cpu_window: float | None = None  # how long ago that look was
    gap: float | None = None  # the usual time between two signs of progress
    quiet_hours: float | None = None  # week time since the last sign of progress


@dataclass(frozen=True)
class Limits:
    """Real seconds, and the manual's hours of week time."""

    least: float = LEAST_SILENCE
    gaps: float = GAPS
    hours: float = HUNG_HOURS


DEFAULT = Limits()


@dataclass(frozen=True)
class Pulse:
    """A judgement of liveness, with what it was made of."""

    liveness: Liveness
    evidence: tuple[str, ...]
    silence: float | None = None  # real seconds since the last sign of progress
    limit: float | None = None  # silence beyond it is a stall
    seen: Vitals | None = None  # for pages, which say the evidence in their own language

    @property
    def text(self) -> str:
        """The evidence in one line."""
        return "; ".join(self.evidence)


def judge_liveness(seen: Vitals, limits: Limits = DEFAULT) -> Pulse:
    """DONE or DEAD by the state and the process; else by the silence."""
    if seen.state in _ENDED_WELL:
        return Pulse(Liveness.DONE, (f"it ended {seen.state}",))
    if seen.state in _ENDED_BADLY:
        return Pulse(Liveness.DEAD, (f"it ended {seen.state}",))
    if seen.process is None or seen.process in _GONE:
        return Pulse(Liveness.DEAD, (_process(seen.process),), seen=seen)
    signs = (seen.step_age, seen.event_age, seen.checkpoint_age)
    silence = min((age for age in signs if age is not None), default=seen.age)
    busy = seen.cpu is not None and seen.cpu >= BUSY
    limit = patience(seen.gap, limits.least, limits.gaps)
    if seen.gap is None and busy:  # imports, the first rollout: no habit yet, but it works
        limit *= WARMING_UP
    beyond_the_manual = seen.quiet_hours is not None and seen.quiet_hours >= limits.hours
    if silence > limit or (beyond_the_manual and silence > limits.least):
        found = Liveness.STALLED
    elif silence > SUSPICIOUS * limit or seen.process in _STOPPED:
        found = Liveness.QUIET
    else:
        found = Liveness.WORKING
    return Pulse(found, _evidence(seen, limit), silence, limit, seen)


def _evidence(seen: Vitals, limit: float) -> tuple[str, ...]:
    said = []
    if seen.step_age is not None:
        at = "" if seen.step is None else f" (at {seen.step:,})"
        said.append(f"no new step for {duration(seen.step_age)}{at}")
    if seen.event_age is not None:
        said.append(f"no new event for {duration(seen.event_age)}")
    if seen.checkpoint_age is not None:
        said.append(f"newest checkpoint {duration(seen.checkpoint_age)} old")
    if not said:
        said.append(f"no sign of progress since its start, {duration(seen.age)} ago")
    said.append(_process(seen.process))
    if seen.cpu is not None and seen.cpu_window is not None:
        used = f"{seen.cpu:.0%} of a core" if seen.cpu >= 0.005 else "no CPU"
        said.append(f"used {used} in the last {duration(seen.cpu_window)}")
    usual = "cadence not known yet" if seen.gap is None else f"usually every {duration(seen.gap)}"
    said.append(f"limit {duration(limit)} ({usual})")
    return tuple(said)


def _process(state: str | None) -> str:
    if state is None:
        return "no process"
    return f"process {state} ({_PROCESS.get(state, 'unknown')})"


def duration(seconds: float) -> str:
    """Real time in its natural unit."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
