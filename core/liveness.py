"""Whether a run makes progress: one rule for silence and stall, for files and live processes.

Status, findings, checks, watcher and pages use :class:`Silence`. Its *learned* limit is in real
time: on 376 public runs ``max(10 min, 20 median gaps)`` gave no false alarm, about twelve times
sooner than two hours. The *playbook's* is in week time: ``hours`` of its scenario ``hung``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal
from core.process_state import GONE, STOPPED, frozen, process_state
from core.state_words import capitals
from core.timestamps import age_text, duration
from core.vocabulary import ENDED_STATES, JobState, Liveness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import dtype, ndarray

    from core.clock import Clock
    from core.engine_words import EngineWords
    from core.playbook import Playbook

    Moments = Sequence[float] | ndarray[tuple[Any, ...], dtype[Any]]

MIN_SILENCE = 600.0  # real seconds: a shorter silence is never a stall
GAPS = 20.0  # usual gaps of the run: a shorter silence is never a stall either
GAP_POINTS = 50  # newest points that the usual gap is taken from
WARMING_UP = 3  # times MIN_SILENCE while there is no cadence: imports, the first rollout
GRACE = WARMING_UP * MIN_SILENCE
HUNG_HOURS = 2.0  # week time: the manual's, if the playbook has none
PAUSE_GAPS = 10.0  # usual gaps: no public run continued after a longer silence
SUSPICIOUS = 0.5  # share of the learned limit
BUSY = 0.05  # share of one core: a deadlocked process uses less


@dataclass(frozen=True)
class Limits:
    """How long a silence may last."""

    least: float = MIN_SILENCE  # real seconds
    gaps: float = GAPS  # usual gaps of the run
    hours: float = HUNG_HOURS  # week time
    pauses: float = PAUSE_GAPS  # usual gaps; in a shorter silence the hours don't count

    @classmethod
    def of(cls, playbook: Playbook, least: float = MIN_SILENCE, gaps: float = GAPS) -> Limits:
        """The limits under a playbook: ``hours`` of its scenario ``hung``."""
        return cls(least, gaps, playbook.scenario_limit("hung", "hours", HUNG_HOURS))


@dataclass(frozen=True)
class Silence:
    """How long a run has shown no progress, and how long it may.

    Seconds are real time, hours are week time.
    """

    seconds: float
    hours: float = 0.0  # the same silence in week time
    gap: float | None = None  # the usual time between two progress signals
    lead: float | None = None  # time until the first signal; used while there is no gap
    starting: bool = True  # without a gap it may still be importing, or in its first rollout
    limits: Limits = field(default_factory=Limits)

    @property
    def rhythm(self) -> float | None:
        """The usual time between two progress signals, in seconds; None: unknown."""
        return self.gap if self.gap is not None else self.lead

    @property
    def limit(self) -> float:
        """The learned stall threshold, in real seconds."""
        learned = max(self.limits.least, self.limits.gaps * (self.rhythm or 0.0))
        if self.gap is None and self.starting:
            return max(WARMING_UP * self.limits.least, learned)
        return learned

    @property
    def pause(self) -> float:
        """Real seconds up to which a silence is only a pause, whatever the week's clock says.

        On a fast clock the playbook's hours can be shorter than one iteration, or than the
        run's own logging interval.
        """
        if self.rhythm is None:
            return self.limits.least
        return self.limits.pauses * self.rhythm

    @property
    def hung(self) -> bool:
        """Whether it has lasted for the playbook's hours."""
        return self.hours >= self.limits.hours and self.seconds > self.pause

    @property
    def stalled(self) -> bool:
        """Whether it exceeds either limit."""
        return self.hung or self.seconds > self.limit

    @property
    def liveness(self) -> Liveness:
        """WORKING, QUIET or STALLED."""
        if self.stalled:
            return Liveness.STALLED
        quiet = self.seconds > SUSPICIOUS * self.limit
        return Liveness.QUIET if quiet else Liveness.WORKING

    @property
    def length(self) -> Message:
        """Its duration, in week time if the playbook's limit is exceeded."""
        if not self.hung:
            return literal(age_text(self.seconds))
        if self.hours >= 48:
            return Message("{days:.1f} d of week time", days=self.hours / 24)
        return Message("{hours:.1f} h of week time", hours=self.hours)

    @property
    def threshold(self) -> Message:
        """The limit that it exceeds, otherwise the learned one."""
        if self.hung:
            return Message("the playbook allows {hours:g} h: hung.hours", hours=self.limits.hours)
        return self.learned

    @property
    def learned(self) -> Message:
        """The learned limit, and where it comes from: it changes with the run's cadence."""
        limit, least = duration(self.limit), self.limits.gaps * (self.rhythm or 0.0)
        if self.rhythm is None or (self.gap is None and self.limit > least):
            return Message("stall threshold {limit}: usual interval not known yet", limit=limit)
        gap, times = duration(self.rhythm), self.limits.gaps
        if self.limit > least:
            return Message(
                "stall threshold {limit}: the minimum, usual interval {gap}", limit=limit, gap=gap
            )
        return Message(
            "stall threshold {limit}: {times:g} × the usual interval of {gap}",
            limit=limit, times=times, gap=gap,
        )  # fmt: skip

    @property
    def text(self) -> Message:
        """The silence with its limit, as part of a sentence."""
        return Message(
            "no progress for {length} ({threshold})", length=self.length, threshold=self.threshold
        )


