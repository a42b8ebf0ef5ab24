"""The manifest of a model: with another normaliser or settings the zip is another model.

How the pair is written: :mod:`runner.agent.best_model`.
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
    """The place of the next manifest while the zip is replaced."""
    return zip_path.with_name(f".{zip_path.stem}.manifest.next.json")


def manifest_of(zip_path: Path, sha256: str) -> dict[str, Any] | None:
    """The manifest of the zip with this hash; None if there is none.

    Loading the model chooses the same one.
    """
    for path in (manifest_path(zip_path), next_manifest_path(zip_path)):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and manifest.get("sha256") == sha256:
            return manifest
    return None


def _refuse(constant: str) -> float:
    """NaN and infinities are not strict JSON: no such manifest was ever written."""
    raise ValueError(constant)
