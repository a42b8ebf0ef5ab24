"""What people did about alerts."""

from __future__ import annotations

from core.ledger_bodies.body import Body, PlainText


class AlertsSilenced(Body):
    """Alerts are not reported until an end."""

    kind = "alert"
    action = "silence"

    what: PlainText  # an alert's key, a kind of event, or "all"
    until: PlainText  # ISO 8601, UTC
    reason: PlainText


class SilenceEnded(Body):
    """A silence was ended before its time."""

    kind = "alert"
    action = "unsilence"

    id: int  # sequence number of the line that began it
