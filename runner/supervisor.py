"""Brings jobs and processes together: starts what waits, follows what lives.

A reconciler: it compares the store's rows with the files and processes and acts on
the difference, so a runner that was away does nothing special when it comes back.

::

    QUEUED -> STARTING -> RUNNING -> SUCCEEDED | FAILED | INTERRUPTED | LOST
                 |           |
                 +-> QUEUED  +-> STOPPING -> STOPPED
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from core.errors import TrainweekError
from core.moments import iso
from core.paths import Home
from core.vocabulary import JobKind, JobState
from runner.executor import Executor, Seen
from runner.fence import Fence, StaleRunner
from runner.finishing import Finisher
from runner.records import Job
from runner.settings import Settings
from runner.spec import Assignment, write_assignment
from runner.store import Store, queries, schema
from runner.store.rows import job_of

log = logging.getLogger("trainweek.runner")


class Supervisor:
    """Supervises the jobs of one home, for one runner.

    :param monotonic: seconds that no change of the machine's clock moves.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        fence: Fence,
        settings: Settings,
        executor: Executor,
        monotonic: Callable[[], float],
    ) -> None:
        self.home, self.store, self.fence = home, store, fence
        self.settings, self.executor, self.monotonic = settings, executor, monotonic
        self.finisher = Finisher(home, fence, settings, executor)
        self._began = monotonic()
        self._spawned: dict[str, float] = {}  # mark -> when this runner started it
        self._asked: dict[str, float] = {}  # mark -> when it got its SIGTERM
        self._killed: dict[str, float] = {}  # mark -> seconds that it had resisted

    def tick(self, now: datetime) -> None:
        """One look at every job that waits or lives.

        One job's trouble (a disk that is full, a folder that is gone) must not keep
        the others from being supervised; it is logged and tried again.

        :raises StaleRunner: another runner has taken over.
        """
        for row in self._active():
            try:
                self._step(row, now)
            except StaleRunner:
                raise
            except (TrainweekError, OSError) as error:
                log.error("%s: %s", row.id, error)

    def _active(self) -> list[Row]:
        jobs = schema.jobs
        with self.store.read() as look:
            return list(
                look.execute(
                    select(jobs).where(jobs.c.state.in_(queries.ACTIVE_STATES)).order_by(jobs.c.seq)
                )
            )

    def _step(self, row: Row, now: datetime) -> None:
        if row.state == JobState.QUEUED:
            if row.stop_requested_at is not None:
                self.finisher.end_waiting(row, now)
            elif row.not_before is None or row.not_before <= now:
                self._start(row, now)
            return
        attempt = self._attempt(row)
        folder = self.home.root / attempt.folder
        starting = row.state == JobState.STARTING
        seen = self.executor.look(folder, attempt.mark, search=starting and self._overdue(attempt))
        if seen.exit is not None or (seen.trace and not seen.alive):
            self.finisher.finish(row, attempt, seen, self._killed.get(attempt.mark), now)
        elif starting and not seen.trace:
            if self._overdue(attempt):
                self.finisher.give_up_start(row, attempt, now)
        elif starting:
            if seen.process is not None:  # STARTING -> RUNNING
                self._running(row, attempt, seen, now)
        elif row.state == JobState.RUNNING and row.stop_requested_at is not None:
            self._stop(row, attempt, folder, now)
        elif row.state == JobState.STOPPING:
            self._insist(row, attempt, folder)

    def _start(self, row: Row, now: datetime) -> None:
        """QUEUED -> STARTING, in the store before anything is started."""
        number, mark = row.attempt + 1, str(uuid.uuid4())
        job = job_of(row)
        with self.fence.write(now) as write:
            fresh = write.connection.execute(
                select(schema.jobs).where(schema.jobs.c.id == row.id)
            ).one()
            if fresh.state != JobState.QUEUED or fresh.stop_requested_at is not None:
                return
            week = queries.week_by_id(write.connection, row.week_id) if row.week_id else None
            blocked = (
                number > 1
                and row.kind == JobKind.TRAIN
                and row.week_id
                and any(
                    incident.blocks_start
                    for incident in queries.open_incidents(write.connection, row.week_id)
                )
            )
            if blocked:
                change = {
                    "state": JobState.INTERRUPTED,
                    "reason": "An open incident blocks the automatic resume.",
                    "not_before": None,
                }
                body = {"action": "change", "job_id": row.id, "job": change}
                write.append("job", body, row.week_id)
                return
            folder = self.home.attempt(row.id, number)
            events = self._event_folder(write.connection, job)
            trial = queries.tries(write.connection, row.week_id, row.seq)
            body = {
                "action": "start",
                "job_id": row.id,
                "number": number,
                "job": {
                    "state": JobState.STARTING,
                    "reason": "",
                    "attempt": number,
                    "pid": None,
                    "started_at": iso(now),
                    "ended_at": None,
                    "exit_code": None,
                    "not_before": None,
                },
                "attempt": {
                    "state": JobState.STARTING,
                    "mark": mark,
                    "epoch": self.fence.epoch,
                    "started_at": iso(now),
                    "folder": self.home.relative(folder),
                    "event_folder": None if events is None else self.home.relative(events),
                },
            }
            write.append("job", body, row.week_id)
        assignment = Assignment(job, number, folder, events, week, max(trial, 1))
        self._spawned[mark] = self.monotonic()
        try:
            argv = write_assignment(self.home, assignment, self.settings)
            self.executor.start(folder, argv, self.home.root, mark, self.settings.shim_heartbeat_s)
        except (OSError, TrainweekError) as error:
            self.finisher.could_not_start(row.id, number, row.week_id, str(error), now)

    def _event_folder(self, connection: Connection, job: Job) -> Path | None:
        """A folder of its own for each attempt of a run, over all jobs of that run."""
        if job.kind is not JobKind.TRAIN or job.run is None:
            return None
        attempts, jobs = schema.attempts, schema.jobs
        earlier = connection.scalar(
            select(func.count())
            .select_from(attempts.join(jobs, attempts.c.job_id == jobs.c.id))
            .where(jobs.c.run == job.run)
        )
        number = int(earlier or 0) + 1
        while _holds_files(folder := self.home.run_attempt(job.run, number)):
            number += 1
        return folder

    def _running(self, row: Row, attempt: Row, seen: Seen, now: datetime) -> None:
        assert seen.process is not None
        started = iso(seen.started_at or now)
        columns = {"state": JobState.RUNNING, "pid": seen.process.pid, "started_at": started}
        with self.fence.write(now) as write:
            body = {
                "action": "change",
                "job_id": row.id,
                "number": attempt.number,
                "job": columns,
                "attempt": columns,
            }
            write.append("job", body, row.week_id)
        log.info("%s attempt %s runs as pid %s", row.id, attempt.number, seen.process.pid)

    def _stop(self, row: Row, attempt: Row, folder: Path, now: datetime) -> None:
        """RUNNING -> STOPPING."""
        columns = {"state": JobState.STOPPING}
        with self.fence.write(now) as write:
            body = {
                "action": "change",
                "job_id": row.id,
                "number": attempt.number,
                "job": columns,
                "attempt": columns,
            }
            write.append("job", body, row.week_id)
        self._asked[attempt.mark] = self.monotonic()
        self.executor.ask_to_end(folder, attempt.mark)

    def _insist(self, row: Row, attempt: Row, folder: Path) -> None:
        """After the grace nothing of the attempt stays alive."""
        asked = self._asked.get(attempt.mark)
        if asked is None:  # another runner asked, or died before it could: ask (again)
            self._asked[attempt.mark] = self.monotonic()
            self.executor.ask_to_end(folder, attempt.mark)
        elif self.monotonic() - asked >= self.settings.stop_grace_s:
            killed = self.executor.end(folder, attempt.mark)
            self._killed.setdefault(attempt.mark, self.settings.stop_grace_s)
            log.warning("%s did not end on SIGTERM: %s processes killed", row.id, killed)

    def _overdue(self, attempt: Row) -> bool:
        """Whether a start should have left a trace by now; an adopted one gets its time too."""
        since = self._spawned.get(attempt.mark, self._began)
        return self.monotonic() - since >= self.settings.start_timeout_s

    def _attempt(self, row: Row) -> Row:
        attempts = schema.attempts
        with self.store.read() as look:
            return look.execute(
                select(attempts).where(
                    attempts.c.job_id == row.id, attempts.c.number == row.attempt
                )
            ).one()


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
