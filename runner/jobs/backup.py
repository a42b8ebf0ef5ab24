"""Program: back up ``models/ppo_phase4`` under the name of its day, or restore a backup.

The folder is copied under a temporary name, verified by SHA-256 and renamed: a backup is
complete or absent. An earlier one is kept under a numbered name. ``action=restore`` replaces
the model folder by a backup in the same way.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError, TrainweekError
from core.files import file_sha256, sync_folder, write_bytes, write_json
from core.job_params import BackupParams
from core.language import Message
from core.path_names import numbered
from core.timestamps import iso
from core.week import CREATE_WEEK
from runner.failpoints import fail_here
from runner.jobs.attempt import COMPLETE, Spec, StopFlag, run_program, utc_now
from runner.models.backups import MANIFEST, checksums, copy_files, part_of, verify_backup
from runner.models.best_model import manifest_path, read_best_model
from runner.models.folder_swap import finish_exchange

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from core.paths import Home

TRIES = 5  # a training run may save while the folder is copied


def main(spec: Spec, stop: StopFlag) -> int:
    """Make a backup, or restore one."""
    asked = spec.asked(BackupParams)
    if asked.action == "restore":
        from runner.jobs.restore_backup import restore_backup  # it loads the record of jobs

        return restore_backup(spec, asked)
    return backup(spec)


def backup(spec: Spec) -> int:
    """Copy the model folder and verify the copy.

    :raises InputError: there is no best model to back up.
    :raises IntegrityError: the best model is corrupt, or the copy differs from the original.
    """
    home = spec.home
    finish_exchange(home)
    if not home.best_model.is_file():
        raise InputError(
            Message("There is no {file} to back up.", file=home.relative(home.best_model)),
            Message(
                "A run that completes writes it, or the ML lead chooses a run's model:"
                " trainweek model use RUN --reason TEXT"
            ),
        )
    target = home.backup(_day(spec))
    part = part_of(target)
    try:
        files = _verified_copy(home, part)
    except (TrainweekError, OSError):
        shutil.rmtree(part, ignore_errors=True)  # it is no backup, and takes the model's room
        raise
    if target.exists():
        target.rename(numbered(target))
    fail_here("backup_replacing")
    part.rename(target)
    sync_folder(target.parent)
    print(f"[INFO] Backup {home.relative(target)}: {len(files)} files verified", flush=True)
    spec.write_result(
        {
            "complete": True,
            "ok": True,
            "backup": home.relative(target),
            "files": len(files),
            "bytes": sum((target / name).stat().st_size for name in files),
            "best_model_sha256": files[home.best_model.name],
        }
    )
    return COMPLETE


def _verified_copy(home: Home, part: Path) -> dict[str, str]:
    """Copy the model folder with its manifest, and verify the copy; its files with checksums."""
    _copy_consistently(home, part)
    fail_here("backup_copied")
    files = checksums(part)
    best = _best_model(part / home.best_model.name)
    made = {"of": home.relative(home.model), "made_at": iso(utc_now()), "best_model": best}
    write_json(part / MANIFEST, {**made, "files": files})
    verify_backup(part)
    fail_here("backup_verified")
    return files


def _copy_consistently(home: Home, part: Path) -> None:
    """Copy one consistent state of the folder, the best model with its own manifest."""
    for attempt in range(1, TRIES + 1):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            _copy_once(home, part)
        except FileNotFoundError:  # an old checkpoint was removed during the copy
            if attempt == TRIES:
                raise
            continue
        return


def _copy_once(home: Home, part: Path) -> None:
    pair = {home.best_model.name, manifest_path(home.best_model).name}
    names = [name for name in _names(home.model) if name not in pair]
    copy_files(home.model, names, part)
    if manifest_path(home.best_model).exists():
        content, manifest = read_best_model(home.best_model)
        write_bytes(part / home.best_model.name, content)
        write_json(part / manifest_path(home.best_model).name, manifest)
    else:  # a custom trainer writes none
        copy_files(home.model, [home.best_model.name], part)
        names.append(home.best_model.name)
    for name in names:
        if file_sha256(part / name) != file_sha256(home.model / name):
            raise IntegrityError(
                Message("The copy of {file} differs from the original.", file=name),
                Message(
                    "The model changed during the copy, or the disk has errors: run the backup again."
                ),
            )


def _names(folder: Path) -> list[str]:
    """Files below the folder, without those that are being written."""
    found = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        str(name)
        for name in found
        if not any(part.startswith(".") or part.endswith(".part") for part in name.parts)
    ]


def _best_model(path: Path) -> dict[str, object] | None:
    if not manifest_path(path).exists():
        return None
    manifest = read_best_model(path)[1]
    return {name: manifest.get(name) for name in ("sha256", "run", "step")}


def _day(spec: Spec) -> date:
    """Day of the week on which the backup is made; it is named after it."""
    if spec.launch is None:
        raise InputError(
            Message("A backup is named after a day of its week, but there is no week."),
            CREATE_WEEK,
        )
    if spec.started_at_week is not None:
        return spec.started_at_week.date()
    return max(slot.at(spec.launch) for slot in spec.playbook.schedule).date()


if __name__ == "__main__":
    raise SystemExit(run_program(main))
