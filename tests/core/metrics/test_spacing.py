"""What a bar is, by the times."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.metrics.spacing import Calendar, exchange_sessions, spacing


def around(count: int, step: str, start: str = "2024-01-01") -> pd.Series:
    return pd.Series(pd.date_range(start, periods=count, freq=step, tz="UTC"))


def weekdays(days: int, per_day: int = 1, start: str = "2024-01-01") -> pd.Series:
    """Monday to Friday; several bars a day from 14:30, an hour apart."""
    found = pd.bdate_range(start, periods=days, tz="UTC")
    hours = [
        pd.Timedelta(hours=14.5 + n) if per_day > 1 else pd.Timedelta(0) for n in range(per_day)
    ]
    return pd.Series([day + hour for day in found for hour in hours])


@pytest.mark.parametrize(
    ("times", "interval", "per_year"),
    [
        (around(400, "D"), timedelta(days=1), 365),
        (around(3000, "h"), timedelta(hours=1), 8760),
        (around(2000, "min"), timedelta(minutes=1), 525_600),
        (around(2000, "5min"), timedelta(minutes=5), 105_120),
        (around(1000, "4h"), timedelta(hours=4), 2190),
        (around(100, "W"), timedelta(days=7), 52),
        (around(36, "MS"), timedelta(days=365 / 12), 12),
        (around(2, "h"), timedelta(hours=1), 8760),
    ],
)
def test_a_market_around_the_clock_has_all_bars_of_a_year(
    times: pd.Series, interval: timedelta, per_year: int
) -> None:
    found = spacing(times)
    assert (found.interval, found.bars_per_year, found.calendar) == (interval, per_year, "24/7")
    assert (found.missing, found.closures, found.warnings()) == (0, 0, [])
    assert found.days == (times.iloc[-1] - times.iloc[0]) / pd.Timedelta(days=1)


def test_five_days_of_minutes_are_five_days() -> None:
    assert spacing(around(5 * 1440 + 1, "min")).days == 5.0


@pytest.mark.parametrize(
    ("times", "per_year"), [(weekdays(520), 261), (weekdays(250, per_day=7), 261 * 7)]
)
def test_a_market_that_closes_has_the_bars_that_it_has(times: pd.Series, per_year: int) -> None:
    found = spacing(times)
    assert found.calendar == "with closures"
    assert found.bars_per_year == pytest.approx(per_year, rel=0.01)
    assert (found.missing, found.warnings()) == (0, [])
    assert found.closures > 0


@pytest.mark.parametrize(("hole", "missing"), [(slice(98, 398), 300), (slice(50, 51), 1)])
def test_missing_bars_are_counted_and_named(hole: slice, missing: int) -> None:
    times = around(2880, "h").drop(np.arange(2880)[hole]).reset_index(drop=True)
    found = spacing(times)
    assert found.missing == missing
    assert found.days == 2879 / 24
    (warning,) = found.warnings()
    assert f"{missing} bar" in warning
    assert times.iloc[hole.start - 1].strftime("%Y-%m-%dT%H:%M:%SZ") in warning


def test_three_gaps_are_named_and_all_are_counted() -> None:
    times = around(1000, "h").drop([10, 20, 30, 31, 40]).reset_index(drop=True)
    found = spacing(times)
    assert (found.missing, len(found.gaps)) == (5, 3)


def test_a_month_without_rows_is_missing_although_the_market_closes() -> None:
    times = weekdays(400)
    found = spacing(times.drop(np.arange(100, 122)).reset_index(drop=True))
    assert found.missing > 20


def sessions(start: str, end: str) -> pd.Series:
    return pd.Series(exchange_sessions(pd.DatetimeIndex([start, end], tz="UTC")).tz_localize("UTC"))


def test_the_exchange_knows_a_holiday_from_a_missing_day() -> None:
    year = sessions("2024-01-02", "2024-12-31")
    whole = spacing(year, "nyse")
    assert (whole.bars_per_year, whole.missing, whole.declared) == (252, 0, True)
    assert whole.closures > 50
    torn = spacing(year.drop([100]).reset_index(drop=True), "nyse")
    assert torn.missing == 1
    assert torn.gaps[0][0].date() == year.iloc[100].date()
    assert spacing(year).bars_per_year == pytest.approx(252, abs=2)


@pytest.mark.parametrize(
    ("times", "declared", "calendar"),
    [
        (around(400, "D"), 8760, None),
        (around(400, "D"), 252, None),
        (around(3000, "h"), 365, None),
        (weekdays(300), 365, None),
        (sessions("2024-01-02", "2024-12-31"), 8760, "nyse"),
    ],
)
def test_a_number_that_the_times_contradict_is_refused_with_both(
    times: pd.Series, declared: int, calendar: Calendar | None
) -> None:
    with pytest.raises(InputError, match=f"{declared:,}") as refused:
        spacing(times, calendar, declared)
    assert "bars a year" in refused.value.what


@pytest.mark.parametrize(
    ("times", "declared"), [(around(400, "D"), 366), (weekdays(300), 252), (around(99, "h"), 8766)]
)
def test_a_number_that_agrees_is_used(times: pd.Series, declared: int) -> None:
    assert spacing(times, None, declared).bars_per_year == declared


@pytest.mark.parametrize("declared", [0, -5, 10**12])
def test_what_is_no_number_of_bars_is_refused(declared: int) -> None:
    with pytest.raises(InputError, match="not a valid number of bars"):
        spacing(around(10, "h"), None, declared)


def test_rows_without_a_usual_distance_are_refused() -> None:
    random = np.random.default_rng(1)
    times = pd.Series(
        pd.Timestamp("2024-01-01", tz="UTC")
        + pd.to_timedelta(np.cumsum(random.integers(1, 10**5, 99)), unit="s")
    )
    with pytest.raises(InputError, match="no usual distance"):
        spacing(times)
    with pytest.raises(InputError, match="single row"):
        spacing(around(1, "h"))


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5])
def test_holes_at_random_are_gaps_of_an_open_market_and_no_closures(share: float) -> None:
    whole = around(3000, "h")
    kept = np.random.default_rng(1).random(3000) >= share
    kept[[0, -1]] = True
    found = spacing(whole[kept])
    assert (found.calendar, found.bars_per_year) == ("24/7", 8760)
    assert found.missing == 3000 - kept.sum()


def test_a_market_with_a_daily_break_and_no_saturdays_has_closures() -> None:
    hours = pd.DatetimeIndex(around(3000, "h"))
    kept = (hours.hour != 21) & (hours.day_of_week != 5)  # Sunday's first bar begins at midnight
    found = spacing(pd.Series(hours[kept]))
    assert found.calendar == "with closures"
    assert found.missing == 0
    assert found.bars_per_year == pytest.approx(8760 * 6 / 7 * 23 / 24, rel=0.02)


@pytest.mark.parametrize("seconds", [1, 5, 60])
def test_rows_written_a_moment_after_the_bar_are_still_a_bar_apart(seconds: int) -> None:
    late = np.random.default_rng(2).integers(0, seconds + 1, 2000)
    found = spacing(around(2000, "h") + pd.to_timedelta(late, "s"))
    assert found.interval == timedelta(hours=1)
    assert (found.bars_per_year, found.missing) == (8760, 0)
    held = np.r_[0:500, 530:2000]
    assert spacing((around(2000, "h") + pd.to_timedelta(late, "s"))[held]).missing == 30


def test_rows_without_any_usual_distance_are_refused() -> None:
    late = np.random.default_rng(3).integers(0, 1500, 500)
    with pytest.raises(InputError, match="no usual distance"):
        spacing(around(500, "h") + pd.to_timedelta(late, "s"))


@pytest.mark.parametrize("end", ["2024-12-28", "2024-12-29", "2024-12-31"])
def test_a_record_of_the_exchange_may_end_on_any_day(end: str) -> None:
    """The calendar ends with a session: a last row on a Sunday is after it."""
    dates = pd.Series(pd.date_range("2024-01-02", end, freq="B", tz="UTC"))
    last = pd.Series([pd.Timestamp(end, tz="UTC")])
    times = pd.concat([dates, last]).drop_duplicates().reset_index(drop=True)
    assert spacing(times, "nyse").bars_per_year == 252


def test_a_row_each_day_is_no_record_of_the_exchange() -> None:
    with pytest.raises(InputError, match=r"nyse, but .* are no sessions of it; the first is") as no:
        spacing(around(400, "D"), "nyse")
    assert "--calendar 24/7" in no.value.remedy
    tomorrow = sessions("2024-01-02", "2024-12-31") + pd.Timedelta(days=1)  # closes in UTC
    assert spacing(tomorrow, "nyse").calendar == "nyse"
