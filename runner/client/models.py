"""Checkpoints, backups and models from elsewhere: looking at them, and asking for work on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from core.vocabulary import JobKind, Right
from runner.client.base import BaseClient
from runner.models.backups import ListedBackup, list_backups
from runner.models.checkpoints import ListedCheckpoint, list_checkpoints
from runner.outcomes import Refused
from runner.store import queries


class Models(BaseClient):
    """Reads of the model folder. Hashes and JSON only: no model is opened here."""

    def checkpoints(self, run: str | None = None) -> list[ListedCheckpoint]:
        """All of them, newest step first, each verified now; broken ones with what is wrong."""
        return list_checkpoints(self.home.checkpoints, run)

    def backups(self) -> list[ListedBackup]:
        """All of them, newest first, each verified now."""
        return list_backups(self.home)


def is_restore(kind: JobKind | str, params: Mapping[str, Any]) -> bool:
    """Whether a job puts a backup in the place of the model folder."""
    return kind == JobKind.BACKUP and params.get("action") == "restore"


def right_for(kind: JobKind, params: Mapping[str, Any]) -> Right:
    """What a person must be allowed to. Whoever replaces the model chooses it."""
    if kind in (JobKind.REVALIDATE, JobKind.IMPORT_MODEL) or is_restore(kind, params):
        return Right.REVALIDATE
    return Right.OPERATE


def refused_restore(connection: Connection) -> Refused | None:
    """Why the model folder can't be replaced now: a training writes into it."""
    job = queries.active_job(connection, JobKind.TRAIN)
    if job is None:
        return None
    return Refused(
        f"The training {job.id} is {job.state.lower()}; it writes into the model folder.",
        f"Stop it first: trainweek jobs stop {job.id}",
    )


def restore_at_work(connection: Connection) -> Refused | None:
    """Why no training can start now: a backup is being restored."""
    job = queries.active_job(connection, JobKind.BACKUP)
    if job is None or not is_restore(job.kind, job.params):
        return None
    return Refused(
        f"A backup is being restored ({job.id}, by {job.requested_by}).",
        "Start the training when it is done.",
    )
