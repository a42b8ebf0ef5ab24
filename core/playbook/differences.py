"""What differs between two playbooks, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from core.playbook.loading import as_written

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = ("id", "decision")  # that name an item of a list


@dataclass(frozen=True)
class Difference:
    """One field that is not the same, or a part that only one of the two has.

    :ivar path: ``("training", "total_steps")``, ``("checks", "kl_divergence", "threshold")``.
    :ivar before: plain JSON; None: not set, or only the new playbook has it.
    :ivar after: plain JSON; None: not set, or only the earlier playbook had it.
    """

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def dotted(self) -> str:
        """The path as it is recorded: ``checks.kl_divergence.threshold``."""
        return ".".join(self.path)


def differences(before: str, after: str) -> list[Difference]:
    """The fields that differ, in the playbook's order; defaults count, comments and spacing do not.

    :param before: text of a valid playbook, as is ``after``.
    """
    return _between(_plain(before), _plain(after), ())


def as_text(value: Any) -> str:
    """A value as it is recorded and shown: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=16)  # reading YAML takes a fifth of a second; never changed
def _plain(text: str) -> dict[str, Any]:
    found: dict[str, Any] = _by_id(as_written(text))
    return found


def _by_id(part: Any) -> Any:
    """Plain JSON, with lists of items that have an id as mappings."""
    if isinstance(part, BaseModel):
        return {name: _by_id(getattr(part, name)) for name in type(part).model_fields}
    if isinstance(part, dict):
        return {name: _by_id(value) for name, value in part.items()}
    if isinstance(part, tuple):
        ids = [_id(item) for item in part]
        if part and all(ids):
            return {name: _by_id(item) for name, item in zip(ids, part, strict=True)}
        return [_by_id(item) for item in part]
    return part


def _id(item: Any) -> str | None:
    found = next((getattr(item, key) for key in _KEYS if hasattr(item, key)), None)
    return None if found is None else str(found)


def _between(before: Any, after: Any, path: tuple[str, ...]) -> list[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        return _of_mappings(before, after, path)
    if before == after and type(before) is type(after):
        return []
    return [Difference(path, before, after)]


def _of_mappings(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> list[Difference]:
    names = [*before, *(name for name in after if name not in before)]
    return [
        found
        for name in names
        for found in _between(before.get(name), after.get(name), (*path, name))
    ]
