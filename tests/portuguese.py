"""Which sentences have no Portuguese."""

from __future__ import annotations

from functools import cache
from string import Formatter

from babel.messages.pofile import read_po

from core.language import LOCALES, Message, catalogue


def untranslated(message: Message) -> list[str]:
    """Templates of a message and of the messages in it that the catalogue doesn't have.

    A template without words is the same in each language.
    """
    words = "".join(text for text, *_ in Formatter().parse(message.template))
    found = [] if not any(map(str.isalpha, words)) or _known(message) else [message.template]
    for value in message.values.values():
        found += untranslated(value) if isinstance(value, Message) else []
    return found


def _known(message: Message) -> bool:
    """A catalogue gives back what it doesn't know, and a plural's other form by its count."""
    portuguese = catalogue("pt")
    if message.template in _same():
        return True
    if message.plural is None:
        return portuguese.gettext(message.template) != message.template
    return portuguese.ngettext(message.template, message.plural, 2) != message.plural


@cache
def _same() -> frozenset[str]:
    """Sentences whose Portuguese is the English, letter by letter."""
    source = LOCALES / "pt_BR" / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as file:
        return frozenset(
            entry.id if isinstance(entry.id, str) else entry.id[0]
            for entry in read_po(file)
            if entry.id == entry.string
        )
