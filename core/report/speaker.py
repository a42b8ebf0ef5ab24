"""Sentences, labels and numbers of a report in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.language import Message
from core.language import plural as plural_message
from core.report.numbers import Numbers


@dataclass(frozen=True)
class Speaker:
    """Sentences of a report in one language, keyed by their English template."""

    language: str = "en"

    @property
    def numbers(self) -> Numbers:
        """Number formats of the language."""
        return Numbers(self.language)

    def say(self, template: str, /, **values: Any) -> str:
        """A sentence or a label."""
        return Message(template, **values).in_(self.language)

    def plural(self, one: str, many: str, /, n: float, **values: Any) -> str:
        """A sentence or a label that depends on a count."""
        return plural_message(one, many, n, **values).in_(self.language)
