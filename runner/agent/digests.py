"""SHA-256 of files, and the versions of what computed them."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("torch", "stable_baselines3", "gymnasium", "numpy", "pandas")


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Of Python and of the packages that a model's numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
