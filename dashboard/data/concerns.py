"""What is wrong now, in the viewer's language; the rule is in ``runner/week/concerns.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.week import concerns as rule

if TYPE_CHECKING:
    from core.alerts.kinds import EventKind
    from core.language import Language, Message
    from core.vocabulary import Severity
    from dashboard.data.snapshot import Snapshot

signable = rule.signable


@dataclass(frozen=True)
class Concern:
    """One statement about the week now.

    :ivar severity: INFO says how things stand; only the others are problems.
    :ivar what: its subject, in the viewer's language.
    :ivar page: the page that shows it, and where it is handled.
    :ivar kind: what it is reported as.
    """

    severity: Severity
    what: str
    text: Message
    page: str
    kind: EventKind | None = None


def concerns(snapshot: Snapshot, language: Language) -> list[Concern]:
    """All that is wrong now, and the verdict; the most severe first.

    Without a concern above INFO, nothing is wrong as far as the data say.
    """
    return [
        Concern(one.severity, one.what.in_(language), one.text, one.page, one.kind)
        for one in rule.concerns(snapshot)
    ]
