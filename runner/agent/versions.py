"""The versions of what computes a model."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

PACKAGES = ("torch", "stable_baselines3", "gymnasium", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Of Python and of the packages that a model's numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def differences(before: Mapping[str, str] | None, whose: str) -> list[str]:
    """One sentence for each version that is another one now; ``whose``: "Checkpoint 50000"."""
    if not before:
        return [f"{whose} does not say with which versions it was written."]
    return [
        f"{whose} was written with {name} {before.get(name, 'unknown')}, here is {present}."
        for name, present in versions().items()
        if before.get(name) != present
    ]
