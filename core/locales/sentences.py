"""Babel's extraction of sentences from Python sources.

It reads the syntax tree, so sentences inside f-strings and on both sides of a condition
are found. ``say`` and ``raw`` count only in the dashboard and in the reports.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

PAGES = frozenset({"say", "raw"})
SPEAKERS = frozenset({"dashboard", "report"})  # folders whose ``say`` takes a sentence
FORMS = 2  # of a plural: its first two arguments
Found = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """Babel's extraction method: line, keyword, sentence or its two forms, comments."""
    of_pages = not SPEAKERS.isdisjoint(Path(file.name).parts)
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = _name(node.func)
        if name not in keywords or (name in PAGES and not of_pages):
            continue
        if name == "plural":
            forms = [text for at in node.args[:FORMS] for text in _texts(at)]
            if len(forms) == FORMS:
                yield node.lineno, name, tuple(forms), []
        else:
            for text in _texts(node.args[0]):
                yield node.lineno, name, text, []


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _texts(node: ast.expr) -> list[str]:
    """The literal of an argument; both of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return []
