"""Ticks that were taken back, as the store returns them. All times are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Withdrawal:
    """A person took a tick back, with the reason; the check is open again."""

    id: int
    week_id: str
    tick: int  # id of the tick
    slot: str
    check: str
    reason: str
    by: str
    at: datetime  # real
    at_week: datetime
