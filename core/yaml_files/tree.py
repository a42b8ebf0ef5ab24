"""YAML to plain data, with the line of every key and value.

Read by the YAML 1.2 core schema, as people expect: ``10:00`` and ``no`` are texts,
``3e-4`` is a number. Duplicate keys, aliases and tags are refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Path = tuple[str | int, ...]

MAX_CHARACTERS = 1_000_000
_DEPTH = 20


class TreeError(Exception):
    """The text is not valid data: what is wrong, on which line, at which path."""

    def __init__(self, what: Message, remedy: Message, line: int, path: Path = ()) -> None:
        super().__init__(what)
        self.what, self.remedy, self.line, self.path = what, remedy, line, path


class _Nodes(Composer, Resolver):
    """Composes nodes only; scalars are resolved by the 1.2 core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    if TYPE_CHECKING:  # of the parser that it is made one class with

        def check_event(self, *choices: Any) -> bool: ...
        def peek_event(self) -> Any: ...
        def dispose(self) -> None: ...

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            line = int(self.peek_event().start_mark.line) + 1
            raise TreeError(
                Message("aliases (*name) are not supported"), Message("Write the value out."), line
            )
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Nodes.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


class _Loader(_Nodes, yaml.SafeLoader):
    """Says most exactly what is wrong."""

    def __init__(self, text: str) -> None:
        yaml.SafeLoader.__init__(self, text)


_QUICK: Callable[[str], _Nodes] = _Loader

if yaml.__with_libyaml__:

    class _Quick(_Nodes, yaml.CSafeLoader):
        """Many times as quick."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    _QUICK = _Quick


def _node(text: str) -> Node | None:
    """:raises yaml.YAMLError: as :class:`_Loader` says it, whoever found it."""
    try:
        return _composed(_QUICK(text))
    except (yaml.YAMLError, RecursionError):
        return _composed(_Loader(text))


def _composed(loader: _Nodes) -> Node | None:
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


@dataclass
class Tree:
    """Plain data, and the line of each part."""

    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)  # line of a key, or of a list's item

    def line(self, path: Path) -> int:
        """Line of the path, or of its nearest parent in the text."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@lru_cache(maxsize=8)  # a tenth of a second; a new week's playbook is asked for three times
def read_tree(text: str) -> Tree:
    """Read one YAML document. The tree is shared: who changes it copies it first.

    :raises TreeError: not YAML, too long, duplicate keys, aliases, tags, no document.
    """
    if len(text) > MAX_CHARACTERS:
        raise TreeError(
            Message("the file is longer than {most:,} characters", most=MAX_CHARACTERS),
            Message("Pass a shorter file."),
            1,
        )
    _require_readable(text)
    try:
        node = _node(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or error.context or "unreadable").replace("\n", " ")
        raise TreeError(
            Message("invalid YAML: {error}", error=what),
            Message("Fix the line."),
            mark.line + 1 if mark else 1,
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise TreeError(
            Message("invalid YAML: {error}", error=str(error)), Message("Fix the file."), 1
        ) from error
    if node is None:
        raise TreeError(Message("the file is empty"), Message("Write its keys, or restore it."), 1)
    lines: dict[Path, int] = {(): node.start_mark.line + 1}
    return Tree(_plain(node, (), lines), lines)


def _require_readable(text: str) -> None:
    """Refuse what the two parsers read differently: a byte order mark within, half a character."""
    if (bad := re.search("[\ud800-\udfff]|(?!^)\ufeff", text)) is not None:
        raise TreeError(
            Message("invalid YAML: {error}", error=f"character U+{ord(bad[0]):04X}"),
            Message("Remove it."),
            text.count("\n", 0, bad.start()) + 1,
        )


def _plain(node: Node, path: Path, lines: dict[Path, int]) -> Any:
    line = node.start_mark.line + 1
    if len(path) > _DEPTH:
        raise TreeError(
            Message("nested too deeply"), Message("Remove the inner levels."), line, path
        )
    if isinstance(node, MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        items = []
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            items.append(_plain(item, (*path, index), lines))
        return items
    if isinstance(node, ScalarNode):
        return _scalar(node, path, line)
    raise _unknown_tag(node, path)


def _mapping(node: MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    if node.tag != "tag:yaml.org,2002:map":
        raise _unknown_tag(node, path)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise TreeError(
                Message("a key must be a word"), Message("Use a plain key."), line, path
            )
        key = key_node.value
        here = (*path, key)
        if key in found:
            raise TreeError(
                Message(
                    "duplicate key {key} (first on line {line})", key=repr(key), line=lines[here]
                ),
                Message("Remove one."),
                line,
                here,
            )
        lines[here] = line
        found[key] = _plain(value_node, here, lines)
    return found


def _scalar(node: ScalarNode, path: Path, line: int) -> Any:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "str":
        return node.value
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int" and len(node.value) <= 20:
        return int(node.value)
    if kind in ("int", "float"):
        value = float(node.value)
        if not math.isfinite(value):
            raise TreeError(
                Message("{value} is not a finite number", value=node.value),
                Message("Use a finite number."),
                line,
                path,
            )
        return value
    raise _unknown_tag(node, path)


def _unknown_tag(node: Node, path: Path) -> TreeError:
    line = node.start_mark.line + 1
    what = Message("the tag {tag} is not supported", tag=node.tag)
    return TreeError(what, Message("Remove the tag."), line, path)
