from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.errors import InputError
from core.timestamps import from_unix, iso, parse_moment, portuguese_day, with_english_month

MOMENT = datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T14:00Z",
        "2026-11-23T14:00:00Z",
        "2026-11-23 14:00:00+00:00",
        "2026-11-23T11:00-03:00",
    ],
)
def test_a_moment_with_a_zone_is_read_as_utc(text) -> None:
    read = parse_moment(text)
    assert read == MOMENT
    assert read.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-11-23T14:00", "2026-11-23"])
def test_a_moment_without_a_zone_is_refused_with_the_form(text) -> None:
    with pytest.raises(InputError, match="no time zone") as refused:
        parse_moment(text)
    assert "Z" in refused.value.remedy


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30T10:00Z", "23/11/2026"])
def test_what_is_no_moment_is_refused(text) -> None:
    with pytest.raises(InputError, match="is not a time"):
        parse_moment(text)


def test_a_moment_is_written_in_the_house_form_and_read_back() -> None:
    brazil = timezone(timedelta(hours=-3))
    assert iso(MOMENT.astimezone(brazil)) == "2026-11-23T14:00:00Z"
    odd = MOMENT + timedelta(microseconds=1500)
    assert iso(odd) == "2026-11-23T14:00:00.001500Z"
    assert parse_moment(iso(odd)) == odd


def test_a_moment_without_a_zone_is_never_written() -> None:
    with pytest.raises(InputError, match="no time zone"):
        iso(datetime(2026, 11, 23, 14))  # noqa: DTZ001  the refused input


def test_unix_seconds_are_utc() -> None:
    assert from_unix(MOMENT.timestamp()) == MOMENT


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2026, 2, 27), "27FEV", "27 FEV 2026"),
        (date(2026, 5, 1), "01MAI", "01 MAI 2026"),
        (date(2026, 12, 31), "31DEZ", "31 DEZ 2026"),
    ],
)
def test_days_are_written_in_portuguese(day, short, long) -> None:
    assert portuguese_day(day) == short
    assert portuguese_day(day, year=True) == long


@pytest.mark.parametrize(
    ("line", "english"),
    [
        ("27 FEV 17:30 UTC (CTO Approval)", "27 Feb 17:30 UTC (CTO Approval)"),
        ("01 MAI (CTO Approval)", "01 May (CTO Approval)"),
        ("31 DEZ", "31 Dec"),
        ("27 FEVER", "27 FEVER"),
        ("models/ppo_phase4_BACKUP_27FEV", "models/ppo_phase4_BACKUP_27FEV"),
        ("", ""),
    ],
)
def test_english_readers_get_english_months(line, english) -> None:
    assert with_english_month(line) == english
