"""The page On call: one click takes a shift over, another gives it back; gaps stand on This week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.shifts import on_call
from core.vocabulary import Role
from tests.dashboard.place import LEAD, button, keyed, text_of
from tests.expected import recorded
from tests.runner.alerts.channel_files import write_alerts

if TYPE_CHECKING:
    from tests.dashboard.place import Place


def shift(place: Place, person: str, begin: float, end: float) -> int:
    first, last = (place.now + timedelta(hours=hours) for hours in (begin, end))
    return recorded(place.client().set_shift(person, first, last)).id


def who(place: Place) -> tuple[str, ...]:
    return on_call(place.client().shifts(), place.now)


def test_one_click_takes_a_shift_over_and_another_gives_it_back(place: Place) -> None:
    place.week()
    shift(place, "ana", -1, 8)
    viewer = place.draw("on_call", role=Role.VIEWER)
    assert all(one.disabled for one in keyed(viewer.button, "shift-"))
    test = place.draw("on_call", role=Role.ENGINEER)
    assert ":green[:material/support_agent: On call now: ana]" in text_of(test)
    write_alerts(place.home, "channels: [{name: team, url: 'json://h', people: [Ana]}]")
    shown = text_of(test.run())
    assert ":orange[:material/support_agent: On call now: ana]" in shown
    assert "No channel reaches ana." in shown
    (take,) = [one for one in test.button if (one.key or "").endswith(":take")]
    take.click().run()
    assert who(place) == ("some engineer",)
    assert "On call now: some engineer" in text_of(test)
    assert "taken over from ana" in text_of(test)
    (back,) = [one for one in test.button if one.label == "Give back"]
    back.click().run()
    assert who(place) == ("ana",)


def test_the_form_reads_the_viewers_own_clock(place: Place) -> None:
    place.week()
    test = place.draw("on_call", role=Role.ENGINEER)
    assert "No shifts in this week yet" in text_of(test)
    button(test, "shift-form:save").click().run()
    (made,) = place.client().shifts()
    assert (made.person, made.zone) == ("some engineer", "America/Sao_Paulo")
    assert made.begin == place.now.replace(minute=0)
    assert made.end - made.begin == timedelta(hours=12)
    assert "On call now: some engineer" in text_of(test)


def test_a_gap_is_said_here_and_on_this_week(place: Place) -> None:
    place.week()
    gap = "Nobody is on call from"
    assert gap not in text_of(place.draw("this_week"))
    place.now -= timedelta(hours=3)
    shift(place, "ana", 0, 2)
    place.now += timedelta(hours=3)
    shift(place, LEAD.name, 2, 8)
    assert f"{gap} 2026-02-23 16:05 to 2026-02-23 19:05 UTC" in text_of(place.draw("this_week"))
    shown = text_of(place.draw("on_call"))
    assert "Nobody is on call now" in shown
    assert "Mon 23 Feb 19:05 UTC (16:05 Sao Paulo): nobody is on call." in shown
    shift(place, "ben", -1, 3)
    shown = text_of(place.draw("on_call"))
    assert "On call now: ben" in shown
    assert (
        f"more than one person is on call, and all of them get the messages: {LEAD.name}, ben"
        in shown
    )
