"""What a text that people give may contain: one rule for parameters, settings, playbooks and names."""

from __future__ import annotations

import unicodedata

from core.language import Message

LINE = {"format": "line"}  # in the JSON schema of a text that must be on one line

_CONTROL = ("Cc", "Cs")  # control characters, and halves of a surrogate pair


def readable(text: str) -> str:
    """The text itself, if files, databases, terminals and command lines can hold it.

    :raises ValueError: a control character other than line break and tab, or half of a
        surrogate pair.
    """
    for character in text:
        if unicodedata.category(character) in _CONTROL and character not in "\n\t":
            raise ValueError(
                Message("{character} is a control character", character=ascii(character))
            )
    return text


def one_line(text: str) -> str:
    """The text itself, if it is on one line and has no tab.

    :raises ValueError: a line break or a tab.
    """
    if "\t" in text or text.splitlines() not in ([], [text]):
        raise ValueError(Message("the text has a line break or a tab"))
    return text


def not_blank(text: str) -> str:
    """The text itself, if something of it is visible.

    :raises ValueError: nothing is.
    """
    if is_blank(text):
        raise ValueError(Message("the text is blank"))
    return text


def is_blank(text: str) -> bool:
    """Whether nothing of it is visible: only spaces, line breaks, or marks of writing direction."""
    return all(unicodedata.category(character)[0] in "CZ" for character in text)
