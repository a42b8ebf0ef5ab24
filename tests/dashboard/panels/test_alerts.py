"""The page Alerts: one tap takes an alert on; a silence stands above every page until its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import Alert
from core.alerts.edges import Edges
from core.vocabulary import Role
from runner.alerts.alert_store import AlertStore
from tests.core.alerts.notices import condition
from tests.dashboard.place import button, draw_frame, keyed, text_of
from tests.expected import present, recorded

if TYPE_CHECKING:
    from tests.dashboard.place import Place

KEY = "finding:collapse"


def firing(place: Place) -> None:
    """The runner has seen an alert just now."""
    now = place.client().now()
    seen = condition(KEY, since=now)
    alert = Alert(first=seen, last=seen, last_seen=now, began=now, notified=now, told=now)
    AlertStore(place.home).save(Edges([alert]), (), now)


def test_an_incident_is_acknowledged_without_any_channel(place: Place) -> None:
    week = place.week()
    made = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    viewer = place.draw("alerts", role=Role.VIEWER)
    assert button(viewer, f"ack:incident:{made.id}").disabled
    test = place.draw("alerts", role=Role.ENGINEER)
    button(test, f"ack:incident:{made.id}").click().run()
    assert "Acknowledged by some engineer" in text_of(test)
    assert present(place.client().incident(made.id)).acknowledged_by == "some engineer"
    assert "Acknowledged by some engineer" in text_of(place.draw("escalation"))
    assert "there is no `alerts.yaml`" in text_of(test)


def test_who_acknowledged_says_in_one_tap_whether_it_was_useful(place: Place) -> None:
    place.week()
    firing(place)
    test = place.draw("alerts", role=Role.ENGINEER)
    button(test, f"ack:{KEY}").click().run()
    (mark,) = keyed(test.button, "mark:")[1:]
    mark.click().run()
    assert place.client().alert_records()[KEY].noise == 1
    assert "some engineer says: noise" in text_of(place.draw("alerts", role=Role.LEAD))


def test_what_is_over_is_still_asked_about(place: Place) -> None:
    week = place.week()
    made = recorded(place.client().open_incident(week.id, "crash", "it fell over"))
    recorded(place.client().acknowledge(f"incident:{made.id}"))
    recorded(place.client().close_incident(made.id, "fine"))
    test = place.draw("alerts")
    assert "You acknowledged" in text_of(test)
    keyed(test.button, "mark:")[0].click().run()
    assert place.client().alert_records()[f"incident:{made.id}"].useful == 1
    assert "You acknowledged" not in text_of(test)


def test_a_silence_needs_a_reason_and_stands_above_every_page(place: Place) -> None:
    place.week()
    firing(place)
    test = place.draw("alerts", role=Role.ENGINEER)
    assert "Reward fell from 87 to 9.4." in text_of(test)
    button(test, f"silence:{KEY}:0:save").click().run()
    assert place.client().silences() == []
    (reason,) = keyed(test.text_area, f"silence:{KEY}:0:reason")
    reason.input("the *other* job is known").run()
    button(test, f"silence:{KEY}:0:save").click().run()
    (silence,) = place.client().silences()
    assert silence.until - silence.at <= timedelta(hours=1)
    frame = text_of(draw_frame(place.page()))
    assert "Silenced until" in frame
    assert "job is known" in frame
    recorded(place.client().end_silence(silence.id))
    assert "Silenced until" not in text_of(draw_frame(place.page()))


def test_a_grey_button_says_why_in_words_that_need_no_mouse(place: Place) -> None:
    place.week()
    firing(place)
    assert "The role Viewer can't do this" in text_of(place.draw("alerts", role=Role.VIEWER))
    assert "at the top left" in text_of(place.draw("hourly_checks", role=Role.VIEWER))
    assert "can't do this" not in text_of(place.draw("alerts", role=Role.ENGINEER))


def test_a_silenced_alert_says_so_on_its_card_where_the_silence_is_ended(place: Place) -> None:
    place.week()
    firing(place)
    test = place.draw("alerts", role=Role.ENGINEER)
    (reason,) = keyed(test.text_area, f"silence:{KEY}:0:reason")
    reason.input("known")
    button(test, f"silence:{KEY}:0:save").click().run()
    (again,) = keyed(test.text_area, f"silence:{KEY}:1:reason")  # of a new form, which is closed
    assert again.value == ""
    text = text_of(test)
    assert "Saved: silenced for 1 hour" in text
    assert "by some engineer: known" in text
    (silence,) = place.client().silences()
    frame = text_of(draw_frame(place.page()))
    assert KEY not in frame, "the alert's title, not its key"
    button(test, f"unsilence:{silence.id}:{KEY}").click().run()
    assert place.client().silences() == []
    assert "by some engineer: known" not in text_of(test)
