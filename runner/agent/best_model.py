"""The best model so far: ``best_model.zip`` and the manifest that vouches for it.

The two files can't be replaced in one instant. So the next manifest is written
first, then the zip is replaced, then the manifest: whenever a kill comes, one of
the two manifests fits the zip, and the reader takes that one.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stable_baselines3 import PPO

from core.errors import InputError, IntegrityError
from core.files import sync_folder, write_bytes, write_json
from runner.agent.versions import versions

SCHEMA = 1
RETRAIN = "Train again, or restore a backup of models/ppo_phase4."


def manifest_path(zip_path: Path) -> Path:
    """``best_model.zip`` -> ``best_model.manifest.json``."""
    return zip_path.with_name(f"{zip_path.stem}.manifest.json")


def _next_manifest_path(zip_path: Path) -> Path:
    return zip_path.with_name(f".{zip_path.stem}.manifest.next.json")


def save_best_model(zip_path: Path, model: PPO, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the best model; returns the manifest.

    :param facts: what the manifest says beside hash and versions (run, step,
        config, normaliser, observation, ranges); strict JSON.
    """
    content = io.BytesIO()
    model.save(content)
    manifest = {
        "schema": SCHEMA,
        "model": zip_path.name,
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        **facts,
        "versions": versions(),
    }
    write_json(_next_manifest_path(zip_path), manifest)
    write_bytes(zip_path, content.getvalue())
    _next_manifest_path(zip_path).replace(manifest_path(zip_path))
    sync_folder(zip_path.parent)
    return manifest


def read_best_model(zip_path: Path) -> tuple[bytes, dict[str, Any]]:
    """The zip's bytes and the manifest that fits them. Nothing is unpickled.

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
    for path in (manifest_path(zip_path), _next_manifest_path(zip_path)):
        manifest = _read_manifest(path)
        found = found or manifest is not None
        if manifest is not None and manifest.get("sha256") == sha256:
            return content, manifest
    if not found:
        raise InputError(
            f"{zip_path.name} has no manifest beside it; nobody can tell what it was trained on.",
            RETRAIN,
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


def keep_earlier(zip_path: Path, run: str, earlier: Path) -> None:
    """Copy another run's best model to ``earlier/<run>/`` before it is replaced."""
    try:
        content, manifest = read_best_model(zip_path)
    except (InputError, IntegrityError):
        return
    owner = str(manifest.get("run"))
    target = earlier / owner / zip_path.name
    if owner != run and not target.exists():
        write_bytes(target, content)
        write_json(manifest_path(target), manifest)
