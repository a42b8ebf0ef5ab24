"""Checkpoints and best model, by the sums in their manifests. Nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from core.files import file_sha256
from core.paths import Home
from runner.doctor.examined import Examined, failed, passed, warned
from runner.files import read_json
from runner.settings import Settings


def checkpoints(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    folders = sorted(
        (path for path in home.checkpoints.glob("*") if path.name.isdigit()),
        key=lambda path: int(path.name),
    )
    broken = {path: trouble for path in folders if (trouble := _trouble(path))}
    for path, trouble in broken.items():
        whole = len(folders) - len(broken)
        what = f"{home.relative(path)}: {trouble}"
        if whole:
            remedy = f"It is never loaded, {whole} others are whole; look at the disk, remove it."
            yield warned("checkpoints", what, remedy)
        else:
            remedy = "Nothing can be resumed from it: restore models/ from a backup, or start anew."
            yield failed("checkpoints", what, remedy)
    if folders and not broken:
        steps = ", ".join(path.name for path in folders)
        yield passed("checkpoints", f"{len(folders)} verified: steps {steps}.")
    elif not folders:
        yield passed("checkpoints", "None yet.")


def best_model(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    zip_path = home.best_model
    if not zip_path.exists():
        yield passed("best model", "None yet.")
        return
    sha256 = file_sha256(zip_path)
    # Zip and manifest can't change in one instant: the next manifest is written first.
    names = (f"{zip_path.stem}.manifest.json", f".{zip_path.stem}.manifest.next.json")
    manifests = [m for name in names if (m := read_json(zip_path.with_name(name)))]
    remedy = "Restore models/ppo_phase4 from a backup, or train again."
    if any(manifest.get("sha256") == sha256 for manifest in manifests):
        yield passed("best model", f"{home.relative(zip_path)}, verified ({sha256[:12]}).")
    elif manifests:
        what = f"{home.relative(zip_path)} is not the file that its manifest describes."
        yield failed("best model", what, remedy)
    else:
        what = f"{home.relative(zip_path)} has no manifest: nobody can tell what it learned from."
        yield warned("best model", what, remedy)


def _trouble(folder: Path) -> str | None:
    manifest = read_json(folder / "manifest.json")
    sums = manifest.get("sha256") if manifest else None
    if not isinstance(sums, dict) or not sums:
        return "its manifest is missing or unreadable."
    for name, sha256 in sums.items():
        path = folder / str(name)
        if not path.is_file():
            return f"{name} is missing."
        if file_sha256(path) != sha256:
            return f"{name} was changed after it was saved."
    return None
