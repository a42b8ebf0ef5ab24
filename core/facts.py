"""What is known at a moment: the only input of a judgement.

The runner gathers facts from files and store (``runner.week.facts``); the checks
judge them. A fact that could not be read is None, and a check that needs it says
UNKNOWN or PENDING, never PASS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock
from core.telemetry import RunEvents
from core.vocabulary import JobState, TrainingStatus


@dataclass(frozen=True)
class RunFacts:
    """The training as its files and its job show it at ``Facts.as_of``."""

    name: str
    status: TrainingStatus
    reason: str  # one sentence: why the status is so ("" while all is well)
    started: datetime  # real
    ended: datetime | None  # real; None while it runs
    total_steps: int
    reader: RunEvents | None  # as read once; None: no event folder
    until: datetime  # real; series are read up to here, windows end here
    source: str  # where the event files lie, relative to the home
    attempts: int = 1
    # one sentence for each earlier training process of the week that had crashed by then
    earlier_crashes: tuple[str, ...] = ()
    # whether somebody knows of the process; files alone don't say that one is at work
    process_known: bool = True


@dataclass(frozen=True)
class LogFacts:
    """What training.log says up to ``Facts.as_of``."""

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


@dataclass(frozen=True)
class Facts:
    """All that may be known at ``as_of``."""

    as_of: datetime  # week time of the judgement (a slot's own moment)
    as_of_real: datetime | None  # real time of it; None: the clock has not come so far
    launch: datetime  # week time
    clock: Clock
    run: RunFacts | None = None  # None: no training of this week was started
    log: LogFacts | None = None
    preflight: JobFacts | None = None
    data_check: JobFacts | None = None
    backup: JobFacts | None = None
    revalidation: JobFacts | None = None
    runner_alive: bool = False
    open_incidents: tuple[str, ...] = ()  # ids of procedures: crash, performance, data
    disk_free_bytes: int | None = None
    model_bytes: int | None = None  # size of models/ppo_phase4
    # reports of the revalidation: name -> path relative to the home, only what exists
    reports: Mapping[str, str] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None  # decision.json of the latest revalidation
    synthetic: bool = False
    # what was concluded from these facts, so that it is concluded once; see diagnose()
    derived: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def reached(self) -> bool:
        """False while the judged moment still lies ahead."""
        return self.as_of_real is not None

    @property
    def since_launch(self) -> timedelta:
        return self.as_of - self.launch
