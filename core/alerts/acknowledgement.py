"""Who has taken an alert on: until its end it is neither repeated nor passed to the next owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.conditions import Alert

INCIDENT = "incident:"


def incident_key(incident_id: int) -> str:
    """The key of an incident's alert."""
    return f"{INCIDENT}{incident_id}"


@dataclass(frozen=True)
class Acknowledgement:
    """A line of the ledger.

    :ivar what: the alert's key.
    :ivar at: real time.
    """

    id: int
    what: str
    by: str
    at: datetime

    def covers(self, alert: Alert) -> bool:
        """Whether it is about this episode of the alert; one that came back is a new one."""
        return self.what == alert.key and self.at >= (alert.began or alert.first.since)
