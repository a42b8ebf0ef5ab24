"""What a bar is, by the times: its length, how many make a year, and which are missing.

Nothing is assumed that the times can tell. Around-the-clock markets have 365 days of bars a
year; a market that closes has as many as the record has (about 252 days on exchanges). A
calendar that is declared names its own sessions, so that a missing day is known from a holiday.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from core.errors import InputError
from core.language import Message, plural
from core.metrics.conventions import DAYS_PER_YEAR
from core.timestamps import interval_name, iso

if TYPE_CHECKING:
    from datetime import datetime

Calendar = Literal["24/7", "nyse"]
SESSIONS_PER_YEAR = 252  # of the NYSE, on average (its own count)
TOLERANCE = 0.05  # 252 and 260 days a year are the same claim, 365 is another
_JITTER, _ROUNDING = 0.05, 0.01  # of the distance: rows that are written when a bar has just closed
_NEARLY_ALL = 0.9
_EVERY_SLOT = 0.95  # of the week's bars: a market that trades in all of them never closes
_USUAL_SHARE = 0.5  # of the distances between rows that must be the usual one
_MONTH = (timedelta(days=27), timedelta(days=32))
_CLOSED_DAYS = 14  # without a row on two Saturdays in a row, the market closes at weekends
_CLOSED_SHARE = 0.25  # of the days: rows dated a day later (closes in UTC) are a fifth
_MOST_NAMED = 3


@dataclass(frozen=True)
class Spacing:
    """The times of an equity curve, read.

    :ivar interval: distance between neighbouring bars.
    :ivar bars_per_year: for Sharpe and Calmar.
    :ivar calendar: declared, or found: ``24/7``, ``nyse``, ``with closures`` (nights or weekends).
    :ivar declared: a person named the calendar, or how many bars a year has.
    :ivar days: from the first to the last time.
    :ivar missing: bars that should be there, by the calendar.
    :ivar gaps: the longest of their gaps: first and last time around it, and its bars.
    :ivar closures: pauses that the calendar explains: nights, weekends, holidays.
    """

    interval: timedelta
    bars_per_year: int
    calendar: str
    declared: bool
    days: float
    missing: int
    gaps: tuple[tuple[datetime, datetime, int], ...]
    closures: int

    def record(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "interval_s": self.interval.total_seconds(),
            "bars_per_year": self.bars_per_year,
            "calendar": self.calendar,
            "declared": self.declared,
            "days": self.days,
            "missing_bars": self.missing,
            "gaps": [
                {"after": iso(after), "before": iso(before), "bars": bars}
                for after, before, bars in self.gaps
            ],
            "closures": self.closures,
        }

    def warnings(self) -> list[Message]:
        """What is missing, by name."""
        if not self.missing:
            return []
        places = ", ".join(f"{iso(after)} - {iso(before)}" for after, before, _ in self.gaps)
        return [
            plural(
                "{n:,} bar is missing ({places}): its return is counted as one bar's.",
                "{n:,} bars are missing ({places}): the return of a gap is counted as one bar's.",
                self.missing,
                places=places,
            )
        ]


def spacing(
    times: pd.Series, calendar: Calendar | None = None, bars_per_year: int | None = None
) -> Spacing:
    """Read the times of an equity curve.

    :param times: UTC, in order, without repeats, shape (rows,); the first is the start.
    :param calendar: declared; None: found from the times.
    :param bars_per_year: declared; None: from the times.
    :raises InputError: fewer than two rows, no usual distance, or a number of bars a year that
        the times contradict; names both.
    """
    moments = pd.DatetimeIndex(times)
    if bars_per_year is not None and not 1 <= bars_per_year <= 100_000_000:
        raise InputError(
            Message("{n} bars per year is not a valid number of bars.", n=bars_per_year),
            Message("Leave it out: it is found from the times."),
        )
    if len(moments) < 2:
        raise InputError(
            Message("The equity has a single row: there is no bar."),
            Message("Give the starting capital and one row per bar."),
        )
    steps = np.diff(moments.to_numpy()).astype("timedelta64[us]").astype("int64")
    interval = _usual(steps)
    span = (moments[-1] - moments[0]).to_pytimedelta()
    days = span / timedelta(days=1)
    around = _around_the_clock(moments, interval, days)
    if calendar == "nyse":
        _require_sessions(moments)
        found, expected = "nyse", _sessions_a_year(moments, interval)
        missing, gaps, closures = _missing_sessions(moments, interval, steps)
    elif calendar == "24/7" or around:
        found, expected = "24/7", _whole_year(interval)
        missing, gaps, closures = _missing(moments, steps, interval, steps > 0)
    else:
        found = "with closures"
        expected = max(1, round((len(moments) - 1) / (days / DAYS_PER_YEAR)))
        usual_pauses = _usual_pauses(steps, interval)
        missing, gaps, closures = _missing(moments, steps, interval, ~usual_pauses)
    _require_agreement(bars_per_year, expected, interval, found)
    return Spacing(
        interval=interval,
        bars_per_year=bars_per_year or expected,
        calendar=found,
        declared=calendar is not None or bars_per_year is not None,
        days=days,
        missing=missing,
        gaps=gaps,
        closures=closures,
    )


def _usual(steps: np.ndarray) -> timedelta:
    values, counts = np.unique(steps, return_counts=True)
    usual = timedelta(microseconds=int(values[counts.argmax()]))
    low, high = (limit / timedelta(microseconds=1) for limit in _MONTH)
    if low <= steps.min() and steps.max() <= high:  # months differ in length
        return timedelta(days=DAYS_PER_YEAR / 12)
    middle = float(np.median(steps))
    near = np.abs(steps - middle) <= _JITTER * middle
    if counts.max() < _USUAL_SHARE * len(steps) and near.sum() >= _NEARLY_ALL * len(steps):
        return _rounded(float(np.mean(steps[near])))
    if counts.max() < _USUAL_SHARE * len(steps):
        raise InputError(
            Message(
                "The rows have no usual distance: {shortest} to {longest}, most often {usual}.",
                shortest=interval_name(timedelta(microseconds=int(steps.min()))),
                longest=interval_name(timedelta(microseconds=int(steps.max()))),
                usual=interval_name(usual),
            ),
            Message("Write one row per bar, also for bars without a trade."),
        )
    return usual


def _rounded(step: float) -> timedelta:
    """A mean distance in us as the clock has it: whole minutes or seconds, if it is near them."""
    for unit in (60_000_000, 1_000_000):
        whole = round(step / unit) * unit
        if whole and abs(step - whole) <= _ROUNDING * step:
            return timedelta(microseconds=whole)
    return timedelta(microseconds=round(step))


def _whole_year(interval: timedelta) -> int:
    return max(1, round(timedelta(days=DAYS_PER_YEAR) / interval))


def _around_the_clock(moments: pd.DatetimeIndex, interval: timedelta, days: float) -> bool:
    """Whether the market never closes: bars on Saturdays, or too few days to tell."""
    if interval > timedelta(days=1):
        return True
    if interval == timedelta(days=1) or days >= _CLOSED_DAYS:
        # A row at midnight closes the day before.
        saturdays = (moments - pd.Timedelta(1, "us")).day_of_week == 5
        if interval < timedelta(days=1):  # a row at Sunday's midnight may begin Sunday's first bar
            saturdays &= moments.day_of_week == 5
        if days >= _CLOSED_DAYS and not saturdays.any():
            return False
    per_day = pd.Series(1, index=moments).resample("1D").sum()
    whole = timedelta(days=1) / interval
    if days >= 2 * _CLOSED_DAYS and interval <= timedelta(days=1):
        # Rows in every hour of the week: what is missing is a gap, however much that is.
        week = int(timedelta(days=7) / interval)
        since = (moments - moments[0].normalize()) / interval
        if len(np.unique(np.round(since).astype(int) % week)) >= _EVERY_SLOT * week:
            return True
    return bool(days < 2 or per_day[per_day > 0].median() > 0.9 * whole)


def _missing(
    moments: pd.DatetimeIndex, steps: np.ndarray, interval: timedelta, counted: np.ndarray
) -> tuple[int, tuple[tuple[datetime, datetime, int], ...], int]:
    """Missing bars, the longest gaps, and the pauses that don't count."""
    usual = interval / timedelta(microseconds=1)
    absent = np.round(steps / usual).astype(int) - 1
    if interval > timedelta(days=27):
        absent[:] = 0
    holes = np.flatnonzero((absent > 0) & counted)
    longest = sorted(holes[np.argsort(-absent[holes], kind="stable")][:_MOST_NAMED])
    gaps = tuple(
        (moments[hole].to_pydatetime(), moments[hole + 1].to_pydatetime(), int(absent[hole]))
        for hole in longest
    )
    return int(absent[holes].sum()), gaps, int(((absent > 0) & ~counted).sum())


