"""What an executor asks of an engine such as Slurm: to submit, to list, to cancel. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.playbook.placement import Placement
    from core.vocabulary import EngineState


class EngineUnreachable(Exception):
    """The engine gave no answer: nothing is known, and what was asked may have been done."""


@dataclass(frozen=True)
class EngineJob:
    """One job as the engine lists it."""

    attempt_id: str
    number: str  # the engine's own
    state: EngineState  # WAITING, RUNNING or ENDED
    said: Message  # in the engine's words: waiting: Resources
    began: bool  # it was given a node: a process of it may exist


@dataclass(frozen=True)
class Submission:
    """What is submitted: a command without a shell, under the attempt's id."""

    attempt_id: str
    command: Sequence[str]
    folder: Path
    cwd: Path
    placement: Placement
    warning_s: float  # SIGTERM so long before the time limit


class Engine(Protocol):
    """An engine that places and kills. Each call may take seconds, so none is made in a tick."""

    name: str
    limits_time: bool  # else the keeper on the node does

    def submit(self, wanted: Submission) -> str:
        """Submit it once, never to be repeated by the engine; returns the engine's number.

        :raises EngineUnreachable: no answer; it may have been accepted.
        :raises TrainweekError: it was refused; names the setting.
        """

    def jobs(self) -> Sequence[EngineJob]:
        """Every job of ours that the engine still knows, of any data directory.

        :raises EngineUnreachable: no answer.
        """

    def try_out(self, placement: Placement) -> None:
        """Ask whether it would take a job with these resources. Nothing is submitted.

        :raises EngineUnreachable: no answer.
        :raises TrainweekError: it would not, or not on any node; names the setting.
        """

    def cancel(self, number: str) -> None:
        """Have it ended.

        :raises EngineUnreachable: no answer.
        """


def waits_for_ever(reason: Message | str) -> Message:
    """The word about a job that does not start until somebody changes cluster or playbook."""
    return Message(
        "waiting: {reason}. It will not start like this: change training.placements or the"
        " cluster.",
        reason=reason,
    )
