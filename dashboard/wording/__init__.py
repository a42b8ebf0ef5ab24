"""What the pages say, in the viewer's language.

An English sentence stands where a panel says it; ``core/locales`` holds its Portuguese.
Words that depend on a state or an id stand in the tables of this folder, one subject a
file. Machine text (commands, log lines, documents) stays as in the manual.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from core.language import Language, Message

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$:])")
_LIST_START = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_CODE_SPAN = re.compile(r"(`[^`]*`)")
# Stands for a value until its sentence is translated; unguessable, so that what people type
# can't be taken for it.
_PLACE = secrets.token_hex(8)
_PLACES = re.compile(_PLACE + r"([0-9a-f]{4})")


def plain(text: object) -> str:
    """Any text as Markdown that shows just these characters, on one line."""
    return _no_list(_MARKUP.sub(r"\\\1", " ".join(str(text).split())))


@dataclass(frozen=True)
class Words:
    """How the pages speak one language.

    ``say("… {x}", x=…)`` is Markdown: the sentence's own markup counts, values are escaped,
    so what people typed can't become markup. ``say(message)``, for a message from a table
    or from the layers below, shows just its words and its code spans.
    """

    language: Language = "en"

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Markdown of a sentence; the class docstring says what is escaped."""
        if isinstance(sentence, Message):
            return _markdown(sentence, self.language, escape=True)
        return _markdown(Message(sentence, **values), self.language, escape=False)

    def raw(self, sentence: str, /, **values: object) -> str:
        """The sentence without any escaping, for places that don't read Markdown: options of
        a select box, figures, files.
        """
        if not isinstance(sentence, Message):
            sentence = Message(sentence, **values)
        return sentence.in_(self.language)

    def text(self, text: str) -> str:
        """Markdown of a text that the layers below give: translated if it is a message; a
        plain string, as old records hold it, stays as it is.
        """
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
