"""The facts of a moment: the only input of a judgement.

The runner gathers facts from files and store (``runner.week.facts``); the checks
judge them. A fact that could not be read is None, and a check that needs it says
UNKNOWN or PENDING, never PASS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.language import Message
from core.liveness import SUSPICIOUS, Limits, Silence, silence_of
from core.telemetry.readings import of_newest_attempt, pace_series
from core.vocabulary import LIVE_TRAINING, JobState, TrainingStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.clock import Clock
    from core.telemetry import RunEvents


@dataclass(frozen=True)
class RunFacts:
    """The run at ``Facts.as_of``, from its files and its job."""

    name: str
    status: TrainingStatus
    reason: str  # one sentence: why it has this status; "" if healthy; may be a Message
    started: datetime  # real
    ended: datetime | None  # real; None while it runs
    total_steps: int
    reader: RunEvents | None  # as read once; None: no event folder
    until: datetime  # real; series are read up to here, windows end here
    source: str  # folder of the event files, relative to the home
    attempts: int = 1
    attempt_started: datetime | None = None  # real, of the newest attempt; None: unknown
    resumed_from: int | None = None  # step at which the newest attempt began; None: unknown
    limits: Limits = field(default_factory=Limits)  # how long a silence of it may last
    # one message for each earlier process of the week that had crashed by then
    earlier_crashes: tuple[str, ...] = ()
    # whether its process is known; files alone don't show that one is running
    process_known: bool = True
    # whether a process could be looked for; if not, a silence may be the run's end
    writer_known: bool = True
    present: datetime | None = None  # real; only where events are dated after it
    frozen: Message | None = None  # why its process can't continue by itself, seen at ``until``
    # why nobody can say whether it runs: what engine and node said last, each with its age
    out_of_sight: Message | None = None

    def waits_for_attempt(self, until: datetime) -> bool:
        """True while the newest process has not written its first scalar."""
        if self.reader is None:
            return True
        unix = until.timestamp()
        if self.attempt_started is not None:  # an earlier attempt may have written nothing
            last = self.reader.last_event(unix)
            if last is not None and last.wall >= self.attempt_started.timestamp():
                return False
        return self.attempts > max(1, len(self.reader.attempts_until(unix)))

    def resumed_silently(self, until: datetime) -> Message | None:
        """That all events are of ended attempts: the newest one has begun, and logged nothing.

        None: it has logged, or is the first one, or has ended.
        """
        if self.status is not TrainingStatus.RUNNING or self.attempts <= 1:
            return None
        if not self.waits_for_attempt(until):
            return None
        if self.resumed_from is None:
            return Message("resumed, no event yet")
        return Message("resumed from step {step:,}, no event yet", step=self.resumed_from)

    def silence_at(self, until: datetime, clock: Clock) -> Silence:
        """The newest attempt's silence at a real moment."""
        since = self.attempt_started
        if since is None and self.attempts <= 1:
            since = self.started
        last = None if self.reader is None else self.reader.last_event(until.timestamp())
        if self.reader is None or last is None or self.waits_for_attempt(until):
            newest = None if last is None else last.wall
            return silence_of((), until, clock, self.limits, since, newest)
        pace = of_newest_attempt(self.reader, pace_series(self.reader, until), until)
        return silence_of(pace.wall, until, clock, self.limits, since, last.wall)


@dataclass(frozen=True)
class LogFacts:
    """Lines of training.log up to ``Facts.as_of``."""

    path: str
    exists: bool
    errors: tuple[str, ...] = ()  # [ERROR] lines
    warnings: tuple[str, ...] = ()  # [WARN] lines
    issues: tuple[str, ...] = ()  # [ISSUE] lines
    last_line_at: datetime | None = None  # real


@dataclass(frozen=True)
class JobFacts:
    """The newest job of a kind, with the result file it wrote."""

    id: str
    state: JobState
    reason: str
    ended: datetime | None  # real
    result: Mapping[str, Any] | None  # result.json; None: absent or unreadable
    source: str
    progress: Mapping[str, Any] | None = None  # progress.json, while it is in progress
    command_replaced: bool = False  # the playbook's training.command has changed since it began


@dataclass(frozen=True)
class Facts:
    """All that is known at ``as_of``."""

    as_of: datetime  # week time of the judgement (a slot's own moment)
    as_of_real: datetime | None  # real time of it; None: not reached yet
    launch: datetime  # week time
    clock: Clock
    created: datetime | None = None  # week time at which the week was created; None: before it
    run: RunFacts | None = None  # None: no run of this week was started
    log: LogFacts | None = None
    preflight: JobFacts | None = None
    data_check: JobFacts | None = None
    backup: JobFacts | None = None
    revalidation: JobFacts | None = None
    runner_alive: bool | None = False  # None: of a past moment, not recorded
    open_incidents: tuple[str, ...] = ()  # ids of procedures: crash, performance, data
    disk_free_bytes: int | None = None
    model_bytes: int | None = None  # size of models/ppo_phase4
    # reports of the revalidation: name -> path relative to the home, only what exists
    reports: Mapping[str, str] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None  # decision.json of the latest revalidation
    synthetic: bool = False
    # cache of results derived from these facts; see diagnose()
    derived: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def silence(self) -> Silence | None:
        """How long the run has shown no progress; None if none is expected.

        None is expected of a run that has ended or completed its steps.
        """
        run = self.run
        if run is None or run.status not in LIVE_TRAINING:
            return None
        if run.reader is not None:
            done = pace_series(run.reader, run.until)
            if len(done) and done.step[-1] >= run.total_steps:
                return None
        return run.silence_at(run.until, self.clock)

    @property
    def without_progress(self) -> bool:
        """Whether a run that should make progress makes none: stalled, or a frozen process."""
        stalled = self.silence is not None and self.silence.stalled
        return stalled or (self.run is not None and self.run.frozen is not None)

    @property
    def log_outlives_events(self) -> bool:
        """Whether the trainer still writes its log although its events stopped: it is not silent.

        One line after the last event proves nothing: half of the limit, or of a shorter
        silence that the playbook calls hung, does.
        """
        silence, log, run = self.silence, self.log, self.run
        # [ISSUE] lines may be written about a silent trainer, not by it.
        if silence is None or run is None or log is None or log.issues or log.last_line_at is None:
            return False
        quiet = (run.until - log.last_line_at).total_seconds()
        ahead = silence.seconds - quiet
        enough = SUSPICIOUS * min(silence.limit, silence.seconds)
        return silence.stalled and quiet <= silence.limit and ahead > enough

    @property
    def reached(self) -> bool:
        """False while the judged moment is in the future."""
        return self.as_of_real is not None
