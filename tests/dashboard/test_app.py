"""The whole app: the frame on every page, its alarms, its router."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.navigation import ENTRIES, PAGES_FOLDER, STEMS
from tests.dashboard.entrance import let_in
from tests.dashboard.place import LAUNCH, Place, events, text_of, tiles_of
from tests.event_files import write_events

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture
def app(place: Place, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    let_in(monkeypatch, place.home)
    return AppTest.from_file(str(APP), default_timeout=30)


def test_every_page_file_is_in_the_navigation_and_the_other_way_round() -> None:
    assert {path.stem for path in PAGES_FOLDER.glob("*.py")} == set(STEMS)
    assert len(set(STEMS)) == len(ENTRIES)


def test_every_page_of_the_schedule_exists(place: Place) -> None:
    assert {slot.page for slot in place.week().playbook.schedule} <= set(STEMS)


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_stands_in_the_frame(app: AppTest, place: Place, stem: str) -> None:
    place.week()
    app.run()
    app.switch_page(f"../pages/{stem}.py").run()
    assert not app.exception
    text = text_of(app)
    assert "F12-phase4-final" in text
    assert "identity unverified" in text
    assert "No runner has been started for this data directory" in text


def test_a_run_that_is_only_watched_misses_no_runner(app: AppTest, place: Place) -> None:
    place.watch()
    app.run()
    assert not app.exception
    text = text_of(app)
    assert "F12-phase4-final" in text
    assert "runner" not in text.lower()


def test_made_up_data_are_labelled_on_every_page(app: AppTest, place: Place) -> None:
    place.week(synthetic=True)
    app.run()
    assert "SYNTHETIC DATA" in text_of(app)


def test_past_the_guard_nothing_is_shown(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    place.week()
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not app.exception
    assert "started without their guard" in text_of(app)
    assert "F12-phase4-final" not in text_of(app)


def test_without_a_live_session_nothing_is_shown(
    app: AppTest, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.week()
    monkeypatch.setattr("dashboard.access._token", lambda: "another")
    text = text_of(app.run())
    assert "Your session has ended." in text
    assert "F12-phase4-final" not in text


def test_the_language_changes_every_word_of_the_frame(app: AppTest, place: Place) -> None:
    place.week()
    app.session_state["language"] = "pt"
    app.run()
    assert "Esta semana" in text_of(app)


def test_the_frame_says_how_far_the_run_is_and_how_old(place: Place) -> None:
    place.watch(hours=1.0)
    place.now = LAUNCH + timedelta(hours=1, seconds=40)
    text = text_of(AppTest.from_function(_frame, args=(place.page(),), default_timeout=30).run())
    assert "Running, 40 s ago · 49%" in text
    assert "Mon 23 Feb 15:00 UTC (12:00 Sao Paulo)" in text


def test_a_run_that_fell_silent_is_red_on_every_page(place: Place) -> None:
    place.watch(hours=1.0)
    place.now = LAUNCH + timedelta(hours=1, minutes=21)
    text = text_of(AppTest.from_function(_frame, args=(place.page(),), default_timeout=30).run())
    assert "No new events for 21 min" in text


def _frame(page) -> None:
    from dashboard import frame

    frame.show(page, "Anywhere")


def test_a_run_that_trainweek_watch_looks_at_has_no_manual(app: AppTest, place: Place) -> None:
    write_events(place.home.root / "theirs", events(3.0))
    place.client().create_week(
        LAUNCH, watched=place.home.root / "theirs", tag="their-run", symbol=""
    )
    app.run()
    assert not app.exception
    text = text_of(app)
    assert "their-run" in text
    assert "WATCHING" in text
    assert "OGNUSDT" not in text
    assert "overdue" not in text.lower()
    assert "limit" not in text
    assert "of 500,000" not in text
    assert "Validation Sharpe" in text, "it opens on Live training"
    assert tiles_of(app)["Speed"][0] == "Speed", "unmarked: 68 steps/s miss no limit"
    app.switch_page("../pages/this_week.py").run()
    assert "Validation Sharpe" in text_of(app)
