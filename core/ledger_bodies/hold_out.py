"""The final look at a backtest window: kept locked, and opened once."""

from __future__ import annotations

from core.ledger_bodies.body import Body, PlainText


class HoldOutLocked(Body):
    """The lead locked a backtest window: nobody revalidates on it before it is opened."""

    kind = "hold-out"
    action = "lock"

    data: PlainText  # SHA-256 of its candles
    first: PlainText  # open time of its first bar, ISO 8601
    last: PlainText
    reason: PlainText
    symbol: PlainText | None = None  # None: not known, as in lines of old versions


class HoldOutOpened(Body):
    """The lead opened a locked window for its one final look."""

    kind = "hold-out"
    action = "open"

    data: PlainText  # SHA-256 of the candles that were locked
    reason: PlainText
