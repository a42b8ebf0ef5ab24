"""The manifest of a model: the normaliser and settings without which the zip is useless.

:mod:`runner.agent.best_model` writes the pair.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def manifest_path(zip_path: Path) -> Path:
    """``best_model.zip`` -> ``best_model.manifest.json``."""
    return zip_path.with_name(f"{zip_path.stem}.manifest.json")


def next_manifest_path(zip_path: Path) -> Path:
    """Path of the new manifest while the zip is being replaced."""
    return zip_path.with_name(f".{zip_path.stem}.manifest.next.json")


def manifest_of(zip_path: Path, sha256: str) -> dict[str, Any] | None:
    """The manifest of the zip with this hash, current or next; None if there is none."""
    for path in (manifest_path(zip_path), next_manifest_path(zip_path)):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and manifest.get("sha256") == sha256:
            return manifest
    return None


def _refuse(constant: str) -> float:
    """Refuse NaN and infinities: they are not strict JSON, so we did not write the file."""
    raise ValueError(constant)
