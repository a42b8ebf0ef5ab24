"""The read side of the client: weeks, jobs, incidents, signatures, notes, activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from core.clock import Clock
from core.files import tail
from core.ledger_bodies.body import LedgerHead
from runner.client.base import BaseClient
from runner.files import read_json
from runner.home.runner_identity import runner_status
from runner.store import queries, record_queries, rows, schema
from runner.store.week_history import found_weeks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from core.errors import TrainweekError
    from core.liveness import Pulse
    from core.vocabulary import JobKind
    from core.week import Week
    from runner.records import (
        Attempt,
        Incident,
        Job,
        LedgerEntry,
        Note,
        RunnerStatus,
        Signature,
        Tick,
    )
    from runner.recovery.kept_verification import FoundProblem
    from runner.store.checkpoint import Checkpoint


class Reads(BaseClient):
    """Reads of the store and of the jobs' files. All work without a runner."""

    def weeks(self) -> list[Week]:
        """All weeks, ordered by launch time."""
        with self.store.read() as connection:
            return found_weeks(connection, select(schema.weeks).order_by(schema.weeks.c.launch))

    def damage(self) -> TrainweekError | None:
        """Why nothing can be saved, with the remedy; None if all is intact and writable."""
        return self.store.damage

    def ledger_head(self) -> LedgerHead | None:
        """The last line of the ledger; None before the first."""
        table = schema.ledger
        query = select(table.c.seq, table.c.sha256).order_by(table.c.seq.desc()).limit(1)
        with self.store.read() as connection:
            found = connection.execute(query).first()
        return None if found is None else LedgerHead(found.seq, found.sha256)

    def whole_verification(self) -> tuple[Checkpoint | None, FoundProblem | None, bool]:
        """When and up to where everything was verified last, what is known to be wrong since, and
        whether a later verification is missing.
        """
        from runner.recovery import kept_verification  # a list of jobs asks nothing of it

        now = self.now()
        last, problem = (
            kept_verification.whole_verification(self.home, now),
            kept_verification.found_problem(self.home),
        )
        return last, problem, kept_verification.verification_late(self.home, now)

    def active_week(self) -> Week | None:
        """The active week; None if there is none."""
        with self.store.read() as connection:
            return queries.active_week(connection)

    def weeks_in_progress(self) -> list[str]:
        """The ids of the weeks that the runner serves, the active one first."""
        weeks = schema.weeks
        query = select(weeks.c.id).where(weeks.c.active | weeks.c.beside)
        with self.store.read() as connection:
            ordered = query.order_by(weeks.c.active.desc(), weeks.c.launch, weeks.c.id)
            return list(connection.scalars(ordered))

    def week(self, week_id: str) -> Week | None:
        """A week by its id; None if it does not exist."""
        with self.store.read() as connection:
            return queries.week_by_id(connection, week_id)

    def clock(self, week_id: str) -> Clock:
        """The map between real time and this week's time."""
        with self.store.read() as connection:
            return queries.clock_of(connection, week_id)

    def now_week(self, week_id: str) -> datetime:
        """The present week time of this week; equal to real time except in a demo or a replay."""
        with self.store.read() as connection:
            return queries.week_moment(connection, week_id, self.now())

    def runner_status(self) -> RunnerStatus:
        """Whether a runner is alive, and the age of its last heartbeat in real seconds."""
        return runner_status(self.home, self.now())

    def jobs(
        self, kind: JobKind | None = None, week_id: str | None = None, limit: int = 50
    ) -> list[Job]:
        """Jobs, newest first, at most ``limit``; of all kinds and weeks by default."""
        with self.store.read() as connection:
            return record_queries.jobs(connection, kind, week_id, limit)

    def job(self, job_id: str) -> Job | None:
        """A job by its id; None if it does not exist."""
        with self.store.read() as connection:
            row = queries.job_by_id(connection, job_id)
            return None if row is None else rows.job_of(row)

    def live_job(self, kind: JobKind | None = None, week_id: str | None = None) -> Job | None:
        """The waiting or live job of this kind (with None: the oldest of any kind); None if there is none.

        :param week_id: only of this week; None: of any.
        """
        with self.store.read() as connection:
            row = queries.active_job(connection, kind, week_id)
            return None if row is None else rows.job_of(row)

    def latest_job(self, kind: JobKind, week_id: str | None = None) -> Job | None:
        """The newest job of this kind, in any state; None if there is none."""
        with self.store.read() as connection:
            row = queries.newest_job(connection, kind, week_id)
            return None if row is None else rows.job_of(row)

    def attempts(self, job_id: str) -> list[Attempt]:
        """The attempts of a job, in the order of their numbers."""
        with self.store.read() as connection:
            return record_queries.attempts(connection, job_id)

    def output_tail(self, job_id: str, lines: int = 100) -> str:
        """The end of the newest attempt's output: at most ``lines`` lines and 64 kB.

        Bytes that are not valid UTF-8 become replacement characters.
        """
        folder = self._newest_folder(job_id)
        return "" if folder is None else tail(folder / "output.log", lines)

    def progress(self, job_id: str) -> Mapping[str, Any] | None:
        """The newest attempt's progress.json; None if it is absent or unreadable."""
        return self._json(job_id, "progress.json")

    def pulse(self, job_id: str) -> Pulse | None:
        """Whether the job makes progress, with the evidence; None if it waits or does not exist."""
        with self.store.read() as connection:
            row = queries.job_by_id(connection, job_id)
            if row is None:
                return None
            attempts = record_queries.attempts(connection, job_id)
            clock = queries.clock_of(connection, row.week_id) if row.week_id else Clock()
            week = queries.week_by_id(connection, row.week_id) if row.week_id else None
        playbook = None if week is None else week.playbook
        from runner.liveness.status import pulse_of  # only of what is in progress

        home = self.home.of(None if week is None else week.place)
        return pulse_of(home, rows.job_of(row), attempts, clock, playbook, self.now())

    def result(self, job_id: str) -> Mapping[str, Any] | None:
        """The newest attempt's result.json; None if it is absent or unreadable."""
        return self._json(job_id, "result.json")

    def ticks(self, week_id: str, slot: str | None = None) -> list[Tick]:
        """The current ticks, oldest first; one that was replaced or withdrawn is in the ledger only."""
        with self.store.read() as connection:
            return record_queries.ticks(connection, week_id, slot)

    def incidents(self, week_id: str, open_only: bool = False) -> list[Incident]:
        """The incidents of a week, newest first."""
        with self.store.read() as connection:
            return record_queries.incidents(connection, week_id, open_only)

    def incident(self, incident_id: int) -> Incident | None:
        """An incident by its id; None if it does not exist."""
        with self.store.read() as connection:
            return record_queries.incident(connection, incident_id)

    def incidents_of(self, job_id: str) -> list[Incident]:
        """The incidents that the runner opened for a job, newest first."""
        with self.store.read() as connection:
            return record_queries.incidents_of_job(connection, job_id)

    def signatures(self, week_id: str | None = None) -> list[Signature]:
        """The signatures of a week (with None: of all weeks), oldest first."""
        with self.store.read() as connection:
            return record_queries.signatures(connection, week_id)

    def notes(self, week_id: str) -> list[Note]:
        """The notes of a week, oldest first."""
        with self.store.read() as connection:
            return record_queries.notes(connection, week_id)

    def activity(self, week_id: str | None, limit: int = 50) -> list[LedgerEntry]:
        """The last ``limit`` ledger entries, newest first, without clock points."""
        with self.store.read() as connection:
            return record_queries.activity(connection, week_id, limit)

    def _newest_folder(self, job_id: str) -> Path | None:
        table = schema.attempts
        with self.store.read() as connection:
            number = connection.scalar(
                select(func.max(table.c.number)).where(table.c.job_id == job_id)
            )
        return None if number is None else self.home.attempt(job_id, number)

    def _json(self, job_id: str, name: str) -> Mapping[str, Any] | None:
        folder = self._newest_folder(job_id)
        return None if folder is None else read_json(folder / name)
