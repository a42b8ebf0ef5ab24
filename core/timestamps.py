"""Reading and writing times. All times are timezone-aware and UTC.

``fromisoformat`` and ``strftime`` do the work; this module adds our format,
``2026-02-23T14:00:00Z``, and refuses times without a zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import InputError
from core.field_hints import shown
from core.language import Message

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# Portuguese month names as the manual writes them: 27FEV, 27 FEV 2026.
PORTUGUESE_MONTHS = (
    "JAN", "FEV", "MAR", "ABR", "MAI", "JUN", "JUL", "AGO", "SET", "OUT", "NOV", "DEZ",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_MANUAL_DAY = re.compile(rf"(?P<day>[0-9]{{2}}) (?P<month>{'|'.join(PORTUGUESE_MONTHS)})\b")

# Seconds since 1970 of the years 1 to 9999, which a calendar has.
FIRST_MOMENT, LAST_MOMENT = -62_135_596_800.0, 253_402_300_799.0


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 time with a zone (``2026-11-23T14:00Z``).

    :raises InputError: not ISO 8601, or without a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            Message("{text} is not a time.", text=repr(text)),
            Message("Use the form 2026-11-23T14:00Z."),
        ) from error
    if moment.tzinfo is None:
        raise InputError(
            Message("{text} has no time zone.", text=repr(text)),
            Message("Add Z for UTC: 2026-11-23T14:00Z."),
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # in the first or the last day that a calendar has
        raise InputError(
            Message("{text} is not a time in UTC.", text=repr(text)), Message("Use another year.")
        ) from error


def parse_moment_or_day(text: str) -> datetime:
    """Read a time with a zone, or a day, which is its midnight UTC.

    :raises InputError: neither of them.
    """
    if _DAY.fullmatch(text):
        return datetime.combine(parse_day(text), time.min, UTC)
    return parse_moment(text)


def parse_day(text: str) -> date:
    """Read a day, ``2026-02-24``; week dates and other forms of ISO 8601 are refused.

    :raises InputError: another form, or no day of the calendar.
    """
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        raise ValueError(text)
    except ValueError:
        raise InputError(
            Message("{text} is not a date.", text=shown(text)),
            Message("Give a day, for example 2026-02-24."),
        ) from None


def is_zone(text: str) -> bool:
    """Whether it is a time zone that this machine knows, such as ``America/Sao_Paulo``."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def iso(moment: datetime) -> str:
    """``2026-02-23T14:00:00Z``; fractions of a second are kept if there are any."""
    if moment.tzinfo is None:
        raise InputError(
            Message("{text} has no time zone.", text=str(moment)),
            Message("Pass a timezone-aware datetime."),
        )
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_text(moment: datetime) -> Message:
    """``2026-02-23 14:00``, in UTC: for sentences; with seconds only if there are any."""
    moment = moment.astimezone(UTC)
    if moment.second:
        return Message("{at:%Y-%m-%d %H:%M:%S}", at=moment)
    return Message("{at:%Y-%m-%d %H:%M}", at=moment)


def interval_name(interval: timedelta) -> str:
    """``5 min``, ``1 h``, ``1 d``."""
    minutes = interval / timedelta(minutes=1)
    for size, unit in ((1440, "d"), (60, "h"), (1, "min")):
        if minutes >= size and minutes % size == 0:
            return f"{minutes / size:g} {unit}"
    return f"{interval.total_seconds():g} s"


def age_text(span: timedelta | float | None) -> str:
    """``12 s``, ``4 min``, ``2 h 10 min``, ``3 d 4 h``, the same in each language; None: a dash."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    seconds = max(int(seconds), 0)
    if seconds < 90:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 36:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def duration(seconds: float) -> Message:
    """An interval or a limit in its natural unit; an age is whole: age_text."""
    if seconds < 120:
        return Message("{seconds:.3g} s", seconds=seconds)
    if seconds < 7_200:
        return Message("{minutes:.0f} min", minutes=seconds / 60)
    if seconds < 172_800:
        return Message("{hours:.1f} h", hours=seconds / 3600)
    return Message("{days:.1f} d", days=seconds / 86_400)


def from_unix(seconds: float) -> datetime:
    """Seconds since the epoch to a UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def portuguese_day(moment: date, *, year: bool = False) -> str:
    """``27FEV``, or ``27 FEV 2026`` with ``year``."""
    month = PORTUGUESE_MONTHS[moment.month - 1]
    return f"{moment:%d} {month} {moment:%Y}" if year else f"{moment:%d}{month}"


def with_english_month(line: str) -> str:
    """A line that begins with a day as the manual writes it, for English readers.

    ``27 FEV 17:30 UTC`` gives ``27 Feb 17:30 UTC``; any other line stays as it is.
    """
    begins = _MANUAL_DAY.match(line)
    if begins is None:
        return line
    month = _ENGLISH_MONTHS[PORTUGUESE_MONTHS.index(begins["month"])]
    return f"{begins['day']} {month}{line[begins.end() :]}"
