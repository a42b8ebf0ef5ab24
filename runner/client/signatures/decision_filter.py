"""Which archived revalidations a list shows: by week, run, verdict, signature, text and day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date
from enum import StrEnum
from typing import TYPE_CHECKING

from core.timestamps import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.vocabulary import Decision
    from runner.client.signatures.archived_decisions import ArchivedDecision


class SignedAs(StrEnum):
    """What a signature counts as: the newest act while it is valid, else why it is not."""

    UNSIGNED = "unsigned"
    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    REJECT = "reject"
    VOID = "void"
    EXPIRED = "expired"
    ALTERED = "altered"
    UNKNOWN = "unknown"


def signed_as(one: ArchivedDecision) -> SignedAs:
    """What the newest signature of a revalidation counts as."""
    state = one.validity.state
    if one.validity.valid and one.signature is not None:
        return SignedAs(one.signature.act.value)
    known = {each.value: each for each in SignedAs}
    return known.get(state.value.lower(), SignedAs.ALTERED)


@dataclass(frozen=True)
class DecisionFilter:
    """What every revalidation of a list has; an empty part asks for nothing.

    :ivar run: name of the training run that made the model.
    :ivar text: words that all occur, in any case: in hashes, run, week, names and reasons.
    :ivar since: first UTC day of the revalidation.
    :ivar until: last UTC day of the revalidation.
    """

    week: str | None = None
    run: str | None = None
    decisions: frozenset[Decision] = frozenset()
    signed: frozenset[SignedAs] = frozenset()
    text: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return not any(getattr(self, part.name) for part in fields(self))

    def chosen(self, found: Iterable[ArchivedDecision]) -> list[ArchivedDecision]:
        """Those that have it all, in their order."""
        return [one for one in found if self._lets(one)]

    def _lets(self, one: ArchivedDecision) -> bool:
        if self.signed and signed_as(one) not in self.signed:
            return False
        if self.text and not _has(one, self.text.casefold().split()):
            return False
        brief = one.brief
        if brief is None:  # an unreadable one has no week, run, verdict or day
            return not (self.week or self.run or self.decisions or self.since or self.until)
        if self.week and brief.week != self.week:
            return False
        if self.run and brief.run != self.run:
            return False
        if self.decisions and brief.decision not in self.decisions:
            return False
        day = parse_moment(brief.created_at).astimezone(UTC).date()
        return not ((self.since and day < self.since) or (self.until and day > self.until))


def _has(one: ArchivedDecision, words: Sequence[str]) -> bool:
    text = "\n".join(_texts(one)).casefold()
    return all(word in text for word in words)


def _texts(one: ArchivedDecision) -> Iterator[str]:
    yield one.sha256
    if brief := one.brief:
        yield from (brief.decision.value, brief.score, brief.grade.value, brief.tag, brief.symbol)
        yield from (brief.model_sha256, brief.data_sha256, brief.playbook_id, brief.created_at)
        yield from (brief.week or "", brief.run or "")
    for act in one.signatures:
        yield from (act.act.value, act.by, act.second or "", act.reason)
        for condition in act.conditions:
            yield from (str(condition["text"]), str(condition["owner"]))
