"""What one person on call hands over to the next."""

from __future__ import annotations

from core.ledger_bodies.body import Body, PlainText


class HandoverSigned(Body):
    """The author hands over, with the texts as they signed them; one may be empty."""

    kind = "handover"
    action = "sign"

    to: PlainText
    incidents: PlainText  # open, each with its next step and owner
    silences: PlainText  # each with its end
    work: PlainText  # in progress
    changes: PlainText  # risky ones, and the way back
    due: PlainText  # in the next shift
    asks: PlainText


class HandoverAccepted(Body):
    """The receiver has read a handover and takes on."""

    kind = "handover"
    action = "accept"

    id: int  # sequence number of the line that was signed
