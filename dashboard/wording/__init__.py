"""What the pages say, in English and Brazilian Portuguese, one subject a file.

Texts stand side by side, so that a change of one shows the other. Machine text
(commands, log lines, documents) is not here: it stays as in the manual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.errors import InputError
from dashboard.wording import (
    checks,
    decision,
    evidence,
    frame,
    launch,
    monitoring,
    shared,
    signature,
    week,
)

Language = Literal["en", "pt"]
LANGUAGES: dict[Language, str] = {"en": "English", "pt": "Português"}

TEXTS: dict[str, tuple[str, str]] = {}
for _subject in (
    frame, shared, week, launch, checks, monitoring, decision, evidence, signature,
):  # fmt: skip
    _again = TEXTS.keys() & _subject.TEXTS.keys()
    if _again:
        raise InputError(f"Wording is defined twice: {sorted(_again)}.", "Rename one of them.")
    TEXTS.update(_subject.TEXTS)

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$:])")
_CODE = re.compile(r"`\{(\w+)\}`")  # in a code span nothing is markup, and nothing is escaped
_LIST_START = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")


def plain(text: object) -> str:
    """Any text as Markdown that shows just these characters, on one line."""
    line = " ".join(str(text).split())
    line = _MARKUP.sub(r"\\\1", line)
    return _LIST_START.sub(lambda found: f"{found[1]}\\{found[2]}{found[3]}", line)


@dataclass(frozen=True)
class Words:
    """The texts of one language.

    Called, it gives Markdown, with the values escaped: what people typed can't
    become markup. :meth:`raw` is for places that don't read Markdown (options of a
    select box, figures, files).
    """

    language: Language = "en"

    def raw(self, key: str, **values: object) -> str:
        """:raises KeyError: no such text; a test proves that none is missing."""
        text = TEXTS[key][0 if self.language == "en" else 1]
        return text.format(**values) if values else text

    def __call__(self, key: str, **values: object) -> str:
        code = set(_CODE.findall(self.raw(key)))
        return self.raw(
            key,
            **{
                name: str(value).replace("`", "'") if name in code else plain(value)
                for name, value in values.items()
            },
        )

    def has(self, key: str) -> bool:
        return key in TEXTS
