"""This week: what is wrong comes first, and what was ticked without passing is said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.vocabulary import Verdict
from tests.dashboard.place import LAUNCH, Place, draw_frame, text_of

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def links(test: AppTest) -> list[str]:
    return [link.proto.label for link in test.get("page_link")]


def test_an_open_incident_comes_before_what_is_due(place: Place) -> None:
    week = place.watch()
    place.client().open_incident(week.id, "crash", "it fell over")
    text = text_of(place.draw("this_week"))
    first, then = text.index("**First**"), text.index("**Next**")
    assert first < then
    assert "opened by some lead" in text[first:then]
    assert "0 of 5 actions done" in text[first:then]


def test_a_slot_that_is_done_says_what_did_not_pass(place: Place) -> None:
    week = place.watch()
    seen = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL, Verdict.UNKNOWN)
    for check, verdict in zip(week.playbook.slot("hourly_1").checks, seen, strict=True):
        place.client().tick(week.id, "hourly_1", check, "seen", verdict, "")
    told = [label for label in links(place.draw("this_week")) if "15:00" in label]
    assert len(told) == 1
    assert "Done, 1 failed, 2 unknown" in told[0]
    assert ":red[:material/cancel:]" in told[0], "its icon is that of the worst"
    assert any(
        "1 com falha, 2 sem leitura" in x for x in links(place.draw("this_week", language="pt"))
    )


def test_a_week_with_a_clock_of_its_own_says_which_time_is_which(place: Place) -> None:
    week = place.watch()
    frame = "\n".join(m.value for m in draw_frame(place.page()).markdown)
    assert "Week time" not in frame
    assert "real time" not in frame
    place.client().record_clock_point(week.id, place.now, place.now + timedelta(days=2), 60.0)
    frame = "\n".join(m.value for m in draw_frame(place.page()).markdown).replace("\\", "")
    later = LAUNCH + timedelta(days=2, hours=3, minutes=5)
    assert f"Week time Wed 25 Feb {later:%H:%M} UTC" in frame
    assert "real time Mon 23 Feb 17:05 UTC" in frame
    assert "(real time)" in frame
    assert "old (week time)" in text_of(place.draw("this_week"))
