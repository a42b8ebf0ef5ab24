"""Changes to a model's zip and manifest; a kill in between leaves a readable pair.

The two files can't be replaced atomically. So the next manifest is written first, then the
zip is replaced, then the manifest: after a kill one of the two manifests matches the zip,
and the reader takes that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError, SetupError
from core.files import file_sha256, sync_folder, write_bytes, write_json
from core.language import Message
from core.path_names import numbered, safe_name
from runner.failpoints import fail_here
from runner.models.best_model import manifest_path, next_manifest_path, read_best_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.model_manifest import Validations

# Failpoints of a write, in order.
SAVE_POINTS = ("best_model_begun", "best_model_announced", "best_model_replaced")


def write_model(zip_path: Path, content: bytes, manifest: Mapping[str, Any]) -> None:
    """Replace a model and its manifest, and verify them.

    :raises SetupError: no disk space or no permission; the previous model is intact.
    :raises IntegrityError: the data read back differ from what was written.
    """
    try:
        fail_here("best_model_begun")
        write_json(next_manifest_path(zip_path), manifest)
        fail_here("best_model_announced")
        write_bytes(zip_path, content)
        fail_here("best_model_replaced")
        next_manifest_path(zip_path).replace(manifest_path(zip_path))
        sync_folder(zip_path.parent)
        _require_same(zip_path, manifest)
    except (OSError, SetupError) as error:
        raise _not_saved(error) from error


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


def keep_earlier(zip_path: Path, earlier: Path) -> None:
    """Copy a model that is about to be replaced to ``earlier/<run>/``, unless it is there."""
    try:
        content, manifest = read_best_model(zip_path)
    except (InputError, IntegrityError):
        return
    try:
        owner = safe_name(str(manifest.get("run")), "run")
    except InputError:
        owner = "unknown"
    target = earlier / owner / zip_path.name
    if target.exists() and file_sha256(target) == manifest["sha256"]:
        return
    target = numbered(target)
    write_bytes(target, content)
    _require_same(target, manifest)
    write_json(manifest_path(target), manifest)


def keep_broken(zip_path: Path, earlier: Path) -> Path:
    """Copy a model that does not match its manifest to ``earlier/broken``; returns the copy.

    :raises SetupError: it can't be read, so it must not be replaced either.
    """
    target = numbered(earlier / "broken" / zip_path.name)
    try:
        write_bytes(target, zip_path.read_bytes())
        if manifest_path(zip_path).exists():
            write_bytes(manifest_path(target), manifest_path(zip_path).read_bytes())
    except OSError as error:
        raise SetupError(
            Message(
                "{file} can't be read, so it can't be kept: {error}.",
                file=zip_path.name,
                error=error.strerror or str(error),
            ),
            Message("Check the folder's permissions, or move the file away by hand."),
        ) from error
    return target


def _require_same(zip_path: Path, manifest: Mapping[str, Any]) -> None:
    if file_sha256(zip_path) != manifest["sha256"]:
        raise IntegrityError(
            Message(
                "The data read back from {file} differ from what was written.", file=zip_path.name
            ),
            Message("Check the disk; the checkpoints are intact."),
        )


def _not_saved(error: OSError | SetupError) -> SetupError:
    why = error.what if isinstance(error, SetupError) else f"{error.strerror or error}."
    return SetupError(
        Message("The best model was not saved: {error}", error=why),
        Message("Check the folder's permissions and the free disk space."),
    )
