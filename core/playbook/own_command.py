"""The command of an own trainer, with its placeholders filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS = "{steps}"


def filled(command: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """The words of the command.

    :param values: by placeholder; the schema knows no others.
    """
    return [word.format(**values) for word in command]


def can_be_shortened(command: tuple[str, ...]) -> bool:
    """Whether the command takes its number of steps from here."""
    return any(STEPS in word for word in command)
