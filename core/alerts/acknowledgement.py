"""Who has taken an alert on: until its end it is neither repeated nor passed to the next owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.conditions import Alert

INCIDENT = "incident:"
_DIGITS = 18  # what a database's number holds


def incident_key(incident_id: int) -> str:
    """The key of an incident's alert."""
    return f"{INCIDENT}{incident_id}"


def incident_of(key: str) -> int | None:
    """The incident that a key names; None: it is of something else, or not written as keys are."""
    number = key.removeprefix(INCIDENT)
    if not (number.isascii() and number.isdecimal() and len(number) <= _DIGITS):
        return None
    return int(number) if key == incident_key(int(number)) else None


@dataclass(frozen=True)
class Acknowledgement:
    """A line of the ledger.

    :ivar what: the alert's key.
    :ivar at: real time.
    :ivar useful: what the person said of the alert afterwards; None: nothing.
    """

    id: int
    what: str
    by: str
    at: datetime
    useful: bool | None = None

    def covers(self, alert: Alert) -> bool:
        """Whether it is about this episode of the alert; one that came back is a new one.

        An incident comes only once, and a person may take it on before the runner has seen it.
        """
        if self.what != alert.key:
            return False
        return self.what.startswith(INCIDENT) or self.at >= (alert.began or alert.first.since)
