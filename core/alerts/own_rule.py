"""A rule of the engineers' own: which number of the run, what is wrong with it, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message, literal, plural
from core.text_rules import not_blank, one_line, readable

if TYPE_CHECKING:
    from datetime import datetime

    from core.vocabulary import Severity

RULE = "rule:"
MOST_NAME = 60
_MOST_TAG = 200
_MOST_MINUTES = 7 * 24 * 60
_MOST_STEPS = 10**12


class Operator(StrEnum):
    """What a reading is compared by."""

    ABOVE = "above"
    BELOW = "below"
    CHANGES = "changes"  # by more than the threshold, up or down


OPERATOR_WORDS = {
    Operator.ABOVE: Message("above"),
    Operator.BELOW: Message("below"),
    Operator.CHANGES: Message("changes by more than"),
}


@dataclass(frozen=True)
class RuleTerms:
    """When a rule fires.

    :ivar threshold: in the unit of the tag; of a change, its size.
    :ivar minutes: week time for which it must hold; of a change, within which it happens.
    :ivar steps: the same in steps. At most one of the two is given; with neither a single
        reading is enough, and a change is that from one reading to the next.
    """

    name: str
    tag: str
    operator: Operator
    threshold: float
    level: Severity
    minutes: float = 0.0
    steps: int = 0

    def require_sound(self) -> None:
        """:raises InputError: a name, number or duration that no rule can have."""
        for what, text, most in (
            (Message("name"), self.name, MOST_NAME),
            (Message("tag"), self.tag, _MOST_TAG),
        ):
            try:
                not_blank(one_line(readable(text)))
            except ValueError as error:
                raise InputError(
                    Message(
                        "The rule's {what} is not usable: {why}.",
                        what=what,
                        why=literal(error.args[0]),
                    ),
                    Message("Give a short text on one line."),
                ) from None
            if len(text) > most:
                raise InputError(
                    Message("The rule's {what} has {n} characters.", what=what, n=len(text)),
                    Message("Shorten it to {limit:,} characters or fewer.", limit=most),
                )
        if not math.isfinite(self.threshold):
            raise InputError(
                Message("The threshold {number} is not a finite number.", number=self.threshold),
                Message("Give a number such as 0.03."),
            )
        if self.operator is Operator.CHANGES and self.threshold <= 0:
            raise InputError(
                Message("A change of more than {number:g} is always there.", number=self.threshold),
                Message("Give the size of a change as a number above 0."),
            )
        self._require_span()

    def _require_span(self) -> None:
        if not (math.isfinite(self.minutes) and self.minutes >= 0) or self.steps < 0:
            raise InputError(
                Message("A rule can't hold for less than nothing."),
                Message("Give 0 or more minutes, or 0 or more steps."),
            )
        if self.minutes and self.steps:
            raise InputError(
                Message("The rule has a duration in minutes and another in steps."),
                Message("Give one of the two."),
            )
        if self.minutes > _MOST_MINUTES or self.steps > _MOST_STEPS:
            raise InputError(
                Message("The rule's duration is longer than any week."),
                Message("Give at most {n:,} minutes.", n=_MOST_MINUTES),
            )

    @property
    def sentence(self) -> Message:
        """What has to be the case, without a full stop."""
        known = {"tag": self.tag, "threshold": self.threshold}
        if self.operator is Operator.CHANGES:
            what = Message("{tag} changes by more than {threshold:g}", **known)
            return Message("{what} {span}", what=what, span=self._within)
        if self.operator is Operator.ABOVE:
            what = Message("{tag} above {threshold:g}", **known)
        else:
            what = Message("{tag} below {threshold:g}", **known)
        if not (self.minutes or self.steps):
            return what
        return Message("{what} {span}", what=what, span=self._for)

    @property
    def side(self) -> Message:
        """The operator as a word."""
        return OPERATOR_WORDS[self.operator]

    @property
    def _for(self) -> Message:
        if self.steps:
            return plural("for {n:,} step", "for {n:,} steps", self.steps)
        return Message("for {n:g} min", n=self.minutes)

    @property
    def _within(self) -> Message:
        if self.steps:
            return plural("within {n:,} step", "within {n:,} steps", self.steps)
        if self.minutes:
            return Message("within {n:g} min", n=self.minutes)
        return Message("from one reading to the next")


@dataclass(frozen=True)
class OwnRule:
    """A rule that people made.

    :ivar id: sequence number of the ledger line that made it.
    :ivar at: real time at which it was made.
    """

    id: int
    terms: RuleTerms
    by: str
    at: datetime
    retired: bool = False

    @property
    def key(self) -> str:
        """The key of its alert."""
        return rule_key(self.id)


def rule_key(rule_id: int) -> str:
    """The key of a rule's alert."""
    return f"{RULE}{rule_id}"
