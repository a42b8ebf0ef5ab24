"""What a test expects to be there, without the None or the refusal that its type allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from runner.outcomes import AlreadyRunning, Conflict, Recorded, Refused, Submitted

if TYPE_CHECKING:
    from core.ledger_bodies import Body
    from runner.records import Job, LedgerEntry

T = TypeVar("T")
B = TypeVar("B", bound="Body")


def present(value: T | None) -> T:
    """The value, which is not None."""
    assert value is not None
    return value


def recorded(outcome: Recorded[T] | Conflict[Any] | Refused) -> T:
    """The record that was saved."""
    assert isinstance(outcome, Recorded), outcome
    return outcome.record


def body_of(entry: LedgerEntry, model: type[B]) -> B:
    """The body of a line of the ledger, of this kind and action."""
    assert isinstance(entry.body, model), entry
    return entry.body


def job_of(outcome: Submitted | AlreadyRunning | Refused) -> Job:
    """The job that was asked for, or that was there already."""
    assert not isinstance(outcome, Refused), outcome
    return outcome.job


def refused(outcome: object) -> Refused:
    """The refusal."""
    assert isinstance(outcome, Refused), outcome
    return outcome
