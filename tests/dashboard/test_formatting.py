"""How numbers and ages are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.reading import as_set
from dashboard.formatting import age, margin, number, short, size


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (212_992, "steps", "212,992 steps"),
        (1, "events", "1 event"),
        (0, "events", "0 events"),
        (3120.4, "steps/s", "3,120 steps/s"),
        (45.3, "", "45.30"),
        (0.00812, "", "0.0081"),
        (0.000012, "", "1.20e-05"),
        (0, "", "0"),
        (0.0, "", "0"),
        (-4.4, "%", "-4.40 %"),
        (float("nan"), "", "nan"),
        ("INCREASING", "", "INCREASING"),
        (True, "", "True"),
    ],
)
def test_a_number_is_written_for_people(value: object, unit: str, shown: str) -> None:
    assert number(value, unit) == shown


def test_a_unit_and_a_small_setting_follow_the_language() -> None:
    assert [number(count, "events").in_("pt") for count in (0, 1, 2)] == [
        "0 eventos",
        "1 evento",
        "2 eventos",
    ]
    assert [as_set(rate) for rate in (3e-4, 5e-5, 1.25e-5)] == ["0.0003", "0.00005", "0.0000125"]
    assert as_set(5e-5).in_("pt") == "0,00005"


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (None, "–"),
        (12.4, "12 s"),
        (89, "89 s"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=2, minutes=10), "2 h 10 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_an_age_has_two_units_at_most(span: timedelta | float | None, shown: str) -> None:
    assert age(span) == shown


def test_sizes_have_one_unit() -> None:
    assert size(836_600) == "836.6 kB"
    assert size(12) == "12 B"
    assert size(None) == "–"


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        (None, 1.0, "–"),
        (10, 5.0, "10"),
        (0.0, None, "0"),
        (4.10041, 1.0, "4.100"),
        (28.3465, 45.0, "28.35"),
        (-0.16043, 1.0, "-0.1604"),
        (12_345.6, None, "12,346"),
        (-0.99999, None, "-1.000"),
        (0.01234, None, "0.0123"),
        (0.99996, 1.0, "0.99996"),  # four digits would say that it passed
        (15.0004, 15.0, "15.0004"),
        (1.00004, 1.0, "1.00004"),
        (15.000000000000002, 15.0, "15.00"),  # the same, by the gate's own tolerance
    ],
)
def test_a_gate_has_four_digits_and_more_where_they_would_lie(
    value: float | None, limit: float | None, shown: str
) -> None:
    assert short(value, limit) == shown


def test_a_margin_has_the_decimals_of_its_value() -> None:
    assert margin(4.10041, 3.10041, 1.0) == "+3.100"
    assert margin(0.0, -1.5, 1.5) == "-1.500"  # no trade won: profit factor 0
    assert margin(0.99996, -0.00004, 1.0) == "-0.00004"
    assert margin(10, -5.0, 5.0) == "-5"
    assert margin(None, None, 1.0) == "–"
