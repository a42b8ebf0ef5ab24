"""Versions of Python and the packages that a model depends on."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = ("torch", "stable_baselines3", "gymnasium", "numpy", "pandas")


def versions() -> dict[str, str]:
    """The present versions, by package."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def differences(before: Mapping[str, str] | None, whose: Message) -> list[Message]:
    """One sentence for each version that has changed.

    :param whose: the model in a sentence: "Checkpoint 50000".
    """
    if not before:
        return [Message("{model} does not record the versions it was written with.", model=whose)]
    return [
        Message(
            "{model} was written with {package} {before}; {present} is installed.",
            model=whose,
            package=name,
            before=before.get(name, "?"),
            present=present,
        )
        for name, present in versions().items()
        if before.get(name) != present
    ]
