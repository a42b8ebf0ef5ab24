"""A viewer's days and times, in one style a language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.people import Person
from core.timestamps import moment_text
from core.vocabulary import Role
from dashboard.viewer import Viewer, default_keys

if TYPE_CHECKING:
    from core.language import Language

MOMENT = datetime(2026, 2, 3, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "stamp", "sentence"),
    [
        ("en", "Tue 3 Feb", "3 Feb 2026 09:05", "2026-02-03 09:05"),
        ("pt", "ter 03/02", "03/02/2026 09:05", "03/02/2026 09:05"),
    ],
)
def test_portuguese_days_have_one_style(
    language: Language, day: str, stamp: str, sentence: str
) -> None:
    viewer = Viewer(Person("Eva", Role.VIEWER), language)
    assert viewer.day(MOMENT) == day
    assert viewer.stamp(MOMENT) == stamp
    assert viewer.clock(MOMENT) == f"{day} 09:05"
    assert moment_text(MOMENT).in_(language) == sentence


def test_seconds_are_written_where_there_are_any() -> None:
    assert moment_text(MOMENT.replace(second=7)) == "2026-02-03 09:05:07"


def test_keys_are_on_until_this_browser_turned_them_off(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}
    monkeypatch.setattr("dashboard.remembered.recall", kept.get)
    assert default_keys()
    kept["keys"] = "off"
    assert not default_keys()
    kept["keys"] = "on"
    assert default_keys()
