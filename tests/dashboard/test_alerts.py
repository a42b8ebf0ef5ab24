"""What stands in red above every page, and that no page contradicts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from dashboard.components.alerts import alerts
from tests.dashboard.place import draw_frame, text_of
from tests.expected import recorded

if TYPE_CHECKING:
    from tests.dashboard.place import Place


def keys(place: Place) -> list[str]:
    page = place.page()
    return [alert.key for alert in alerts(page, page.snapshot())]


def test_the_frame_and_the_pages_have_one_source(place: Place) -> None:
    week = place.watch()
    assert keys(place) == []
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    assert keys(place) == [f"incidents [{opened.id}]"]
    page = place.page()
    shown = draw_frame(page)
    assert [error.value for error in shown.error] == [
        alert.text for alert in alerts(page, page.snapshot())
    ]


def test_nothing_is_wrong_is_not_said_below_an_alert(place: Place) -> None:
    place.watch(hours=3.0)
    assert "See the alert above" not in text_of(place.draw("this_week"))


def _two(page) -> None:
    import streamlit as st

    from dashboard.components.alerts import alerts, one_state

    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    one_state(alerts(page, page.snapshot()))


def test_a_banner_of_another_state_is_drawn_again_once(place: Place) -> None:
    week, page = place.watch(), place.page()
    test = AppTest.from_function(_two, args=(page,), default_timeout=30).run()
    assert test.session_state["drawn"] == 1
    place.client().open_incident(week.id, "crash", "it fell over")
    page.services.forget()
    test.run()
    assert test.session_state["drawn"] == 3, "once more, with the banner of the same state"
    test.run()
    assert test.session_state["drawn"] == 4
