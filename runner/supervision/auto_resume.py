"""Whether an interrupted training run is resumed automatically, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from core.language import Message, plural
from core.ledger_bodies import JobChanged, readable_body
from core.vocabulary import JobKind, JobState
from runner.files import read_json
from runner.store import queries, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from core.paths import Home
    from runner.settings import Settings

# Failures of the machine. A failure of the trainer itself (FAILED) waits for a person, and a
# revalidation is never repeated automatically: that would select a verdict by luck.
_RESUMED = frozenset({JobState.INTERRUPTED, JobState.LOST})
# A reproduction begins again at step 0; what it compares with is fixed, so nothing is chosen. A twin
# run keeps the arms that have ended, and its verdict is of all of them.
_REPEATED = frozenset({JobKind.TRAIN, JobKind.REPRODUCE, JobKind.TWIN})
_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class ResumeAt:
    """The run is resumed automatically at this time (real)."""

    at: datetime


@dataclass(frozen=True)
class NotResumed:
    """The run is not resumed automatically; ``why`` is None if no resume is expected."""

    why: Message | None = None


def resume(
    connection: Connection,
    home: Home,
    settings: Settings,
    row: Row,
    state: JobState,
    now: datetime,
    chance: Callable[[], float],
) -> ResumeAt | NotResumed:
    """Decide after an attempt that has just ended in ``state`` (which is saved already).

    The wait doubles with each attempt that ran for less than ``healthy_s``, up to the
    cap, and is spread by ``backoff_jitter``.

    :param chance: returns a number in [0, 1).
    """
    if row.kind not in _REPEATED or state not in _RESUMED or row.stop_requested_at is not None:
        return NotResumed()
    if not settings.automatic_resume:
        return NotResumed(Message("Automatic resume is switched off."))
    if held := queries.blocking_incident(connection, row.week_id):
        return NotResumed(
            Message(
                "The open incident {procedure!r} blocks the automatic resume.",
                procedure=held.procedure,
            )
        )
    attempts = _newest_first(connection, row.id)
    step = _last_step(home, attempts[0])
    # An INTERRUPTED attempt does not count: a reboot says nothing about this step.
    twice = [attempt.state for attempt in attempts[:2]] == [JobState.LOST] * 2
    if twice and step is not None and step == _last_step(home, attempts[1]):
        return NotResumed(
            Message(
                "It was lost twice at step {step:,}, so it is not resumed automatically."
                " Check it, then resume it.",
                step=step,
            )
        )
    if _resumes_since(connection, row.id, now - _DAY) >= settings.resumes_a_day:
        return NotResumed(
            plural(
                "It was resumed {n} time in 24 h, so it is not resumed automatically again."
                " Check it, then resume it.",
                "It was resumed {n} times in 24 h, so it is not resumed automatically again."
                " Check it, then resume it.",
                settings.resumes_a_day,
            )
        )
    short = _short_attempts(attempts, settings.healthy_s)
    wait = min(settings.backoff_s * 2 ** max(0, short - 1), settings.backoff_cap_s)
    wait *= 1 + settings.backoff_jitter * (2 * chance() - 1)
    return ResumeAt(now + timedelta(seconds=wait))


def _newest_first(connection: Connection, job_id: str) -> list[Row]:
    table = schema.attempts
    return list(
        connection.execute(
            select(table).where(table.c.job_id == job_id).order_by(table.c.number.desc())
        )
    )


def _short_attempts(attempts: list[Row], healthy_s: float) -> int:
    """How many of the newest attempts in a row the machine ended within ``healthy_s``."""
    for count, attempt in enumerate(attempts):
        duration = (attempt.ended_at - attempt.started_at).total_seconds()
        if attempt.state not in _RESUMED or duration >= healthy_s:
            return count
    return len(attempts)


def _last_step(home: Home, attempt: Row) -> int | None:
    """The last step that the attempt reported; None if it reported none."""
    step = (read_json(home.root / attempt.folder / "progress.json") or {}).get("steps")
    return step if isinstance(step, int) else None


def _resumes_since(connection: Connection, job_id: str, since: datetime) -> int:
    table = schema.ledger
    recent = connection.execute(
        select(table.c.body).where(table.c.kind == JobChanged.kind, table.c.at > since)
    ).scalars()
    bodies = (readable_body(JobChanged.kind, raw) for raw in recent)
    return sum(
        isinstance(body, JobChanged) and body.job_id == job_id and body.resumes for body in bodies
    )
