"""This week: what is wrong comes first, and what was ticked without passing is said."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import Message
from core.vocabulary import Severity, Verdict
from dashboard.data.concerns import Concern
from runner.records import RunnerStatus
from tests.dashboard.place import LAUNCH, Place, draw_frame, text_of
from tests.event_files import write_events
from tests.expected import present

if TYPE_CHECKING:
    import pytest
    from streamlit.testing.v1 import AppTest


def links(test: AppTest) -> list[str]:
    return [link.proto.label for link in test.get("page_link")]


def test_an_open_incident_comes_before_what_is_due(place: Place) -> None:
    week = place.watch()
    place.client().open_incident(week.id, "crash", "it fell over")
    test = place.draw("this_week")
    text = text_of(test)
    first, then = text.index("Critical issue"), text.index("**Next**")
    assert first < then
    assert "opened by some lead" in text[first:then]
    assert "4 of 5 actions still open" in text[first:then]
    assert "2 problems now" in text[:first]
    assert "Escalation" in links(test)
    assert "2 problemas agora" in text_of(place.draw("this_week", language="pt"))


def test_nothing_is_wrong_is_said_only_if_nothing_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = place.watch()
    assert "Nothing is wrong" not in text_of(place.draw("this_week")), "its speed is too low"
    monkeypatch.setattr("dashboard.panels.this_week.wrong_now.concerns", lambda *_: [])
    assert "Nothing is wrong" in text_of(place.draw("this_week"))
    assert "Nenhum problema" in text_of(place.draw("this_week", language="pt"))
    verdict = Concern(Severity.INFO, "Decision", Message("GO 6/6."), "decision")
    monkeypatch.setattr("dashboard.panels.this_week.wrong_now.concerns", lambda *_: [verdict])
    text = text_of(place.draw("this_week"))
    assert text.index("Nothing is wrong") < text.index("GO 6/6")
    assert week.active


def test_a_week_without_a_run_is_not_called_well(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.week()
    text = text_of(place.draw("this_week"))
    assert "1 problem now" in text, "no runner"
    monkeypatch.setattr("runner.week.sources.runner_status", lambda *_: RunnerStatus(alive=True))
    place.now = LAUNCH - timedelta(days=1)
    text = text_of(place.draw("this_week"))
    assert "No problem known: no run has been started yet." in text
    assert "Nothing is wrong" not in text


def test_a_slot_of_work_shows_the_verdict_of_today_and_that_it_changed(place: Place) -> None:
    week = place.watch()
    place.now = LAUNCH + timedelta(days=4, minutes=5)
    slot = next(iter(week.playbook.slots_of_kind("preparation")))
    for check in slot.checks:
        place.client().tick(week.id, slot.id, check, "seen", Verdict.PASS, "1")
    snapshot = present(place.page().snapshot())
    counts = Counter(judged.verdict for judged in snapshot.judgements(slot))
    assert counts[Verdict.FAIL] + counts[Verdict.UNKNOWN]
    (label,) = [label for label in links(place.draw("this_week")) if "Preparation" in label]
    assert "changed since ticked" in label
    assert ":green[" not in label
    labels = links(place.draw("this_week", language="pt"))
    assert any("mudou depois" in label for label in labels)


def test_a_slot_that_is_done_says_what_did_not_pass(place: Place) -> None:
    week = place.watch()
    seen = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL, Verdict.UNKNOWN)
    for check, verdict in zip(week.playbook.slot("hourly_1").checks, seen, strict=True):
        place.client().tick(week.id, "hourly_1", check, "seen", verdict, "")
    reported = [label for label in links(place.draw("this_week")) if "15:00" in label]
    assert len(reported) == 1
    assert "Done, 1 fails, 2 unknown" in reported[0]
    assert ":red[:material/cancel:]" in reported[0], "its icon is that of the worst"
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


def test_a_run_without_a_reward_is_not_said_to_have_no_events(place: Place) -> None:
    folder = place.home.root / "watched" / "attempt-001"
    write_events(folder, {"metrics/foo": [(i, LAUNCH.timestamp() + i, 1.0) for i in range(1, 9)]})
    place.week(watched=folder.parent)
    text = text_of(place.draw("this_week"))
    assert "has written no events yet" not in text
    assert "No reward under a known name. Logged: metrics/foo" in text
