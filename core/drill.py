"""A drill: a fault that is played into a scratch week, so that the team practises what to do.

Nothing of it is real, and it says so everywhere: ``is_drill`` of :mod:`core.drill_paths` knows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.json_model import JsonModel, Moment
from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

DRILL = Message("DRILL:")
NOT_REAL = Message("This is a drill: the fault is played, no real run is affected.")


class DrillKind(StrEnum):
    """The faults that can be played."""

    STALL = "stall"  # the trainer's process is stopped
    KL = "kl"  # its learning rate is turned up a hundredfold
    CRASH = "crash"  # it ends with a traceback
    NO_METRICS = "no-metrics"  # it goes on, without writing events
    COLLAPSE = "collapse"  # it acts at random from here on, and learns no more


# Scenarios of the diagnosis that name the fault; the first is what the report calls it.
CAUSES: Mapping[DrillKind, tuple[str, ...]] = {
    DrillKind.STALL: ("hung",),
    DrillKind.KL: ("kl_explosion",),
    DrillKind.CRASH: ("crash",),
    DrillKind.NO_METRICS: ("logging_broken", "no_metrics"),
    DrillKind.COLLAPSE: ("exploration_blowup", "collapse", "policy_dead"),
}
# The procedure that a person opens for it, which names the cause as well.
PROCEDURES: Mapping[DrillKind, str] = {
    DrillKind.STALL: "unresponsive",
    DrillKind.KL: "performance",
    DrillKind.CRASH: "crash",
    DrillKind.COLLAPSE: "performance",
}


class DrillMark(JsonModel):
    """The file that makes a data directory a drill's.

    :ivar port: of its pages; None: headless.
    :ivar send: messages go to the team's real channels.
    """

    id: str
    kind: DrillKind
    by: str
    started_at: Moment
    port: int | None = None
    send: bool = False
    ended_at: Moment | None = None


class Fault(JsonModel):
    """A fault as it is ordered, and as it was played: into which attempt, when, at which step."""

    kind: DrillKind
    job: str
    attempt: int
    at: Moment
    step: int | None = None


class NamedCause(JsonModel):
    """What a person took for the cause."""

    scenario: str
    by: str
    at: Moment
