"""Waiting and live jobs, read again only after a write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from core.language import Message
from core.vocabulary import ACTIVE_STATES
from runner.executors.executor import Handle
from runner.store import Store, schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.paths import Home


@dataclass(frozen=True)
class ActiveSnapshot:
    """Active jobs in one read transaction."""

    jobs: tuple[Row, ...]  # waiting or live, oldest first
    attempts: Mapping[str, Row]  # job id -> its newest attempt
    epoch: int  # of the newest runner

    @property
    def begun(self) -> list[tuple[Row, Row]]:
        """The jobs that have an attempt, each with its newest."""
        return [(job, self.attempts[job.id]) for job in self.jobs if job.id in self.attempts]


def handle_of(home: Home, attempt: Row) -> Handle:
    """The attempt as executors know it, with what the record says of its machine."""
    gone = None
    if attempt.gone_by is not None:
        gone = Message(
            "{by} said that its machine is gone: {reason}",
            by=attempt.gone_by,
            reason=attempt.gone_reason,
        )
    folder = home.root / attempt.folder
    return Handle(attempt.attempt_id, folder, attempt.machine, attempt.host, gone)


class ActiveJobs:
    """The jobs that a runner supervises.

    No row changes without a line in the ledger, so while the ledger has the same size the
    snapshot is valid: a read costs one ``stat``.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._snapshot: ActiveSnapshot | None = None
        self._size = -1  # of the ledger at the snapshot

    def read(self) -> ActiveSnapshot:
        """The present snapshot."""
        size = self.store.written()
        if self._snapshot is None or size != self._size:
            self._snapshot, end = self._read()
            # A line is written before its commit: only equal ends mean that the rows have it.
            self._size = size if end == size else -1
        return self._snapshot

    def _read(self) -> tuple[ActiveSnapshot, int]:
        jobs, attempts, ledger = schema.jobs, schema.attempts, schema.ledger
        runners = schema.runners
        with self.store.read() as connection:
            rows = connection.execute(
                select(jobs).where(jobs.c.state.in_(ACTIVE_STATES)).order_by(jobs.c.seq)
            ).all()
            newest = connection.execute(
                select(attempts, runners.c.host, runners.c.machine)
                .join(runners, attempts.c.epoch == runners.c.epoch, isouter=True)
                .join(
                    jobs, (attempts.c.job_id == jobs.c.id) & (attempts.c.number == jobs.c.attempt)
                )
                .where(jobs.c.state.in_(ACTIVE_STATES))
            )
            snapshot = ActiveSnapshot(
                tuple(rows), {row.job_id: row for row in newest}, self.store.epoch(connection)
            )
            end = connection.scalar(select(ledger.c.end).order_by(ledger.c.seq.desc()).limit(1))
        return snapshot, end or 0
