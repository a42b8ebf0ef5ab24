"""Lines of a report in plain text: folded, headed, or with a word at the right."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 100


def folded(text: str, indent: str = "") -> Sequence[str]:
    """The text in lines of at most :data:`WIDTH` letters."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def heading(number: int, title: str) -> str:
    """Of a numbered section."""
    return f"{number} {title.upper()}"


def in_a_line(left: str, right: str) -> list[str]:
    """Left and right text on one line, or on two if they don't fit."""
    if len(left) + 2 + len(right) > WIDTH:
        return [left, f"{right:>{WIDTH}}"]
    return [f"{left}{right:>{WIDTH - len(left)}}"]
