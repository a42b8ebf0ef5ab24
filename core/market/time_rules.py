"""Rules for the bars' times: gaps, repeats, bars off the grid, and local time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.language import Message, plural
from core.market.bar_rules import Issue, listed
from core.market.candles import MAX_FILL, Candles
from core.market.filling import longest_run

if TYPE_CHECKING:
    from datetime import datetime

MAX_FILLED = 0.01  # share of bars
# Zones with daylight saving whose hours of change differ.
_ZONES = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney",
    "Pacific/Auckland",
)  # fmt: skip


def time_errors(candles: Candles) -> list[Issue]:
    """What makes the times unusable."""
    raw, bars = candles.raw, len(candles)
    hours = candles.interval / timedelta(hours=1)
    most = MAX_FILL / timedelta(hours=1)
    issues = listed(
        "off_grid",
        lambda n, at: plural(
            "{n} bar doesn't open on a multiple of {hours:g} h: {at}.",
            "{n} bars don't open on a multiple of {hours:g} h: {at}.",
            n,
            hours=hours,
            at=at,
        ),
        raw.off_grid,
    )
    issues += listed(
        "conflicting_duplicates",
        lambda n, at: plural(
            "{n} bar appears twice with different numbers: {at}.",
            "{n} bars appear twice with different numbers: {at}.",
            n,
            at=at,
        ),
        raw.conflicting_duplicates,
    )
    single = all(gap.bars * candles.interval == timedelta(hours=1) for gap in candles.gaps)
    missing = tuple(gap.first for gap in candles.gaps) if single else ()
    if (zone := _local_zone(missing, raw.conflicting_duplicates)) and raw.zoneless_files:
        issues.append(Issue("local_time", _local(raw.zoneless_files, zone)))
    issues += listed(
        "long_gap",
        lambda n, at: plural(
            "{n} gap is longer than {hours:g} h: {at}.",
            "{n} gaps are longer than {hours:g} h: {at}.",
            n,
            hours=most,
            at=at,
        ),
        tuple(gap.first for gap in candles.gaps if not gap.filled),
    )
    filled = candles.frame["is_filled"]
    longest = longest_run(filled)
    if longest > MAX_FILL / candles.interval:
        message = Message(
            "{longest:,} bars in a row have no trade (no volume, one price): longer than {hours:g} h.",
            longest=longest,
            hours=most,
        )
        issues.append(Issue("long_filled_run", message, longest))
    count = int(filled.sum())
    if count > MAX_FILLED * bars:
        message = Message(
            "{filled:,} of {bars:,} bars ({share:.2%}) are filled: missing, or without volume at one"
            " price. At most {limit:.0%} may be. Longest run: {longest:,}.",
            filled=count,
            bars=bars,
            share=count / bars,
            limit=MAX_FILLED,
            longest=longest,
        )
        issues.append(Issue("too_many_filled", message, count))
    return issues


def _local(files: tuple[str, ...], zone: str) -> Message:
    return Message(
        "The times of {files} have no zone and are local time with daylight saving, as of {zone}:"
        " the hours of its clock changes are missing or double. Export them in UTC, or with their"
        " offset.",
        files=", ".join(files[:3]),
        zone=zone,
    )


def _local_zone(missing: tuple[datetime, ...], double: tuple[datetime, ...]) -> str | None:
    """A zone whose clock skips each of the missing hours, and repeats each of the double ones."""
    if not missing and not double:
        return None
    for name in _ZONES:
        try:
            zone = ZoneInfo(name)
        except ZoneInfoNotFoundError:
            continue  # a machine without the database of zones
        if all(_change(each, zone) < 0 for each in missing) and all(
            _change(each, zone) > 0 for each in double
        ):
            return name
    return None


def _change(moment: datetime, zone: ZoneInfo) -> float:
    """Hours by which the clock is set back at this local time; negative: forward."""
    before = moment.replace(tzinfo=zone, fold=0).utcoffset()
    after = moment.replace(tzinfo=zone, fold=1).utcoffset()
    if before is None or after is None:
        return 0.0
    return (before - after) / timedelta(hours=1)
