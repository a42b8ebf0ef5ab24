"""A handover: the state that one person on call leaves to the next, in sections of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SECTIONS = ("incidents", "silences", "work", "changes", "due", "asks")


@dataclass(frozen=True)
class Handover:
    """A line of the ledger. Times are real.

    :ivar texts: section to its text as it was signed.
    """

    id: int
    by: str
    to: str
    at: datetime
    texts: Mapping[str, str]
    accepted_by: str | None = None
    accepted_at: datetime | None = None