def usual_gap(moments: Moments) -> float | None:
    """Median real seconds between recent progress signals; None with fewer than three.

    :param moments: seconds, in the order of the signals; steps back are left out.
    """
    recent = moments[-GAP_POINTS - 1 :]
    gaps = [later - before for before, later in itertools.pairwise(recent)]
    gaps = [gap for gap in gaps if gap > 0]
    return float(median(gaps)) if len(gaps) >= 2 else None


def learned_gap(moments: Moments) -> float | None:
    """:func:`usual_gap`, or with two signals the gap between them."""
    if len(moments) == 2 and moments[1] > moments[0]:
        return float(moments[1] - moments[0])
    return usual_gap(moments)


def silence_of(
    moments: Moments,
    until: datetime,
    clock: Clock,
    limits: Limits,
    since: datetime | None = None,
    newest: float | None = None,
) -> Silence:
    """The silence at a real moment, from the times of a run's progress signals.

    :param moments: unix seconds of the signals, in their order.
    :param since: when the attempt began (real); None: unknown.
    :param newest: the newest signal, if it is not the last of ``moments``.
    """
    start = None if since is None else since.timestamp()
    last = newest if newest is not None else (float(moments[-1]) if len(moments) else None)
    known = [moment for moment in (start, last) if moment is not None]
    seconds = max(0.0, until.timestamp() - max(known, default=until.timestamp()))
    hours = clock.week_hours(until - timedelta(seconds=seconds), until)
    lead = None if start is None or not len(moments) else max(0.0, float(moments[0]) - start)
    return Silence(seconds, hours, learned_gap(moments), lead, limits=limits)


@dataclass(frozen=True)
class Vitals:
    """Measurements of an attempt at one moment. Ages are real seconds; None: unknown."""

    state: JobState
    process: str | None  # its state as in /proc: R, S, D, T, Z; None: there is no process
    age: float  # of the attempt
    process_age: float | None = None  # since the process entered that state
    step: int | None = None
    step_age: float | None = None  # since the number of steps went up
    event_age: float | None = None  # since an event file grew
    checkpoint_age: float | None = None  # since a checkpoint was written
    cpu: float | None = None  # cores that its tree used since the previous reading
    cpu_window: float | None = None  # how long ago that reading was
    gap: float | None = None  # the usual time between two progress signals
    quiet_hours: float | None = None  # week time since the last progress signal
    words: EngineWords | None = None  # of an attempt on another machine


