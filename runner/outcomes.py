"""What came of a request. Types, not booleans: the page shows what really happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from runner.records import Job

Saved = TypeVar("Saved")


@dataclass(frozen=True)
class Submitted:
    """The request is in the store; the runner will start the job."""

    job: Job


@dataclass(frozen=True)
class AlreadyRunning:
    """A job of that kind is waiting or alive: started by whom, since when."""

    job: Job
    by: str
    since: datetime


@dataclass(frozen=True)
class Refused:
    """Not done, and nothing was changed."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Recorded(Generic[Saved]):
    """It is committed to ledger and store."""

    record: Saved


@dataclass(frozen=True)
class Conflict(Generic[Saved]):
    """Somebody else was there first; nothing was overwritten."""

    existing: Saved
    reason: str
