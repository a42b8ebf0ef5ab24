"""The versions of what computes a model."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = ("torch", "stable_baselines3", "gymnasium", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Of Python and of the packages that a model's numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
