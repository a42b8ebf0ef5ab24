"""What the commands print for people, in the language of the terminal.

``TRAINWEEK_LANGUAGE`` names it. The machine's locale (``LANG``) is not asked, so that a script
gets the same text on every machine. JSON, help texts and log lines are English.
"""

from __future__ import annotations

import sys

from core.errors import InputError
from core.language import Language, said
from runner.settings import Terminal


def language() -> Language:
    """The language of this terminal.

    :raises InputError: the setting names none of ours.
    """
    terminal = Terminal.read()
    return terminal.language


def in_words(text: str) -> str:
    """A sentence in the language of the terminal; other text stays as it is."""
    return said(text, language())


def tell(*lines: str) -> None:
    """Print sentences at once, each on a line of its own."""
    for line in lines:
        print(in_words(line), flush=True)


def warn(*lines: str) -> None:
    """:func:`tell` on the error output; in English where the setting itself is wrong."""
    try:
        spoken = language()
    except InputError:
        spoken = "en"
    for line in lines:
        print(said(line, spoken), file=sys.stderr, flush=True)
