"""Checkpoints and best model, by the sums in their manifests. Nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.files import file_sha256
from core.paths import Home
from runner.checkpoints import list_checkpoints
from runner.doctor.examined import Examined, failed, passed, warned
from runner.files import read_json
from runner.settings import Settings


def checkpoints(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    found = list_checkpoints(home.checkpoints)
    whole = [each for each in found if each.verified]
    for each in found:
        if each.verified:
            continue
        what = f"{home.relative(each.folder)}: {each.problem}"
        if whole:
            remedy = (
                f"It is never loaded, {len(whole)} others are whole; look at the disk, remove it."
            )
            yield warned("checkpoints", what, remedy)
        else:
            remedy = "Nothing can be resumed from it: trainweek backup restore, or start anew with --new."
            yield failed("checkpoints", what, remedy)
    if found and len(whole) == len(found):
        steps = ", ".join(str(each.step) for each in reversed(found))
        yield passed("checkpoints", f"{len(found)} verified: steps {steps}.")
    elif not found:
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
    remedy = "Restore a backup (trainweek backup restore), or train again."
    if any(manifest.get("sha256") == sha256 for manifest in manifests):
        yield passed("best model", f"{home.relative(zip_path)}, verified ({sha256[:12]}).")
    elif manifests:
        what = f"{home.relative(zip_path)} is not the file that its manifest describes."
        yield failed("best model", what, remedy)
    else:
        what = f"{home.relative(zip_path)} has no manifest: nobody can tell what it learned from."
        yield warned("best model", what, remedy)
