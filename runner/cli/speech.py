"""What the commands print for people, in the language of the terminal.

``TRAINWEEK_LANGUAGE`` names it. The machine's locale (``LANG``) is not asked, so that a script
gets the same text on every machine. JSON, help texts and log lines are English.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from core.errors import InputError
from core.language import FIRST_LANGUAGE, Language, said

# C0, delete, C1, line and paragraph separators, marks of direction, lone surrogates, and what has
# no width: two names may not look alike. Joiners (U+200C, U+200D) belong to scripts and emoji.
_HIDDEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff]"
)
LANGUAGE_VARIABLE = "TRAINWEEK_LANGUAGE"
_BREAKS = re.compile(r"([\n\t])")


def language() -> Language:
    """The language of this terminal.

    :raises InputError: the setting names no supported language.
    """
    if all(name.upper() != LANGUAGE_VARIABLE for name in os.environ):
        return FIRST_LANGUAGE
    from runner.settings import Terminal  # dear to import, and most terminals set none

    terminal = Terminal.read()
    return terminal.language


def in_words(text: str) -> str:
    """A sentence in the language of the terminal; other text stays as it is."""
    return said(text, language())


def visible(text: str) -> str:
    """Text from a file in one line: what can't be seen, or moves other text, is escaped."""
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def printable(text: str) -> str:
    """:func:`visible`, but line breaks and tabs stay."""
    return "".join(part if part in ("\n", "\t") else visible(part) for part in _BREAKS.split(text))


def as_json(value: Any) -> str:
    """Strict JSON for a terminal: control characters are escaped as JSON's own.

    :raises ValueError: it holds NaN or infinity, which is a bug of ours.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    return _HIDDEN.sub(
        lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text
    )


def tell_line(*lines: str) -> None:
    """Print sentences about a file, each in one line, whatever its texts contain."""
    for line in lines:
        print(visible(in_words(line)), flush=True)


def tell(*lines: str) -> None:
    """Print sentences at once, each on a line of its own."""
    for line in lines:
        print(printable(in_words(line)), flush=True)


def warn(*lines: str) -> None:
    """:func:`tell` on the error output; in English where the setting itself is wrong."""
    try:
        spoken = language()
    except InputError:
        spoken = FIRST_LANGUAGE
    for line in lines:
        print(printable(said(line, spoken)), file=sys.stderr, flush=True)
