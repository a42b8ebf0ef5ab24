"""Rules for the bars' times: gaps, repeats, bars off the grid, and local time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import Message, plural
from core.market.bar_rules import Issue, listed
from core.market.candles import MAX_FILL, Candles
from core.market.filling import longest_run

if TYPE_CHECKING:
    from datetime import datetime

MAX_FILLED = 0.01  # share of bars
# Clocks change on Sundays in these months, in the first hours after midnight: Europe, America,
# Australia, and Brazil until 2019.
_CHANGE_MONTHS, _CHANGE_HOURS, _SUNDAY = {2, 3, 4, 9, 10, 11}, range(5), 6


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
    if _looks_local(raw.conflicting_duplicates) and raw.zoneless_files:
        issues.append(Issue("local_time", _local(raw.zoneless_files)))
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


def time_warnings(candles: Candles) -> list[Issue]:
    """A single missing hour on a Sunday of the clock change, in times without a zone."""
    missing = tuple(gap.first for gap in candles.gaps if gap.bars <= 2)
    files = candles.raw.zoneless_files
    if not files or not _looks_local(missing) or len(missing) != len(candles.gaps):
        return []
    return [Issue("local_time", _local(files))]


def _local(files: tuple[str, ...]) -> Message:
    return Message(
        "The times of {files} have no zone and look like local time with daylight saving. Export"
        " them in UTC, or with their offset.",
        files=", ".join(files[:3]),
    )


def _looks_local(moments: tuple[datetime, ...]) -> bool:
    return bool(moments) and all(
        each.weekday() == _SUNDAY and each.month in _CHANGE_MONTHS and each.hour in _CHANGE_HOURS
        for each in moments
    )
