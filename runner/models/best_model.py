"""A model as files: the zip, and the manifest that vouches for it.

Only hashes and JSON are read here: nothing is unpickled, torch is not needed.
How the pair is written: :mod:`runner.agent.best_model`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from core.errors import InputError, IntegrityError
from core.model_manifest import manifest_path, next_manifest_path

__all__ = ["RETRAIN", "manifest_path", "next_manifest_path", "read_best_model"]

RETRAIN = "Train again, or restore a backup of models/ppo_phase4."


def read_best_model(zip_path: Path) -> tuple[bytes, dict[str, Any]]:
    """The zip's bytes and the manifest that fits them.

    :raises InputError: there is no model, or no manifest beside it.
    :raises IntegrityError: the zip is not the one that the manifest describes.
    """
    if zip_path.suffix != ".zip":
        zip_path = zip_path.with_name(f"{zip_path.name}.zip")
    try:
        content = zip_path.read_bytes()
    except OSError as error:
        raise InputError(
            f"There is no model {zip_path}: {error.strerror}.",
            "Train one first, or give another --model-path.",
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
            f"{zip_path.name} has no manifest beside it; nobody can tell what it was trained on.",
            f"{RETRAIN} A model from elsewhere comes in with: trainweek model import FILE.zip",
        )
    raise IntegrityError(
        f"{zip_path.name} is not the file that its manifest describes (SHA-256 differs).", RETRAIN
    )


def _read_manifest(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IntegrityError(f"{path.name} can't be read: {error}.", RETRAIN) from error
    return manifest if isinstance(manifest, dict) else None
