"""Axes have round numbers, in the viewer's language, and labels that stand where they say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.figures.axes import linear, powers, spans, times


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 20_000, ["0", "5 k", "10 k", "15 k", "20 k"]),
        (0, 500_000, ["0", "100 k", "200 k", "300 k", "400 k", "500 k"]),
        (0, 1_900_000, ["0", "0.5 M", "1.0 M", "1.5 M", "2.0 M"]),
        (-6.83, -1.18, ["-7", "-6", "-5", "-4", "-3", "-2", "-1"]),
        (0.004, 0.0117, ["0.004", "0.006", "0.008", "0.010", "0.012"]),
        (5.0, 5.0, ["4.4", "4.6", "4.8", "5.0", "5.2", "5.4", "5.6"]),
        (0, 3e-7, ["0", "5.0e-08", "1.0e-07", "1.5e-07", "2.0e-07", "2.5e-07", "3.0e-07"]),
    ],
)
def test_numbers_are_round(low: float, high: float, labels: list[str]) -> None:
    scale = linear(low, high, "en")
    assert list(scale.labels) == labels
    assert scale.low <= low
    assert scale.high >= high


def test_each_label_stands_at_its_number() -> None:
    scale = linear(123, 987, "en")
    for place, label in enumerate(scale.labels):
        assert float(label.replace(",", "")) == pytest.approx(scale.low + place * scale.step)


def test_numbers_follow_the_language() -> None:
    assert linear(-0.5, 0.5, "pt").labels[0] == "−0,6"
    assert powers(0.002, 3.0, "pt").labels == ("0,001", "0,01", "0,1", "1", "10")


def test_powers_of_ten_are_evenly_spaced() -> None:
    scale = powers(3e-7, 0.2, "en")
    assert (scale.low, scale.high) == (1e-7, 1.0)
    assert scale.labels == ("1e-7", "1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1")


def test_times_are_round_in_the_shown_zone() -> None:
    """Labels of a zone three hours behind begin at its own days."""
    start = datetime(2026, 2, 23, 14, 7, tzinfo=UTC).timestamp()
    scale = times(start, start + 4 * 86_400, lambda at, step: f"{at:%d %H:%M}", -3 * 3600)
    assert scale.labels[0] == "23 03:00"
    assert all(label.endswith("03:00") for label in scale.labels)
    close = times(start, start + 8, lambda at, step: f"{at:%S} {step:g}")
    assert close.labels[0] == "00 2"


def test_spans_are_said_as_people_say_them() -> None:
    assert spans(0, 4 * 3600).labels == ("0 min", "1 h", "2 h", "3 h", "4 h")
    assert spans(0, 300).labels == ("0 min", "1 min", "2 min", "3 min", "4 min", "5 min")
    assert spans(0, 5400).labels[:3] == ("0 min", "15 min", "30 min")
    assert spans(0, 6 * 86_400).labels[:3] == ("0 min", "1 d", "2 d")