def _usual_pauses(steps: np.ndarray, interval: timedelta) -> np.ndarray:
    """Pauses of a length that recurs, or up to a long weekend: nights, weekends, holidays."""
    values, counts = np.unique(steps, return_counts=True)
    recurring = values[counts >= 3]
    long_weekend = timedelta(days=4) / timedelta(microseconds=1) + interval / timedelta(
        microseconds=1
    )
    return np.isin(steps, recurring) & (steps <= 2 * long_weekend) | (steps <= long_weekend)


def exchange_sessions(moments: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The NYSE's sessions from the first to the last row."""
    from exchange_calendars import get_calendar  # loaded only for a declared calendar

    first, last = moments[0].tz_localize(None).normalize(), moments[-1].tz_localize(None)
    with warnings.catch_warnings():  # it reads times as numbers, which pandas 3.1 deprecates
        warnings.filterwarnings("ignore", "Series.values returning an ndarray", DeprecationWarning)
        # It ends with a session, and refuses a day after that: the last row may be a Sunday.
        week = pd.Timedelta(days=7)
        exchange = get_calendar("XNYS", start=first - week, end=last.normalize() + week)
    return pd.DatetimeIndex(exchange.sessions_in_range(first, last.normalize()))


def _require_sessions(moments: pd.DatetimeIndex) -> None:
    """Refuse a record of other days than the exchange's: a row each day is no NYSE record."""
    days = pd.DatetimeIndex(moments.tz_localize(None).normalize()).unique()
    closed = days[~days.isin(exchange_sessions(moments))]
    if len(closed) > _CLOSED_SHARE * len(days):
        raise InputError(
            Message(
                "--calendar is nyse, but {closed:,} of {days:,} days with rows are no sessions of "
                "it; the first is {first:%Y-%m-%d}.",
                closed=len(closed),
                days=len(days),
                first=closed[0].to_pydatetime(),
            ),
            Message("Leave it out, or give the calendar of the market: --calendar 24/7."),
        )


def _sessions_a_year(moments: pd.DatetimeIndex, interval: timedelta) -> int:
    if interval >= timedelta(days=1):
        return max(1, round(SESSIONS_PER_YEAR * (timedelta(days=1) / interval)))
    per_day = pd.Series(1, index=moments).resample("1D").sum()
    return max(1, round(SESSIONS_PER_YEAR * float(per_day[per_day > 0].median())))


def _missing_sessions(
    moments: pd.DatetimeIndex, interval: timedelta, steps: np.ndarray
) -> tuple[int, tuple[tuple[datetime, datetime, int], ...], int]:
    """Missing bars by the exchange's sessions; early closes are not missing."""
    days = pd.DatetimeIndex(moments.tz_localize(None).normalize())
    present = days.unique()
    absent = [day for day in exchange_sessions(moments) if day not in present]
    per_day = pd.Series(1, index=moments).resample("1D").sum()
    usual = 1.0 if interval >= timedelta(days=1) else float(per_day[per_day > 0].median())
    gaps = tuple(
        (day.tz_localize("UTC").to_pydatetime(), day.tz_localize("UTC").to_pydatetime(), 1)
        for day in absent[:_MOST_NAMED]
    )
    pauses = int((steps > 1.5 * (interval / timedelta(microseconds=1))).sum())
    return round(len(absent) * usual), gaps, pauses


def _require_agreement(
    declared: int | None, expected: int, interval: timedelta, calendar: str
) -> None:
    if declared is None or abs(declared - expected) <= TOLERANCE * expected:
        return
    raise InputError(
        Message(
            "--bars-per-year is {declared:,}, but the rows are {interval} apart ({calendar}):"
            " that is {expected:,} bars a year.",
            declared=declared,
            interval=interval_name(interval),
            calendar=calendar,
            expected=expected,
        ),
        Message("Leave it out, or give the calendar of the market: --calendar nyse."),
    )
