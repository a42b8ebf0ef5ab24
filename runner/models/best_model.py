"""A model as files: the zip and its manifest.

Only hashes and JSON are read here: nothing is unpickled, torch is not needed.
:mod:`runner.agent.best_model` writes the pair.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.language import Message
from core.limited_files import MOST_MODEL, MOST_RECORD, json_of, read_limited
from core.model_manifest import manifest_path, next_manifest_path

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RETRAIN", "manifest_path", "next_manifest_path", "read_best_model", "with_zip"]

RETRAIN = Message("Train again, or restore a backup of models/ppo_phase4.")


def with_zip(path: Path) -> Path:
    """A model's path; the ``.zip`` may be omitted."""
    return path if path.suffix == ".zip" else path.with_name(f"{path.name}.zip")


def read_best_model(zip_path: Path) -> tuple[bytes, dict[str, Any]]:
    """The zip's bytes and its manifest.

    :raises InputError: there is no model, or no manifest next to it.
    :raises IntegrityError: the zip is not the one that the manifest describes.
    """
    zip_path = with_zip(zip_path)
    try:
        content = read_limited(zip_path, MOST_MODEL)
    except OSError as error:
        raise InputError(
            Message("There is no model {path}: {error}.", path=str(zip_path), error=error.strerror),
            Message(
                "A run that completes writes it; choose the model of another run with"
                " `trainweek model use RUN --reason TEXT`, or give another --model-path."
            ),
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    found = False
    for path in (manifest_path(zip_path), next_manifest_path(zip_path)):
        manifest = _read_manifest(path)
        found = found or manifest is not None
        if manifest is not None and manifest.get("sha256") == sha256:
            return content, manifest
    if not found:
        raise InputError(
            Message(
                "{file} has no manifest, so it is unknown what it was trained on.",
                file=zip_path.name,
            ),
            Message(
                "{retrain} Import an external model with: trainweek model import FILE.zip",
                retrain=RETRAIN,
            ),
        )
    raise IntegrityError(
        Message(
            "{file} is not the file that its manifest describes (SHA-256 differs).",
            file=zip_path.name,
        ),
        RETRAIN,
    )


def _read_manifest(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json_of(read_limited(path, MOST_RECORD))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IntegrityError(
            Message("{file} can't be read: {error}.", file=path.name, error=str(error)), RETRAIN
        ) from error
    return manifest if isinstance(manifest, dict) else None
