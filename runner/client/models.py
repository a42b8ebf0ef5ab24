"""Checkpoints, backups and imported models: lists, and who may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.job_params import BackupParams, JobParams, stored_params
from core.language import Message
from core.state_words import capitals
from core.vocabulary import JobKind, JobState, Right
from runner.client.base import BaseClient
from runner.models.backups import ListedBackup, list_backups
from runner.models.checkpoints import ListedCheckpoint, list_checkpoints
from runner.models.resume_point import resume_point
from runner.outcomes import Refused
from runner.store import queries

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from runner.records import Job


_OF_THE_LEAD = frozenset({JobKind.REVALIDATE, JobKind.IMPORT_MODEL, JobKind.REPRODUCE})


class Models(BaseClient):
    """Reads the model folder: hashes and JSON only, no model is loaded."""

    def checkpoints(self, run: str | None = None) -> list[ListedCheckpoint]:
        """All checkpoints, newest step first, each verified now; corrupt ones with the problem."""
        return list_checkpoints(self.here().checkpoints, run)

    def resume_point(self, run: str) -> Message:
        """Where a resume of the run would continue."""
        return resume_point(run, self.checkpoints(run))

    def backups(self) -> list[ListedBackup]:
        """All backups, newest first, each verified now."""
        return list_backups(self.here())


def is_restore(params: JobParams) -> bool:
    """Whether a job replaces the model folder with a backup."""
    return isinstance(params, BackupParams) and params.action == "restore"


def is_stored_restore(job: Row[Any] | Job) -> bool:
    """Whether a stored job replaces the model folder with a backup."""
    return job.kind == JobKind.BACKUP and is_restore(stored_params(BackupParams, job.params))


def right_for(kind: JobKind, restores: bool) -> Right:
    """The right that a job requires; restoring a model counts as choosing it."""
    if restores or kind in _OF_THE_LEAD:
        return Right.REVALIDATE
    return Right.OPERATE


def refused_restore(connection: Connection, week_id: str | None) -> Refused | None:
    """The refusal of a restore while a training run writes to the model folder."""
    job = queries.active_job(connection, JobKind.TRAIN, week_id)
    if job is None:
        return None
    return Refused(
        Message(
            "Training job {job} is {state}; it writes to the model folder.",
            job=job.id,
            state=capitals(JobState(job.state)),
        ),
        Message("Stop it first: trainweek jobs stop {job}", job=job.id),
    )


def revalidation_in_progress(job: Row[Any] | Job | None) -> Refused | None:
    """The refusal of another model while one is revalidated; the job is the active revalidation."""
    if job is None:
        return None
    return Refused(
        Message(
            "The model in use is being revalidated ({job}, requested by {by}).",
            job=job.id,
            by=job.requested_by,
        ),
        Message("Wait until it has ended, or stop it: trainweek jobs stop {job}", job=job.id),
    )


def restore_in_progress(connection: Connection, week_id: str | None) -> Refused | None:
    """The refusal of a training start while a backup is being restored."""
    job = queries.active_job(connection, JobKind.BACKUP, week_id)
    if job is None or not is_stored_restore(job):
        return None
    return Refused(
        Message(
            "A backup is being restored ({job}, requested by {by}).",
            job=job.id,
            by=job.requested_by,
        ),
        Message("Start the training run after that."),
    )
