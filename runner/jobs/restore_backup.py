"""Replacement of the model folder with a backup; the replaced folder is kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from core.errors import ConflictError, InputError
from core.language import Message
from core.people import Person
from core.state_words import capitals
from core.vocabulary import JobKind, Role
from runner.client import Client
from runner.failpoints import fail_here
from runner.jobs.attempt import COMPLETE, Spec
from runner.models.backups import (
    ANOTHER,
    MANIFEST,
    ModelBackup,
    copy_files,
    list_backups,
    verify_backup,
)
from runner.models.folder_swap import finish_exchange, put_in_place, staged

if TYPE_CHECKING:
    from pathlib import Path

    from core.job_params import BackupParams
    from core.paths import Home


def restore_backup(spec: Spec, asked: BackupParams) -> int:
    """Verify the backup (default: the newest intact one), copy it, verify the copy, and
    replace the model folder with it.

    :raises InputError: there is no such backup.
    :raises IntegrityError: it is corrupt; the model folder is unchanged.
    :raises ConflictError: a training run is in progress.
    """
    home = spec.home
    backup = _chosen(home, asked.source)
    _require_no_training(spec)
    finish_exchange(home)
    part = staged(home)
    shutil.rmtree(part, ignore_errors=True)
    copy_files(backup.folder, [*backup.files, MANIFEST], part)
    verify_backup(part)
    (part / MANIFEST).unlink()
    _keep_run_models(home, part)
    fail_here("restore_verified")
    kept = put_in_place(home)
    what = f"{home.relative(backup.folder)}: {len(backup.files)} files verified and restored"
    print(f"[INFO] Backup {what}", flush=True)
    if kept is not None:
        print(f"[INFO] The replaced folder is kept as {home.relative(kept)}", flush=True)
    spec.write_result(
        {
            "complete": True,
            "ok": True,
            "restored": home.relative(backup.folder),
            "kept": home.relative(kept) if kept else None,
            "files": len(backup.files),
            "best_model_sha256": backup.files.get(home.best_model.name),
        }
    )
    return COMPLETE


def _keep_run_models(home: Home, part: Path) -> None:
    """Copy the models of runs that the backup does not have, so that no run loses its own."""
    if not home.run_models.is_dir():
        return
    target = part / home.run_models.name
    for own in sorted(home.run_models.iterdir()):
        if own.is_dir() and not (target / own.name).exists():
            names = [str(file.relative_to(own)) for file in own.rglob("*") if file.is_file()]
            copy_files(own, names, target / own.name)


def _chosen(home: Home, given: str | None) -> ModelBackup:
    if given:
        return verify_backup(home.resolve(given))
    intact = [each for each in list_backups(home) if each.verified]
    if not intact:
        raise InputError(Message("There is no intact backup."), ANOTHER)
    return verify_backup(intact[0].folder)


def _require_no_training(spec: Spec) -> None:
    client = Client(spec.home, Person(spec.requested_by or spec.job_id, Role.VIEWER))
    if (job := client.live_job(JobKind.TRAIN, spec.week_id)) is not None:
        raise ConflictError(
            Message(
                "Training job {job} is {state}; it writes to the model folder.",
                job=job.id,
                state=capitals(job.state),
            ),
            Message("Stop it first: trainweek jobs stop {job}", job=job.id),
        )
