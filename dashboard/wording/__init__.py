"""Page texts in the viewer's language.

An English sentence is written in the panel that shows it; ``core/locales`` has its
Portuguese. Words that depend on a state or an id are in the tables of this folder, one
subject per file. Machine text (commands, log lines, documents) stays as in the manual.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from core.language import Language, Message

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$:])")
_LIST_START = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_CODE_SPAN = re.compile(r"(`[^`]*`)")
# Placeholder for a value until its sentence is translated; random, so that typed text can't
# contain it.
_PLACE = secrets.token_hex(8)
_PLACES = re.compile(_PLACE + r"([0-9a-f]{4})")


def plain(text: object) -> str:
    """Any text as Markdown that shows just these characters, on one line."""
    return _no_list(_MARKUP.sub(r"\\\1", " ".join(str(text).split())))


@dataclass(frozen=True)
class Words:
    """The page texts in one language.

    ``say("… {x}", x=…)`` is Markdown: the sentence's own markup counts, and values are
    escaped, so that typed text can't become markup. ``say(message)``, for a message from a
    table or from a lower layer, escapes its markup too, except for code spans.
    """

    language: Language = "en"

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Markdown of a sentence; the class docstring says what is escaped."""
        if isinstance(sentence, Message):
            return _markdown(sentence, self.language, escape=True)
        return _markdown(Message(sentence, **values), self.language, escape=False)

    def raw(self, sentence: str, /, **values: object) -> str:
        """The sentence without escaping, for places without Markdown: select boxes, figures."""
        if not isinstance(sentence, Message):
            sentence = Message(sentence, **values)
        return sentence.in_(self.language)

    def text(self, text: str) -> str:
        """Markdown of a text from a lower layer: a message is translated, a plain string is not."""
        return self(text) if isinstance(text, Message) else plain(text)


def _markdown(message: Message, language: Language, *, escape: bool) -> str:
    """The message with its values escaped; ``escape``: its own markup too.

    In a code span nothing is markup, so nothing is escaped there.
    """
    values: list[str] = []

    def place(value: str) -> str:
        values.append(re.sub(r"\s*\n\s*", " ", value))  # a value starts no line of its own
        return f"{_PLACE}{len(values) - 1:04x}"

    parts = _CODE_SPAN.split(message.in_(language, place))
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = _PLACES.sub(lambda at: _code(values[int(at[1], 16)]), part)
            continue
        words = _MARKUP.sub(r"\\\1", part) if escape else part
        parts[index] = _PLACES.sub(lambda at: _MARKUP.sub(r"\\\1", values[int(at[1], 16)]), words)
    return _no_list("".join(parts)) if escape else "".join(parts)


def _code(value: str) -> str:
    return " ".join(value.replace("`", "'").split())


def _no_list(line: str) -> str:
    return _LIST_START.sub(lambda found: f"{found[1]}\\{found[2]}{found[3]}", line)
