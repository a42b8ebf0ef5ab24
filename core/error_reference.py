"""The line by which an unexpected error of a page is found in the dashboard's log.

The page shows the reference, the dashboard writes the line, the doctor counts such lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.timestamps import iso, parse_moment

if TYPE_CHECKING:
    from datetime import datetime

_LINE = re.compile(r"unexpected error ([0-9a-f]{8}) at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ): (\w+)")


@dataclass(frozen=True)
class ErrorReference:
    """One error: its reference, when it was raised, and the name of its class."""

    reference: str  # 8 hexadecimal digits
    at: datetime  # real time
    kind: str

    @property
    def line(self) -> str:
        """``unexpected error 1f0c99aa at 2026-02-23T14:00:00Z: KeyError``."""
        return f"unexpected error {self.reference} at {iso(self.at)}: {self.kind}"


def error_references(text: str) -> list[ErrorReference]:
    """The errors of a log, in its order."""
    return [
        ErrorReference(reference, parse_moment(at), kind)
        for reference, at, kind in _LINE.findall(text)
    ]
