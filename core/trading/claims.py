"""How good those are who sign: each act is a claim about the days that open after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.timestamps import parse_moment
from core.trading.scores import brier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.trading.paper import PaperRecord

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Claim:
    """What an act says of the days after it.

    :ivar holds: an approval says that the model keeps to its forecast; a rejection that it does not.
    :ivar base: the forecast's own chance that it does, over these days.
    :ivar held: what came true.
    """

    holds: bool
    base: float
    held: bool


def opened_before(record: PaperRecord, moment: datetime) -> int:
    """Days of the record that had opened at a moment: who acts then may know of them."""
    days = math.ceil((moment - parse_moment(record.first)) / _DAY)
    return min(max(days, 0), record.of)


def over_before(record: PaperRecord, moment: datetime) -> int:
    """Days of the record that were over at a moment."""
    days = math.floor((moment - parse_moment(record.first)) / _DAY)
    return min(max(days, 0), record.of)


def known_before(record: PaperRecord, moment: datetime) -> bool:
    """Whether the outcome was known at a moment, so an act then claims nothing."""
    opened, failed = opened_before(record, moment), record.failed_on
    return opened >= record.of or (failed is not None and failed <= opened)


def claim_of(record: PaperRecord, moment: datetime, holds: bool, level: float) -> Claim | None:
    """The claim of an act; None: it claims nothing, or its days are not over.

    :param level: of the cone, which is left at its lower end by half of what it does not hold.
    """
    if record.held is None or known_before(record, moment):
        return None
    left = (record.of - opened_before(record, moment)) / record.of
    return Claim(holds, 1.0 - (1.0 - level) / 2.0 * left, record.held)


def skill(claims: Sequence[Claim]) -> float | None:
    """Brier skill against who always states the base rate: 1 is best, 0 no better, below 0 worse.

    None where all held, or none did: then whoever always signs alike would look good.
    """
    if len({claim.held for claim in claims}) < 2:
        return None
    own = brier([(float(claim.holds), claim.held) for claim in claims])
    return 1.0 - own / brier([(claim.base, claim.held) for claim in claims])
