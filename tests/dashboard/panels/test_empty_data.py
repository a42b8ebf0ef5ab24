"""Every page says something useful when there is nothing to show yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Role
from dashboard.navigation import STEMS
from tests.dashboard.place import Place, button, text_of

if TYPE_CHECKING:
    from core.language import Language

PANELS = [stem for stem in STEMS if stem not in {"this_week", "playbook"}]


@pytest.mark.parametrize("panel", STEMS)
@pytest.mark.parametrize("language", ["en", "pt"])
def test_no_page_breaks_without_a_week(place: Place, panel: str, language: Language) -> None:
    test = place.draw(panel, language=language)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("panel", PANELS)
def test_without_a_week_a_page_shows_the_way_to_one(place: Place, panel: str) -> None:
    assert "There is no training week yet" in text_of(place.draw(panel))


@pytest.mark.parametrize("panel", STEMS)
@pytest.mark.parametrize("language", ["en", "pt"])
def test_no_page_breaks_without_a_run(place: Place, panel: str, language: Language) -> None:
    place.week()
    test = place.draw(panel, language=language)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("panel", ["this_week", "hourly_checks", "live_training"])
def test_without_a_run_a_page_shows_the_way_to_launch(place: Place, panel: str) -> None:
    place.week()
    assert "No run has been started yet" in text_of(place.draw(panel))


def test_the_first_week_is_made_with_one_form(place: Place) -> None:
    test = place.draw("this_week")
    created = [b for b in test.button if b.label == "Create week"]
    created[0].click().run()
    week = place.client().active_week()
    assert week is not None
    assert week.launch.hour == 14
    assert timedelta(0) < week.launch - place.now < timedelta(days=1), "the next one to come"
    assert not test.exception


def test_a_viewer_may_not_make_a_week(place: Place) -> None:
    test = place.draw("this_week", role=Role.VIEWER)
    created = [b for b in test.button if b.label == "Create week"]
    assert created[0].disabled
    assert "ML lead" in created[0].help


def test_without_a_revalidation_the_decision_says_where_it_comes_from(place: Place) -> None:
    place.week()
    assert "No revalidation yet" in text_of(place.draw("decision"))


def test_a_damaged_event_file_is_said_and_the_page_still_draws(place: Place) -> None:
    place.watch()
    file = next((place.home.root / "watched").rglob("events.*"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    test = place.draw("live_training")
    assert not test.exception
    assert not test.error
    assert any("Problems in the event files" in e.label for e in test.expander)


def test_a_week_whose_run_left_no_events_says_where_it_looked(place: Place) -> None:
    folder = place.home.root / "elsewhere"
    folder.mkdir()
    place.week(watched=folder)
    test = place.draw("live_training")
    assert not test.exception
    assert "Launch" in text_of(test) or "elsewhere" in text_of(test)
    assert not any(b.key == "start:button" and not b.disabled for b in test.button)


def test_a_watched_week_can_not_start_a_training(place: Place) -> None:
    place.watch()
    test = place.draw("launch")
    assert button(test, "start:button").disabled
    assert "only watches" in text_of(test)
