"""What is not equal in two nested settings, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ValuePair:
    """One name with both values; None where the name is missing."""

    name: str
    earlier: Any
    later: Any


def differing(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names whose values are not equal in all, sorted."""
    names = sorted({name for each in settings for name in each})
    return [name for name in names if len({repr(each.get(name)) for each in settings}) > 1]


def value_pairs(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> tuple[ValuePair, ...]:
    """The leaves that differ, by their paths: ``gates.sharpe.threshold``."""
    both = flattened(earlier), flattened(later)
    return tuple(ValuePair(name, *(each.get(name) for each in both)) for name in differing(both))


def flattened(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Path to value of every leaf. Items with an ``id`` are named by it, others by their place.

    >>> flattened({"gates": [{"id": "sharpe", "threshold": 1.0}], "hours": [1, 2]})
    {'gates.sharpe.threshold': 1.0, 'hours': [1, 2]}
    """
    return dict(_leaves(tree, ""))


def _leaves(part: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in _named(part):
        inner = f"{path}.{name}" if path else name
        if _has_parts(value):
            yield from _leaves(value, inner)
        else:
            yield inner, value


def _named(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping):
        yield from ((str(name), value) for name, value in part.items())
        return
    for place, item in enumerate(part):
        own = item.get("id") if isinstance(item, Mapping) else None
        yield str(place if own is None else own), item


def _has_parts(value: Any) -> bool:
    """A list of plain values is one value: a change of it is one difference."""
    if isinstance(value, Mapping):
        return bool(value)
    if isinstance(value, list | tuple):
        return any(isinstance(item, Mapping | list | tuple) for item in value)
    return False
