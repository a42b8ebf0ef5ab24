"""What a training report tells: the values of one run at one moment, gathered by the runner."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.checks.judgement import Judgement
    from core.clock import Clock
    from core.diagnosis import Finding
    from core.facts import LogFacts
    from core.language import Message
    from core.playbook.text import Readable
    from core.reading import Reading
    from core.telemetry import Series
    from core.vocabulary import ItemState, JobState, SlotState, TrainingStatus, Verdict


@dataclass(frozen=True)
class Curve:
    """One chart.

    :ivar limits: lines with how they are written: ``(0.01, "limit < 0.01")``.
    :ivar tag: that was logged; empty: it is measured.
    :ivar nothing: said in place of a curve without points.
    """

    title: Message
    tag: str
    points: Series
    unit: str = ""
    limits: tuple[tuple[float, Message], ...] = ()
    nothing: str = ""


class Happened(StrEnum):
    """What happened to a run."""

    RESTART = "restart"
    SETTING = "setting"
    INCIDENT = "incident"
    FINDING = "finding"
    NOTE = "note"


@dataclass(frozen=True)
class Event:
    """Something that happened, marked on every curve.

    :ivar step: of the run; None: before its first event, or after the last one.
    :ivar at: real time; None: not known.
    :ivar title: of the incident or the finding.
    """

    kind: Happened
    text: Message
    step: float | None = None
    at: datetime | None = None
    title: Readable | None = None


@dataclass(frozen=True)
class Ticked:
    """A person's confirmation of a check.

    :ivar at: real time.
    """

    by: str
    at: datetime
    seen: Verdict
    note: str = ""
    verified: bool = True


@dataclass(frozen=True)
class Check:
    """One check of a slot, as it is judged; and who confirmed it."""

    title: Readable
    judgement: Judgement
    tick: Ticked | None = None


@dataclass(frozen=True)
class Slot:
    """A slot of the week.

    :ivar at: when it is due, in week time.
    :ivar notes: people's notes on it, with who wrote them.
    """

    title: Readable
    at: datetime
    state: SlotState
    checks: tuple[Check, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FoundScenario:
    """A finding with its scenario's title.

    :ivar began: real time of the step since which it holds; None: not known.
    :ivar acknowledged: who took its alert on, and the real time.
    """

    title: Readable
    finding: Finding
    began: datetime | None = None
    acknowledged: tuple[str, datetime] | None = None


@dataclass(frozen=True)
class Action:
    """An action of an incident. ``at`` is real time."""

    text: Readable
    state: ItemState
    by: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class OpenedIncident:
    """An incident with its actions. All times are real."""

    title: Readable
    summary: str
    opened_by: str
    opened_at: datetime
    actions: tuple[Action, ...] = ()
    acknowledged: tuple[str, datetime] | None = None
    closed: tuple[str, datetime] | None = None
    close_reason: str = ""
    evidence: str = ""  # path of what was kept


@dataclass(frozen=True)
class Attempted:
    """One process of the run. All times are real."""

    number: int
    state: JobState
    reason: str
    by: str
    started: datetime
    ended: datetime | None
    exit_code: int | None


@dataclass(frozen=True)
class KeptModel:
    """The best model of the run, with its manifest."""

    path: str
    sha256: str
    step: int | None
    manifest: Mapping[str, Any]
    in_use: bool = False
    placed: Message | None = None  # by whom it was put in use


@dataclass(frozen=True)
class TrainingFacts:
    """One run, its week and what people did about it. Moments are real times unless said otherwise.

    :ivar limited: whether a manual's limits hold for it; False: it is only watched.
    :ivar elsewhere: slots of the week that are about another run.
    :ivar to_come: slots whose time has not come.
    :ivar clear: titles of the scenarios that don't apply.
    """

    run: str
    week: str
    as_of: datetime
    clock: Clock
    status: TrainingStatus
    started: datetime
    ended: datetime | None
    total_steps: int
    source: str
    reason: str = ""
    in_progress: bool = False
    process_known: bool = True
    limited: bool = True
    synthetic: bool = False
    tag: str = ""
    symbol: str = ""
    note: str = ""
    steps: int | None = None
    readings: tuple[tuple[Message, Reading], ...] = ()
    curves: tuple[Curve, ...] = ()
    events: tuple[Event, ...] = ()
    slots: tuple[Slot, ...] = ()
    elsewhere: int = 0
    to_come: int = 0
    findings: tuple[FoundScenario, ...] = ()
    clear: tuple[Readable, ...] = ()
    incidents: tuple[OpenedIncident, ...] = ()
    attempts: tuple[Attempted, ...] = ()
    log: LogFacts | None = None
    problems: tuple[Message, ...] = ()  # of the event files
    settings: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    model: KeptModel | None = None
    no_model: str = ""  # why there is none
    decision: str = ""  # on its model
    playbook: str = ""
    playbook_sha256: str = ""
