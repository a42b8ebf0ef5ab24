"""The judgement of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.language import Message, literal
from core.reading import shown_number
from core.state_words import shown_word
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from core.reading import Reading

NOTHING = literal("")


@dataclass(frozen=True)
class Judgement:
    """Verdict of one check at one moment, with everything a person needs to verify it.

    :raises IntegrityError: a PASS without a reading. Nothing is green without evidence.
    """

    check: str  # id in the playbook
    verdict: Verdict
    as_of: datetime  # week time
    why: Message  # the verdict in one sentence, with its numbers
    limit: Message = NOTHING  # "> 0", "< 0.01", "INCREASING or STABLE"
    reading: Reading | None = None
    evidence: Message = NOTHING  # the evidence's verdict, where it differs from the manual's

    @property
    def value_text(self) -> Message:
        """The reading's value as people read it; "no data yet" without a reading."""
        if self.reading is None:
            return Message("no data yet")
        value = self.reading.value
        if isinstance(value, bool):
            return shown_word("yes" if value else "no")
        if isinstance(value, str):
            return shown_word(value)
        return shown_number(value, self.reading.unit)

    @property
    def told_limit(self) -> Message:
        """The limit beside the value; empty where it says nothing: "yes", or the value itself."""
        return NOTHING if self.limit in {"yes", self.value_text} else self.limit

    def __post_init__(self) -> None:
        if self.verdict is Verdict.PASS and self.reading is None:
            raise IntegrityError(
                f"Check {self.check} would pass without a reading.",
                "Add the reading, or return UNKNOWN.",
            )
