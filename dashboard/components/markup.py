"""Markdown shared by many panels: text in a colour with an icon, small print, unbroken lines."""

from __future__ import annotations

import re

_MARKS = re.compile(r"\\(.)|\*{1,2}|`")


def tinted(text: str, colour: str, icon: str = "") -> str:
    """Text in a colour of the theme, after an icon of the bundled set. ``text`` is Markdown."""
    return f":{colour}[:material/{icon}: {text}]" if icon else f":{colour}[{text}]"


def small(text: str, colour: str = "gray") -> str:
    """Small print in a colour. ``text`` is Markdown."""
    return f":small[:{colour}[{text}]]"


def unbroken(text: str) -> str:
    """Text that stays on one line: its spaces don't break."""
    return text.replace(" ", "\u00a0")


def bare(text: str) -> str:
    """Markdown of a sentence as the characters that are read, for where no Markdown is drawn."""
    return _MARKS.sub(lambda found: found[1] or "", text)