@dataclass(frozen=True)
class Pulse:
    """A judgement of liveness, with its evidence."""

    liveness: Liveness
    evidence: tuple[Message, ...]
    silence: float | None = None  # real seconds since the last progress signal
    limit: float | None = None  # the learned limit
    frozen: Message | None = None  # why the process can't continue by itself
    aging: tuple[Message, ...] = ()  # the part of the evidence that is an age
    words: EngineWords | None = None  # of an attempt on another machine

    @property
    def lasting(self) -> Message:
        """The evidence without its ages, for a text that stays true while they grow."""
        return joined([each for each in self.evidence if each not in self.aging], "; ")

    @property
    def text(self) -> Message:
        """The evidence in one line."""
        return joined(self.evidence, "; ")


def judge_liveness(seen: Vitals, limits: Limits | None = None) -> Pulse:
    """DONE or DEAD from the state and the process, otherwise from the silence of all signals.

    A process can hang for weeks, and a file that doesn't grow may only be slow: no single
    signal is enough. Only a process that can't continue by itself is STALLED at once.
    """
    if seen.state in ENDED_STATES:
        well = seen.state in (JobState.SUCCEEDED, JobState.STOPPED)
        ended = Liveness.DONE if well else Liveness.DEAD
        return Pulse(ended, (Message("ended {state}", state=capitals(seen.state)),))
    apart = None if seen.words is None else seen.words.liveness
    if apart is None and (seen.process is None or seen.process in GONE):
        return Pulse(Liveness.DEAD, (process_state(seen.process),))
    silence = vital_silence(seen, limits or Limits())
    found, aging = silence.liveness, _aging(seen, silence)
    if seen.words and apart is not None:
        aging = (*seen.words.evidence, *aging)
        return Pulse(apart, aging, silence.seconds, silence.limit, None, aging, seen.words)
    evidence = (*aging, *_lasting(seen, silence))
    if why := frozen(seen.process, seen.process_age):
        return Pulse(Liveness.STALLED, (why, *evidence), silence.seconds, silence.limit, why, aging)
    if found is Liveness.WORKING and seen.process in STOPPED:
        found = Liveness.QUIET
    return Pulse(found, evidence, silence.seconds, silence.limit, None, aging, seen.words)


def vital_silence(seen: Vitals, limits: Limits) -> Silence:
    """The silence of a process, since its newest progress signal."""
    signs = (seen.step_age, seen.event_age, seen.checkpoint_age)
    seconds = min((age for age in signs if age is not None), default=seen.age)
    busy = (seen.cpu or 0.0) >= BUSY
    return Silence(seconds, seen.quiet_hours or 0.0, seen.gap, starting=busy, limits=limits)


def _aging(seen: Vitals, silence: Silence) -> tuple[Message, ...]:
    said = []
    if seen.step_age is not None and seen.step is not None:
        age = age_text(seen.step_age)
        said.append(Message("no new step for {age} (at {step:,})", age=age, step=seen.step))
    elif seen.step_age is not None:
        said.append(Message("no new step for {age}", age=age_text(seen.step_age)))
    if seen.event_age is not None:
        said.append(Message("no new event for {age}", age=age_text(seen.event_age)))
    if seen.checkpoint_age is not None:
        said.append(Message("newest checkpoint {age} old", age=age_text(seen.checkpoint_age)))
    if not said:
        said.append(Message("no progress since its start {age} ago", age=age_text(seen.age)))
    if silence.hung:
        said.append(silence.text)
    return tuple(said)


def _lasting(seen: Vitals, silence: Silence) -> tuple[Message, ...]:
    said = [process_state(seen.process)]
    if seen.cpu is not None and seen.cpu_window is not None:
        window = age_text(seen.cpu_window)
        said.append(
            Message("used {cpu:.0%} of a core in the last {window}", cpu=seen.cpu, window=window)
            if seen.cpu >= 0.005
            else Message("used no CPU in the last {window}", window=window)
        )
    said.append(silence.learned)
    return tuple(said)
