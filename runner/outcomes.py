"""Outcomes of a request: types instead of booleans, so that a page can show what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from core.language import Message, literal

if TYPE_CHECKING:
    from datetime import datetime

    from core.errors import TrainweekError
    from runner.records import Job

Saved = TypeVar("Saved")
_NO_REMEDY = literal("")


@dataclass(frozen=True)
class Submitted:
    """The request is in the store; the runner will start the job."""

    job: Job


@dataclass(frozen=True)
class AlreadyRunning:
    """A job of that kind is waiting or running: requested by whom, since when."""

    job: Job
    by: str
    since: datetime


@dataclass(frozen=True)
class Refused:
    """The request was not carried out, and nothing was changed."""

    reason: Message
    remedy: Message = _NO_REMEDY

    @classmethod
    def by(cls, error: TrainweekError) -> Refused:
        """The refusal with this error's message and remedy."""
        return cls(literal(error.what), literal(error.remedy))


@dataclass(frozen=True)
class Denied(Refused):
    """Refused since the person lacks a right that only the state of the week asks for."""


@dataclass(frozen=True)
class Recorded(Generic[Saved]):
    """The record is committed to ledger and store."""

    record: Saved


@dataclass(frozen=True)
class Conflict(Generic[Saved]):
    """Someone else saved first. Nothing was overwritten."""

    existing: Saved
    reason: Message
