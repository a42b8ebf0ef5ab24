"""The best model so far: ``best_model.zip`` and its manifest.

The two files can't be replaced atomically. So the next manifest is written first, then the
zip is replaced, then the manifest: after a kill one of the two manifests matches the zip,
and the reader takes that one.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError, SetupError
from core.files import file_sha256, sync_folder, write_bytes, write_json
from core.language import Message
from core.paths import numbered
from runner.agent.numerics import numerics
from runner.agent.policy import require_finite
from runner.agent.versions import versions
from runner.failpoints import fail_here
from runner.models.best_model import manifest_path, next_manifest_path, read_best_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stable_baselines3 import PPO

    from core.model_manifest import Validations

__all__ = [
    "SAVE_POINTS",
    "keep_broken",
    "keep_earlier",
    "keep_validations",
    "manifest_path",
    "read_best_model",
    "save_best_model",
]

SCHEMA = 1
# Failpoints of a save, in order.
SAVE_POINTS = ("best_model_begun", "best_model_announced", "best_model_replaced")


def save_best_model(zip_path: Path, model: PPO, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the best model and verify it.

    :param facts: what the manifest has besides hash, versions and numerics (run, step,
        config, normaliser, observation, ranges); strict JSON.
    :returns: the manifest.
    :raises TrainingDivergedError: the weights hold NaN or infinity; nothing is written.
    :raises SetupError: no disk space or no permission; the previous best model is intact.
    :raises IntegrityError: the data read back differ from what was written.
    """
    require_finite(model)
    content = io.BytesIO()
    model.save(content)
    manifest = {
        "schema": SCHEMA,
        "model": zip_path.name,
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        **facts,
        "versions": versions(),
        "numerics": numerics(),
    }
    try:
        fail_here("best_model_begun")
        write_json(next_manifest_path(zip_path), manifest)
        fail_here("best_model_announced")
        write_bytes(zip_path, content.getvalue())
        fail_here("best_model_replaced")
        next_manifest_path(zip_path).replace(manifest_path(zip_path))
        sync_folder(zip_path.parent)
        _require_same(zip_path, manifest)
    except (OSError, SetupError) as error:
        raise _not_saved(error) from error
    return manifest


def keep_validations(zip_path: Path, run: str, validations: Validations) -> None:
    """Write a run's validations into the manifest of its best model, if it is there.

    :raises SetupError: no disk space or no permission; the manifest is as it was.
    """
    try:
        manifest = read_best_model(zip_path)[1]
    except (InputError, IntegrityError):
        return  # removed or replaced by a person
    if manifest.get("run") != run:
        return
    manifest["validation"] = {**manifest["validation"], **validations.in_manifest()}
    try:
        write_json(manifest_path(zip_path), manifest)
    except (OSError, SetupError) as error:
        raise _not_saved(error) from error


def _not_saved(error: OSError | SetupError) -> SetupError:
    why = error.what if isinstance(error, SetupError) else f"{error.strerror or error}."
    return SetupError(
        Message("The best model was not saved: {error}", error=why),
        Message("Check the folder's permissions and the free disk space."),
    )


def keep_earlier(zip_path: Path, run: str, earlier: Path, *, own: bool = False) -> None:
    """Copy another run's best model to ``earlier/<run>/`` before it is replaced.

    :param own: also copy this run's own, because it starts over.
    """
    try:
        content, manifest = read_best_model(zip_path)
    except (InputError, IntegrityError):
        return
    owner = str(manifest.get("run"))
    target = earlier / owner / zip_path.name
    if owner == run and not own:
        return
    if target.exists() and file_sha256(target) == manifest["sha256"]:
        return
    target = numbered(target)
    write_bytes(target, content)
    _require_same(target, manifest)
    write_json(manifest_path(target), manifest)


def keep_broken(zip_path: Path, earlier: Path) -> Path:
    """Copy a model that does not match its manifest to ``earlier/broken``; returns the copy."""
    target = numbered(earlier / "broken" / zip_path.name)
    write_bytes(target, zip_path.read_bytes())
    if manifest_path(zip_path).exists():
        write_bytes(manifest_path(target), manifest_path(zip_path).read_bytes())
    return target


def _require_same(zip_path: Path, manifest: Mapping[str, Any]) -> None:
    if file_sha256(zip_path) != manifest["sha256"]:
        raise IntegrityError(
            Message(
                "The data read back from {file} differ from what was written.", file=zip_path.name
            ),
            Message("Check the disk; the checkpoints are intact."),
        )
