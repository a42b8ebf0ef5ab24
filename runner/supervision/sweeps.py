"""Sweeps that are to go on: the runner requests their trials, a few at a time.

A trial is a job like others: its start, its end and its adoption by a later runner are the
supervisor's. What is missing is read from the store, so a runner that died has nothing to remember.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.job_params import TrialParams
from core.language import Message
from core.ledger_bodies import JobChanged, JobColumns, JobRequested, StopRequested
from core.vocabulary import ACTIVE_STATES, JobKind, JobState, SweepState
from runner.store import schema
from runner.store.fenced_store import StaleRunner
from runner.store.sweeps import held_by, sweeps

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.sweep.record import Sweep, Trial
    from runner.reported_problems import ReportedProblems
    from runner.settings import Settings
    from runner.store.fenced_store import FencedStore, FencedWrite
    from runner.supervision.active_jobs import ActiveJobs, ActiveSnapshot

_AGAIN = Message("It begins again.")


class Sweeps:
    """Requests, ends and repeats the trials of sweeps."""

    def __init__(
        self,
        fenced: FencedStore,
        active: ActiveJobs,
        settings: Settings,
        problems: ReportedProblems,
    ) -> None:
        self.fenced, self.active, self.settings, self._problems = fenced, active, settings, problems
        self._done: ActiveSnapshot | None = None  # nothing is left to do at this state of the store

    def tick(self, now: datetime) -> None:
        """Do what the store asks for, if anything was written since the last look.

        :raises StaleRunner: another runner has taken over.
        """
        snapshot = self.active.read()
        if snapshot is self._done:
            return
        with self._problems.guarding("The sweeps", through=StaleRunner):
            with self.fenced.store.read() as connection:
                idle = not any(_is_unfinished(each) for each in sweeps(connection))
            if not idle:
                with self.fenced.write(now) as write:
                    for sweep in reversed(sweeps(write.connection)):  # the oldest first
                        if _is_unfinished(sweep):
                            self._drive(write, sweep)
            self._done = snapshot

    def _drive(self, write: FencedWrite, sweep: Sweep) -> None:
        if sweep.stopped_at is not None:
            for job_id in _without_stop(write.connection, sweep):
                write.append(StopRequested(job_id=job_id), None)
            return
        if held_by(write.connection, sweep) is not None:
            return
        room = self.settings.sweep_parallel - _active(write.connection)
        known = {(each.seed, each.fold): each for each in sweep.trials}
        for cell in sweep.open_cells:
            if room <= 0:
                return
            trial = known.get(cell)
            if trial is None:
                write.append(_request(sweep, *cell), None)
            elif trial.state not in ACTIVE_STATES:
                write.append(_requeued(trial), None)
            else:
                continue
            room -= 1


def _is_unfinished(sweep: Sweep) -> bool:
    return sweep.state in (SweepState.RUNNING, SweepState.STOPPING)


def _active(connection: Connection) -> int:
    """Trials of all sweeps that wait or run."""
    jobs = schema.jobs
    query = jobs.select().where(jobs.c.kind == JobKind.TRIAL, jobs.c.state.in_(ACTIVE_STATES))
    return len(connection.execute(query).all())


def _without_stop(connection: Connection, sweep: Sweep) -> list[str]:
    """The active trials of a sweep whose stop nobody requested yet."""
    jobs = schema.jobs
    mine = [each.job_id for each in sweep.trials if each.state in ACTIVE_STATES]
    query = jobs.select().where(jobs.c.id.in_(mine), jobs.c.stop_requested_at.is_(None))
    return [row.id for row in connection.execute(query)]


def _request(sweep: Sweep, seed: int, fold: int) -> JobRequested:
    """The id says which trial it is: a second request of the same can't be written."""
    bars = next(each for each in sweep.folds if each["number"] == fold)
    params = TrialParams.model_validate(
        {
            "sweep": sweep.id,
            "week": sweep.week_id,
            "seed": seed,
            "fold": fold,
            "steps": sweep.steps,
            "train": bars["train"],
            "test": bars["test"],
            "playbook_sha256": sweep.playbook_sha256,
            "train_sha256": sweep.train_sha256,
            "backtest_sha256": sweep.backtest_sha256,
        }
    )
    return JobRequested(
        job_id=f"{sweep.id.replace('sweep', JobKind.TRIAL.value, 1)}-f{fold}-s{seed}",
        job_kind=JobKind.TRIAL,
        params=params.model_dump(mode="json"),
        run=None,
    )


def _requeued(trial: Trial) -> JobChanged:
    """STOPPED | INTERRUPTED | LOST -> QUEUED"""
    columns = JobColumns(
        state=JobState.QUEUED,
        reason=_AGAIN,
        stop_requested_by=None,
        stop_requested_at=None,
        not_before=None,
        ended_at=None,
        exit_code=None,
    )
    return JobChanged(job_id=trial.job_id, job=columns)
