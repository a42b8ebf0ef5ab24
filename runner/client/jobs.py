"""Requests to start and stop jobs; the runner carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.errors import InputError
from core.field_hints import shown
from core.job_params import (
    DailyCheckParams,
    JobParams,
    PaperParams,
    RevalidateParams,
    TrainParams,
    TwinParams,
    asked_params,
)
from core.language import Message
from core.ledger_bodies import JobRequested, StopRequested
from core.state_words import capitals
from core.vocabulary import ENDED_STATES, JobKind, Right
from core.week import CREATE_WEEK
from runner.client.base import BaseClient, requested_job, used_otherwise
from runner.client.job_files import require_files
from runner.client.models import is_restore, is_stored_restore, refused_restore, right_for
from runner.client.paper import refused_paper
from runner.client.revalidation_rules import refused_revalidation
from runner.client.start_rules import launch_params
from runner.client.twin_rules import twin_params
from runner.outcomes import AlreadyRunning, Denied, Recorded, Refused, Submitted
from runner.store import Transaction, queries, rows, schema
from runner.store.requests import job_request, restart_pending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.records import Job

OF_A_SWEEP = Refused(
    Message("A trial belongs to its sweep: the runner begins and ends it."),
    Message("Use trainweek sweep start, stop and resume."),
)
"""The refusal to start or stop a trial alone."""

# Kinds that need a week: their files are named by its days.
_OF_A_WEEK = frozenset(JobKind) - {
    JobKind.PREFLIGHT,
    JobKind.DATA_CHECK,
    JobKind.IMPORT_MODEL,
    JobKind.PAPER,
    JobKind.TRIAL,
    JobKind.REPRODUCE,
}


class Jobs(BaseClient):
    """Writes requests for jobs and stops."""

    def submit(
        self,
        kind: JobKind | str,
        params: Mapping[str, Any] | JobParams | None = None,
        key: str | None = None,
    ) -> Submitted | AlreadyRunning | Refused:
        """Request a job of the active week.

        If two people click at the same time, one of them gets :class:`AlreadyRunning` with
        the other's job. A repeated ``key`` returns the same job.

        :param params: see :mod:`core.job_params`; an unknown name or a wrong value is refused.
        :raises InputError: there is no such kind of job, or the key is not valid.
        """
        kind = _kind(kind)
        if kind is JobKind.TRIAL:
            return OF_A_SWEEP
        try:
            asked = asked_params(kind, params or {})
        except InputError as error:
            return Refused.by(error)
        if denied := self._denied_job(kind, asked):
            return denied
        outcome = self._submitted(kind, asked, key)
        if isinstance(outcome, Denied):
            self._record_denial(Right.COUNTERSIGN, outcome)
        return outcome

    def denied_job(
        self, kind: JobKind, params: Mapping[str, Any] | JobParams | None = None
    ) -> Refused | None:
        """The refusal of a request for its person alone, before anything is started; recorded.

        :raises InputError: the parameters are wrong.
        """
        return self._denied_job(kind, asked_params(kind, params or {}))

    def _denied_job(self, kind: JobKind, asked: JobParams) -> Refused | None:
        places = isinstance(asked, TrainParams) and asked.placement is not None
        if places and (denied := self._denied(Right.PLAN)):  # it takes the playbook's place
            return denied
        restore = is_restore(asked)
        override = isinstance(asked, TrainParams) and bool(asked.override_reason)
        upkeep = kind is JobKind.BACKUP and not restore
        return self._denied(right_for(kind, restore), fresh=restore or override, upkeep=upkeep)

    def _submitted(
        self, kind: JobKind, asked: JobParams, key: str | None
    ) -> Submitted | AlreadyRunning | Refused:
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, JobRequested):
                return Submitted(self._job(transaction, requested_job(entry)))
            if refused := self._elsewhere(connection):
                return refused
            week = self._meant_week(connection)
            of = None if week is None or kind is JobKind.REPRODUCE else week.id
            if row := queries.active_job(connection, kind, of):
                job = rows.job_of(row)
                return AlreadyRunning(job, job.requested_by, job.requested_at)
            if week is None and kind in _OF_A_WEEK:
                return Refused(
                    Message("There is no active week."),
                    CREATE_WEEK,
                )
            try:
                require_files(self.home, asked)
                if isinstance(asked, DailyCheckParams) and asked.date is not None and week:
                    week.require_day(asked.date)
            except InputError as error:
                return Refused.by(error)
            now, run = self.now(), None
            if is_restore(asked) and (refused := refused_restore(connection, of)):
                return refused
            if isinstance(asked, TrainParams) and week is not None:
                launch = launch_params(connection, self._files(week), week, self.person, asked, now)
                if isinstance(launch, Refused):
                    return launch
                asked, run = launch, launch.run
            if isinstance(asked, RevalidateParams) and week is not None:
                refused = refused_revalidation(connection, self._files(week), week, asked, now)
                if refused is not None:
                    return refused
            if isinstance(asked, PaperParams):
                refused = refused_paper(connection, self.home, asked)
                if refused is not None:
                    return refused
            if isinstance(asked, TwinParams) and week is not None:
                forked = twin_params(connection, self._files(week), week, asked)
                if isinstance(forked, Refused):
                    return forked
                asked = forked
            body = job_request(kind, asked, run, now)
            if kind is JobKind.REPRODUCE:  # beside the week: none of its questions finds it
                week = None
            self._append(transaction, body, week.id if week else None, key)
            return Submitted(self._job(transaction, body.job_id))

    def stop(self, job_id: str, key: str | None = None) -> Recorded[Job] | Refused:
        """Request that the runner stops a job; a second request changes nothing.

        A waiting job ends at once. A live one gets time to save; after the grace period its
        whole process tree is killed. A pending restart becomes a stop.

        :raises InputError: the key is not valid, or another request had it.
        """
        with self.store.read() as connection:
            row = queries.job_by_id(connection, job_id)
        if row is None:
            return Refused(
                Message("There is no job {job}.", job=job_id),
                Message("List the jobs: trainweek jobs list"),
            )
        job = rows.job_of(row)
        if job.kind is JobKind.TRIAL:
            return OF_A_SWEEP
        if denied := self._denied(right_for(job.kind, is_stored_restore(job))):
            return denied
        with self.store.write() as transaction:
            row = transaction.connection.execute(
                select(schema.jobs).where(schema.jobs.c.id == job_id)
            ).one()
            job = rows.job_of(row)
            if entry := self._keyed(transaction.connection, key, StopRequested):
                if requested_job(entry) != job_id:
                    raise used_otherwise(entry)
                return Recorded(job)
            if denied := self._elsewhere(transaction.connection):
                return denied
            if job.state in ENDED_STATES:
                return Refused(
                    Message(
                        "{job} has already ended: {state}.", job=job_id, state=capitals(job.state)
                    )
                )
            if row.stop_requested_at is None or restart_pending(row):
                self._append(transaction, StopRequested(job_id=job_id), job.week_id, key)
        return Recorded(job)

    @staticmethod
    def _job(transaction: Transaction, job_id: str) -> Job:
        return rows.job_of(
            transaction.connection.execute(
                select(schema.jobs).where(schema.jobs.c.id == job_id)
            ).one()
        )


def _kind(kind: JobKind | str) -> JobKind:
    try:
        return JobKind(kind)
    except ValueError as error:
        raise InputError(
            Message("There is no kind of job {kind}.", kind=shown(kind)),
            Message("Use one of {kinds}.", kinds=", ".join(JobKind)),
        ) from error
