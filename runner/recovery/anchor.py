"""A hash of the ledger that was published outside: whoever keeps it can prove a rewritten record."""

from __future__ import annotations

import re

from core.errors import InputError
from core.field_hints import shown
from core.language import Message
from runner.recovery.claims import LedgerProblem

_RESTORE = Message("Stop the runner, then: trainweek ledger restore")


def published_hash(text: str) -> str:
    """The digits of a hash as people pass it on: any case, spaces left out.

    :raises InputError: not 16 to 64 hexadecimal digits.
    """
    digits = "".join(text.split()).lower()
    if re.fullmatch(r"[0-9a-f]{16,64}", digits):
        return digits
    raise InputError(
        Message("{text} is no hash of a ledger line.", text=shown(text)),
        Message("Give 16 to 64 hexadecimal digits, as `trainweek ledger head` prints them."),
    )


def line_with(sums: list[str], wanted: str) -> int | None:
    """The line with this hash; None if there is none."""
    return next((n for n, each in enumerate(sums, start=1) if each.startswith(wanted)), None)


def lost_anchor(wanted: str) -> LedgerProblem:
    """The problem that no line has the published hash."""
    lost = Message(
        "No line has the published hash {hash}: the record was truncated or rewritten since, or"
        " it is another one.",
        hash=wanted,
    )
    return LedgerProblem("corrupt", lost, _RESTORE)
