"""What holds now, as alerts see it, and what is kept of it between two looks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from core.alerts.kinds import EventKind
from core.language import LANGUAGES, Language
from core.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.playbook.text import Readable

Said = dict[Language, str]
"""A text in every language: it is read later, in the language of each channel."""
LEVELS = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


def said_in_all(text: Readable) -> Said:
    """The text in every language of the product."""
    return {language: text.in_(language) for language in LANGUAGES}


def rank(level: Severity) -> int:
    """Its place among :data:`LEVELS`; a higher one is worse."""
    return LEVELS.index(level)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Owner(_Stored):
    """One of those who are called in order: a role of the playbook; "": who is on call."""

    role: str
    title: Said


class Condition(_Stored):
    """One thing that people want to know, as it stands at one look. Times are real.

    :ivar key: names the same thing at each look.
    :ivar text: one sentence with the number.
    :ivar since_known: False: when it began is not known; ``since`` is the first look that saw it.
    :ivar covers: keys of conditions that are part of this one, so not reported beside it.
    :ivar by: the person whose act it is; "": nobody's.
    :ivar chain: who is called, one after the other, until one acknowledges it.
    :ivar on_call: the people whose shift it is.
    :ivar occasion: names this time that it holds; another one is a new episode. "": not known.
    """

    key: str
    kind: EventKind
    level: Severity
    subject: Said
    text: Said
    todo: Said | None = None
    page: str = ""
    week: str | None = None
    since: datetime
    since_known: bool = True
    covers: frozenset[str] = frozenset()
    by: str = ""
    chain: tuple[Owner, ...] = ()
    on_call: tuple[str, ...] = ()
    occasion: str = ""


class Look(_Stored):
    """All that a look at the home has found.

    :ivar week: the active one; ``beside``: the others that are in progress.
    :ivar complete: False if something could not be read: then nothing counts as recovered.
    :ivar moments: what happened once; reported once, by its key.
    :ivar ends: key to how a condition ended, where more is known than that it did.
    :ivar readings: name of the readings that rules judge to the time of the newest one.
    """

    week: str | None
    beside: tuple[str, ...] = ()
    conditions: tuple[Condition, ...]
    moments: tuple[Condition, ...] = ()
    ends: dict[str, Said] = {}
    readings: dict[str, float] = {}
    complete: bool = True


class Alert(_Stored):
    """A condition from its first look to its recovery.

    :ivar episode: counts up when the condition comes back after a recovery.
    :ivar began: when this episode was first seen.
    :ivar told: when this episode was first reported; ``notified``: last. None: not yet
        (silenced, or part of another).
    :ivar told_level: the worst level that was reported.
    :ivar eased: since when it is below that level; None: it is not.
    :ivar turn: place in the chain of the owner whose turn was reported.
    :ivar acknowledged: the line of the acknowledgement that was reported.
    """

    first: Condition
    last: Condition
    episode: int = 1
    last_seen: datetime
    began: datetime | None = None  # None: an earlier version saw it first
    told: datetime | None = None
    turn: int = 0
    acknowledged: int | None = None
    notified: datetime | None = None
    told_level: Severity | None = None
    eased: datetime | None = None
    repeats: int = 0
    resolved: datetime | None = None

    @property
    def key(self) -> str:
        """The key of its condition."""
        return self.first.key

    @property
    def firing(self) -> bool:
        """Whether it has not recovered."""
        return self.resolved is None


class NoticeState(StrEnum):
    """Why something is reported."""

    FIRING = "firing"
    WORSE = "worse"
    REPEATED = "repeated"
    ESCALATED = "escalated"  # not acknowledged in time: the next owner's turn
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    HAPPENED = "happened"


class Notice(_Stored):
    """One thing to report, before it is grouped and sent.

    :ivar dedup: no two notices have the same.
    :ivar condition: as it is now; of a resolved one, as it was first reported.
    :ivar turn: place in the chain of the owner whose turn it is.
    """

    dedup: str
    state: NoticeState
    condition: Condition
    at: datetime
    end: Said | None = None  # how it ended
    turn: int = 0

    @property
    def key(self) -> str:
        """Notices of one key are sent in their order."""
        return self.condition.key

    @property
    def is_end(self) -> bool:
        """Whether it reports that the condition is over."""
        return self.state is NoticeState.RESOLVED

    @property
    def level(self) -> Severity:
        """Its level; the end of a critical alert is as important as its beginning."""
        return self.condition.level


class Silence(_Stored):
    """Alerts that are not reported until an end.

    :ivar what: an alert's key, a kind of event, or "all".
    """

    id: int
    what: str
    until: datetime
    reason: str
    by: str
    at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.at <= now < self.until

    def mutes(self, condition: Condition) -> bool:
        """Whether it is about this condition."""
        return self.what in (EVERYTHING, condition.key, condition.kind.value)


EVERYTHING = "all"


def muted(condition: Condition, silences: Iterable[Silence], now: datetime) -> bool:
    """Whether a silence that holds now is about the condition."""
    return any(silence.holds(now) and silence.mutes(condition) for silence in silences)
