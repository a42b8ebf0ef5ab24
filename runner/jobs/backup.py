"""Program: a verified copy of ``models/ppo_phase4`` under the manual's name.

Copied beside its place, compared by SHA-256 file by file, then renamed: a backup is
complete or absent. An earlier one is kept under a numbered name.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from core.errors import InputError, IntegrityError
from core.files import file_sha256, write_json
from core.paths import numbered
from runner.jobs.attempt import COMPLETE, Spec, StopFlag, run_program

MANIFEST = "backup.manifest.json"


def backup(spec: Spec, stop: StopFlag) -> int:
    """Copy the model folder and prove that the copy is the same.

    :raises InputError: there is no best model to back up.
    :raises IntegrityError: the copy differs from what was copied.
    """
    home = spec.home
    if not home.best_model.is_file():
        raise InputError(
            f"There is no {home.relative(home.best_model)} to back up.",
            "Train first; the best model is written at the first validation.",
        )
    target = home.backup(_last_day(spec))
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(home.model, part, ignore=shutil.ignore_patterns(".*", "*.part"))
    files = checksums(part)
    for name, digest in files.items():
        if digest != file_sha256(home.model / name):
            raise IntegrityError(
                f"The copy of {name} differs from the original.",
                "The model changed while it was copied, or the disk fails: run the backup again.",
            )
    write_json(part / MANIFEST, {"of": home.relative(home.model), "files": files})
    if target.exists():
        target.rename(numbered(target))
    part.rename(target)
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


def _last_day(spec: Spec) -> date:
    """Day of the week's last slot: it names the backup."""
    if spec.launch is None:
        raise InputError(
            "A backup is named after a week's last day.",
            "Make a week: trainweek week new --launch 2026-11-23T14:00Z",
        )
    return max(slot.at(spec.launch) for slot in spec.playbook.schedule).date()


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative name, sorted."""
    return {
        str(path.relative_to(folder)): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    raise SystemExit(run_program(backup))
