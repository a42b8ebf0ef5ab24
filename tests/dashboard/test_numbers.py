"""How numbers and ages are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.components.numbers import age, four, number, size


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (212_992, "steps", "212,992 steps"),
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
def test_an_age_has_two_units_at_most(span: object, shown: str) -> None:
    assert age(span) == shown


def test_sizes_and_gate_values() -> None:
    assert size(836_600) == "836.6 kB"
    assert size(12) == "12 B"
    assert size(None) == "–"
    assert four(1.31272) == "1.3127"
    assert four(None) == "–"
