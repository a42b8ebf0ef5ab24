"""Start of an attempt: first recorded in the store, then as a process."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import Row, func, select

from core.errors import TrainweekError
from core.job_params import TrainParams, stored_params
from core.language import Message
from core.ledger_bodies import AttemptColumns, AttemptStarted, JobChanged, JobColumns
from core.playbook.placement import Placement
from core.vocabulary import JobKind, JobState
from runner.executors.executor import Handle, Order
from runner.failpoints import fail_here
from runner.store import queries, schema
from runner.store.hold_outs import hold_outs
from runner.store.rows import job_of
from runner.store.sweep_holds import held_by
from runner.store.sweeps import sweep_by_id
from runner.store.trials import counted_trials
from runner.supervision.assignment import Assignment, write_assignment

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.paths import Home
    from core.week import Week
    from runner.executors.executor import Executor
    from runner.records import Job
    from runner.settings import Settings
    from runner.store.fenced_store import FencedStore
    from runner.supervision.finish import Finisher


_BESIDE = frozenset({JobKind.TRIAL, JobKind.REPRODUCE, JobKind.TWIN})


class Starter:
    """QUEUED -> STARTING."""

    def __init__(
        self,
        home: Home,
        fenced: FencedStore,
        settings: Settings,
        executor: Executor,
        finisher: Finisher,
    ) -> None:
        self.home, self.fenced, self.settings = home, fenced, settings
        self.executor, self.finisher = executor, finisher

    def start(self, row: Row, now: datetime) -> str | None:
        """Start the next attempt; returns its attempt_id, None if it must no longer be started."""
        number, attempt_id = row.attempt + 1, str(uuid.uuid4())
        job = job_of(row)
        with self.fenced.write(now) as write:
            fresh = write.connection.execute(
                select(schema.jobs).where(schema.jobs.c.id == row.id)
            ).one()
            if fresh.state != JobState.QUEUED or fresh.stop_requested_at is not None:
                return None
            week_id = row.week_id or _recipe_of(job)
            week = queries.week_by_id(write.connection, week_id) if week_id else None
            trains = row.kind in (JobKind.TRAIN, JobKind.TWIN)
            if trains and (held := queries.blocking_incident(write.connection, row.week_id)):
                # It blocks a resume as well as a first start that was requested before it.
                reason = Message(
                    "The open incident {procedure!r} blocks every start. Close it, then start"
                    " again.",
                    procedure=held.procedure,
                )
                if row.attempt:
                    change = JobColumns(state=JobState.INTERRUPTED, reason=reason, not_before=None)
                else:
                    change = JobColumns(
                        state=JobState.STOPPED, reason=reason, not_before=None, ended_at=now
                    )
                write.append(JobChanged(job_id=row.id, job=change), row.week_id)
                return None
            if (held_trial := _held_trial(write.connection, self.home, job)) is not None:
                # What its sweep waits for came after its request; the sweep begins it again.
                stopped = JobColumns(
                    state=JobState.STOPPED, reason=held_trial, not_before=None, ended_at=now
                )
                write.append(JobChanged(job_id=row.id, job=stopped), row.week_id)
                return None
            folder = self.home.attempt(row.id, number)
            events = self._event_folder(write.connection, job, week)
            trials = counted_trials(write.connection, row.week_id)
            kept = hold_outs(write.connection)
            at_week = queries.week_moment(write.connection, week_id, now)
            body = AttemptStarted(
                job_id=row.id,
                number=number,
                job=JobColumns(
                    state=JobState.STARTING,
                    reason="",
                    attempt=number,
                    pid=None,
                    started_at=now,
                    ended_at=None,
                    exit_code=None,
                    not_before=None,
                ),
                attempt=AttemptColumns(
                    state=JobState.STARTING,
                    attempt_id=attempt_id,
                    epoch=self.fenced.epoch,
                    started_at=now,
                    folder=self.home.relative(folder),
                    event_folder=None if events is None else self.home.relative(events),
                ),
            )
            write.append(body, row.week_id)
        assignment = Assignment(job, number, folder, events, week, trials, kept, at_week)
        fail_here("before_spawn")
        self.fenced.check()  # a runner that was paused here must not start what another one did
        try:
            argv = write_assignment(self.home, assignment, self.settings)
            handle = Handle(attempt_id, folder)
            self.executor.place(
                Order(
                    handle,
                    argv,
                    self.home.root,
                    self.settings.shim_heartbeat_s,
                    epoch=number,
                    placement=_placement(week, job),
                )
            )
        except (OSError, TrainweekError) as error:
            self.finisher.could_not_start(row, number, error, now)
        fail_here("after_spawn")
        return attempt_id

    def _event_folder(self, connection: Connection, job: Job, week: Week | None) -> Path | None:
        """The event folder of the next attempt; each attempt of a run has its own, over all jobs."""
        if job.kind is not JobKind.TRAIN or job.run is None:
            return None
        attempts, jobs = schema.attempts, schema.jobs
        earlier = connection.scalar(
            select(func.count())
            .select_from(attempts.join(jobs, attempts.c.job_id == jobs.c.id))
            .where(jobs.c.run == job.run)
        )
        number, home = int(earlier or 0) + 1, self.home.of(week.place if week else None)
        while _holds_files(folder := home.run_attempt(job.run, number)):
            number += 1
        return folder


def _recipe_of(job: Job) -> str | None:
    """The week whose playbook a job beside the week is of; other jobs have their own, or none."""
    return job.params.get("week") if job.kind in _BESIDE else None


def _held_trial(connection: Connection, home: Home, job: Job) -> Message | None:
    """Why a trial must not start now; None: nothing holds it, or it is no trial."""
    sweep = sweep_by_id(connection, job.params["sweep"]) if job.kind is JobKind.TRIAL else None
    return None if sweep is None else held_by(connection, home, sweep)


def _placement(week: Week | None, job: Job) -> Placement:
    """Where the job itself or the playbook has it run; what trains beside the week, where trainings do."""
    if job.kind is JobKind.TRAIN and (own := stored_params(TrainParams, job.params).placement):
        return own
    kind = JobKind.TRAIN if job.kind in _BESIDE else job.kind
    placed = {} if week is None else week.playbook.training.placements
    return next((each for name, each in placed.items() if name == kind), Placement())


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
