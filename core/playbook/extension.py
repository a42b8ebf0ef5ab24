"""A playbook that contains only what differs from the one that comes with trainweek.

::

    extends: phase4
    training:
      total_steps: 50000

Mappings are merged key by key. Lists whose items have ids (schedule, gates, scenarios,
escalations) are merged id by id; every other list is replaced as a whole. Nothing can be
removed: write a complete playbook for that (``trainweek playbook show`` prints one).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from core.language import Message
from core.yaml_files import Tree, TreeError, read_tree

KEY = "extends"
BASES = {"phase4": Path(__file__).with_name("phase4.yaml")}

# Checks that repeat a training setting, by their metric. In an extension they follow the
# setting unless they are written out.
REPEATED_SETTINGS = {
    "steps_done": "total_steps",
    "steps_per_second": "min_steps_per_second",
    "preflight_disk": "min_free_disk_gb",
    "disk_free_gb": "min_free_disk_gb",
}

_Path = tuple[str | int, ...]


def extended(tree: Tree) -> Tree:
    """The whole playbook of a tree that extends another one; any other tree unchanged.

    Inherited parts have the line of ``extends``.

    :raises TreeError: the base is unknown.
    """
    if not isinstance(tree.data, dict) or KEY not in tree.data:
        return tree
    line = tree.line((KEY,))
    name = tree.data[KEY]
    if not isinstance(name, str) or name not in BASES:
        raise TreeError(
            Message("unknown playbook to extend: {name}", name=repr(name)),
            Message("Known: {known}.", known=", ".join(BASES)),
            line,
            (KEY,),
        )
    base = deepcopy(read_tree(BASES[name].read_text(encoding="utf-8")).data)
    own = {key: value for key, value in tree.data.items() if key != KEY}
    places: dict[_Path, _Path] = {}
    data = _merged(base, own, (), (), places)
    _follow_settings(data, own)
    lines = {places[path]: line for path, line in tree.lines.items() if path in places}
    return Tree(data, {**lines, (): line})


def whole_text(text: str) -> str:
    """The text of a playbook with everything that it inherits written out.

    A week keeps this text, so that a later version of the base can't change it.

    :raises TreeError: as :func:`extended`.
    """
    tree = read_tree(text)
    whole = extended(tree)
    if whole is tree:
        return text
    return yaml.safe_dump(whole.data, sort_keys=False, allow_unicode=True, width=100)


def _merged(base: Any, own: Any, path: _Path, whole: _Path, places: dict[_Path, _Path]) -> Any:
    """``own`` over ``base``. ``places`` maps each path of ``own`` to its path in the result."""
    places[path] = whole
    if isinstance(base, dict) and isinstance(own, dict):
        return base | {
            key: _merged(base.get(key), value, (*path, key), (*whole, key), places)
            for key, value in own.items()
        }
    if _has_ids(base) and _has_ids(own):
        result, index_of = list(base), {item["id"]: i for i, item in enumerate(base)}
        for i, item in enumerate(own):
            # An id that is given twice stays twice: the rules of references refuse it.
            at = index_of.pop(item["id"], len(result))
            if at == len(result):
                result.append(next((each for each in base if each["id"] == item["id"]), None))
            result[at] = _merged(result[at], item, (*path, i), (*whole, at), places)
        return result
    _keep_places(own, path, whole, places)
    return own


def _keep_places(own: Any, path: _Path, whole: _Path, places: dict[_Path, _Path]) -> None:
    places[path] = whole
    items = (
        own.items() if isinstance(own, dict) else enumerate(own if isinstance(own, list) else ())
    )
    for key, value in items:
        _keep_places(value, (*path, key), (*whole, key), places)


def _has_ids(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in value)
    )


def _follow_settings(data: dict[str, Any], own: Mapping[str, Any]) -> None:
    training, checks = data.get("training"), data.get("checks")
    if not isinstance(training, dict) or not isinstance(checks, dict):
        return
    written = own.get("checks") if isinstance(own.get("checks"), dict) else {}
    for name, check in checks.items():
        if not isinstance(check, dict) or "threshold" in _mapping(_mapping(written).get(name)):
            continue
        setting = REPEATED_SETTINGS.get(str(check.get("metric")))
        if _is_number(training.get(str(setting))):  # what is not one is refused where it stands
            checks[name] = check | {"threshold": training[setting]}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
