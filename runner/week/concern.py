"""One statement about the week now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.vocabulary import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.kinds import EventKind
    from core.language import Message
    from core.playbook.text import Readable

WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True)
class Concern:
    """One statement about the week now.

    :ivar severity: INFO says how things stand; only the others are problems.
    :ivar what: its subject.
    :ivar page: the page that shows it, and where it is handled.
    :ivar key: names the same problem at each look.
    :ivar since: real time at which it began; None: not known, it is seen now.
    :ivar todo: the first thing to do; None: what the kind of event says.
    :ivar covers: keys of problems that this one is about, so that they are not reported again.
    :ivar occasion: names this time that it holds; "": not known.
    :ivar procedure: whose chain of owners is called for it; None: nobody in particular.
    """

    severity: Severity
    what: Readable
    text: Message
    page: str
    kind: EventKind
    key: str
    since: datetime | None = None
    todo: Readable | None = None
    covers: frozenset[str] = frozenset()
    procedure: str | None = None
    occasion: str = ""
