"""The paper records of a decision: what was judged is final, and each record is kept by its hash."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from core.canonical_json import canonical
from core.errors import InputError, IntegrityError, TrainweekError
from core.files import write_bytes, write_json
from core.language import Message
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.market.candles import PRICES
from core.trading.paper import RECORD, PaperRecord, read_paper

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

KEPT = "records"  # folder of the records that were made, each named by its SHA-256


def earlier_paper(folder: Path) -> PaperRecord | None:
    """The newest record that is not damaged, of those kept and the one in use."""
    kept = kept_papers(folder)
    if kept:
        return kept[-1]
    try:
        return read_paper(folder)
    except IntegrityError:
        return None


def candles_by_day(later: pd.DataFrame, per_day: int, days: int) -> tuple[str, ...]:
    """Hash of prices and volumes of each whole day, from the first bar after the backtest on."""
    values = later[[*PRICES, "volume"]].to_numpy(dtype="<f8")
    parts = (values[day * per_day : (day + 1) * per_day] for day in range(days))
    return tuple(hashlib.sha256(part.tobytes()).hexdigest() for part in parts)


def going_on(earlier: PaperRecord, record: PaperRecord, file: str) -> PaperRecord:
    """The record, with what was final in the earlier one.

    :param file: the new candles, for the refusal.
    :raises InputError: it has fewer days, or other candles of a day that was judged.
    """
    judged_days, days = earlier.days, record.days
    same = (
        earlier.first == record.first
        and record.candles[: len(earlier.candles)] == earlier.candles
        and all(map(_near, earlier.equity, record.equity))
    )
    if days < judged_days or not same:
        what = (
            Message(
                "{file} has {days} whole days after the backtest; {judged} were judged already.",
                file=file,
                days=days,
                judged=judged_days,
            )
            if days < judged_days
            else Message("{file} differs from the candles of days that were judged.", file=file)
        )
        raise InputError(
            what,
            Message(
                "What was judged stays. Give the candles that were judged, and those that came after them."
            ),
        )
    ended = [day for day in (earlier.expired_on, record.expired_on) if day is not None]
    return record.model_copy(update={"expired_on": min(ended, default=None)})


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9)  # another machine rounds sums otherwise


def write_paper(
    folder: Path, record: PaperRecord, tables: dict[str, str], earlier: PaperRecord | None
) -> Path:
    """Put a record in the place of the newest one; with a new day, keep it by its hash too."""
    if earlier is None or record.days > earlier.days or not earlier.candles:
        content = canonical(record.as_dict()).encode()
        write_bytes(folder / KEPT / f"{hashlib.sha256(content).hexdigest()}.json", content)
    for name, text in tables.items():
        write_bytes(folder / name, text.encode())
    return write_json(folder / RECORD, record.as_dict())  # last: it names the tables' hashes


def kept_papers(folder: Path) -> list[PaperRecord]:
    """All records of a decision, in the order in which they were made; damaged ones are not among them."""
    found = []
    for file in (folder / KEPT).glob("*.json"):
        try:
            content = read_limited(file, MOST_RECORD)
            record = PaperRecord.model_validate(json_of(content))
        except (OSError, ValueError, TrainweekError):
            continue
        if hashlib.sha256(content).hexdigest() == file.stem and record.decision == folder.name:
            found.append(record)
    return sorted(found, key=lambda each: (each.made_at, each.days))
