"""The hourly checks: judged rows, ticks, notes, and what a second person sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.checks import judge_slot
from core.checks.judgement import Judgement
from core.language import Language, literal
from core.reading import Reading
from core.vocabulary import JobState, Role, Verdict
from dashboard.components import evidence
from dashboard.components.checklist import limit_text
from dashboard.formatting import number
from runner.week.facts import gather
from runner.week.sources import Sources
from tests.dashboard.place import LAUNCH, Place, button, events, text_of
from tests.event_files import write_events
from tests.expected import present

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

SLOT = "hourly_3"


def draw(place: Place, **given: Any) -> AppTest:
    test = place.draw("hourly_checks", **given)
    assert not test.exception
    assert not test.error, test.error
    return test


def test_each_item_shows_verdict_value_limit_and_age(place: Place) -> None:
    week = place.watch()
    text = text_of(draw(place))
    facts = gather(Sources.of(place.client(), week), week.playbook.slot("hourly_1").at(LAUNCH))
    for judged in judge_slot(week.playbook, "hourly_1", facts):
        assert judged.limit[0] in text
        if judged.reading is not None:
            assert number(judged.reading.value, judged.reading.unit) in text
    assert "Judged on the data at Mon 23 Feb 15:00 UTC (12:00 Sao Paulo)" in text
    assert " old" in text


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_count_is_not_told_that_it_must_be_yes(place: Place, language: Language) -> None:
    page = place.page(language=language)
    bars = Reading(43_824, "bars", literal("all"), "preflight", None, None)
    judged = Judgement("data_clean", Verdict.PASS, LAUNCH, literal("clean"), literal("yes"), bars)
    assert limit_text(page, judged) == ""
    stable = replace(judged, limit=literal("STABLE"))
    assert "STABLE" in limit_text(page, stable)


def test_a_tick_keeps_the_verdict_that_was_seen(place: Place) -> None:
    week = place.watch()
    test = draw(place)
    button(test, "tick:hourly_1:reward_positive").click().run()
    tick = place.client().ticks(week.id, "hourly_1")[0]
    assert (tick.check, tick.verdict_seen, tick.by) == (
        "reward_positive",
        Verdict.PASS,
        "some lead",
    )
    assert "Saved: ticked" in text_of(test)
    assert "some lead, 17:05 UTC" in text_of(test)


def test_an_item_that_fails_is_ticked_with_a_note_only(place: Place) -> None:
    week = place.watch()
    test = draw(place)
    key = "tick:hourly_1:speed"
    button(test, f"{key}:save").click().run()
    assert not place.client().ticks(week.id)
    assert "Write a note first" in text_of(test)
    note = next(a for a in test.text_area if a.key == f"{key}:note")
    note.input("the machine is shared today")
    button(test, f"{key}:save").click().run()
    tick = place.client().ticks(week.id)[0]
    assert tick.note == "the machine is shared today"
    assert tick.verdict_seen is Verdict.FAIL
    assert "the machine is shared today" in text_of(test)


def test_the_action_stands_where_an_item_failed(place: Place) -> None:
    week = place.watch()
    action = week.playbook.checks["speed"].action.en
    assert action in text_of(draw(place))


def test_tick_all_takes_what_passes_and_leaves_the_rest(place: Place) -> None:
    week = place.watch()
    test = draw(place)
    button(test, "tick-all:hourly_1").click().run()
    ticked = {tick.check for tick in place.client().ticks(week.id, "hourly_1")}
    assert "speed" not in ticked
    assert {"reward_positive", "loss_falling"} <= ticked
    assert all(t.verdict_seen is Verdict.PASS for t in place.client().ticks(week.id))


def test_a_tick_of_somebody_else_is_not_overwritten(place: Place) -> None:
    week = place.watch()
    test = draw(place)
    place.client().tick(week.id, "hourly_1", "reward_positive", "", Verdict.PASS, "1")
    button(test, "tick:hourly_1:reward_positive").click().run()
    assert len(place.client().ticks(week.id)) == 1
    assert "Nothing was overwritten" in text_of(test)


def test_a_verdict_that_changed_since_the_tick_is_said(place: Place) -> None:
    week = place.watch()
    place.client().tick(week.id, "hourly_1", "reward_positive", "", Verdict.FAIL, "-1")
    text = text_of(draw(place))
    assert "saw Failed -1" in text or "saw Fail -1" in text
    assert "now Pass" in text


def test_what_a_program_ticked_is_told_in_the_readers_language(place: Place) -> None:
    week = place.watch()
    place.client().tick(week.id, "hourly_1", "reward_positive", "", Verdict.FAIL, "yes")
    assert "sim" in text_of(draw(place, language="pt"))


def test_a_viewer_can_look_and_not_tick(place: Place) -> None:
    place.watch()
    test = draw(place, role=Role.VIEWER)
    for shown in test.button:
        if shown.key and shown.key.startswith("tick"):
            assert shown.disabled


def test_a_slot_that_has_not_come_can_not_be_ticked(place: Place) -> None:
    place.watch(hours=0.4)
    place.now = LAUNCH + timedelta(minutes=30)
    test = draw(place)
    assert "Judged on the data at that time" in text_of(test)
    assert button(test, "tick-all:hourly_1").disabled


def test_a_note_of_markup_is_shown_as_text(place: Place) -> None:
    place.watch()
    test = draw(place)
    field = next(f for f in test.text_input if f.key == "note:hourly_1:text")
    field.input("<b>look</b> [here](http://evil.example)").run()
    button(test, "note:hourly_1:save").click().run()
    shown = [m.value for m in test.markdown if "look" in m.value]
    assert shown
    assert all("\\<b\\>look" in text and "\\](http" in text for text in shown)


def test_hidden_event_files_turn_the_checks_unknown(place: Place) -> None:
    place.watch()
    (place.home.root / "watched").rename(place.home.root / "hidden")
    text = text_of(draw(place))
    assert "Pass" not in text


def test_what_a_reading_was_taken_over_is_told_in_portuguese(place: Place) -> None:
    place.watch()
    text = text_of(place.draw("hourly_checks", language="pt"))
    assert "últimos 100 episódios · ep_rew_mean" in text
    assert "iterações" in text
    assert "latest ·" not in text


def test_a_tick_is_taken_back_with_a_reason_only(place: Place) -> None:
    week = place.watch()
    test = draw(place)
    button(test, "tick:hourly_1:reward_positive").click().run()
    button(test, "undo:hourly_1:reward_positive:save").click().run()
    assert len(place.client().ticks(week.id)) == 1
    assert "Write first why" in text_of(test)
    why = next(a for a in test.text_area if a.key == "undo:hourly_1:reward_positive:why")
    why.input("the wrong run")
    button(test, "undo:hourly_1:reward_positive:save").click().run()
    assert place.client().ticks(week.id) == []
    assert "Tick taken back by some lead, 17:05 UTC: the wrong run" in text_of(test)
    button(test, "tick:hourly_1:reward_positive")  # open again


def test_the_curve_is_of_the_run_that_was_judged(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place.train(1.5)
    place.now = LAUNCH + timedelta(minutes=100)
    place.end(first, JobState.STOPPED)
    second = place.begin(LAUNCH + timedelta(minutes=110), resume=False, seed=8)
    write_events(place.home.run_attempt(present(second.run), 1), events(0.5))
    place.now = LAUNCH + timedelta(hours=2, minutes=5)
    drawn = []
    monkeypatch.setattr(evidence, "draw_curves", lambda _, lines, **__: drawn.append(lines))
    test = place.app("hourly_checks")
    test.query_params["slot"] = "hourly_1"
    button(test.run(), "curve:hourly_1:reward_positive").click().run()
    assert not test.exception
    (lines,) = drawn
    assert [len(line) for line in lines.values()] == [90]


def test_a_click_opens_the_curve_around_the_moment_of_a_check(place: Place) -> None:
    place.watch()
    test = draw(place)
    before = text_of(test)
    button(test, "curve:hourly_1:reward_positive").click().run()
    assert not test.exception
    assert "around Mon 23 Feb 15:00 UTC" not in before
    assert "Reward · around Mon 23 Feb 15:00 UTC" in text_of(test).replace("*", "")
    button(test, "curve:hourly_1:reward_positive").click().run()
    assert "· around" not in text_of(test)


def test_single_letters_are_heard_only_if_they_are_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.watch()
    page = place.page()
    assert page.viewer.keys
    for keys in (True, False):
        shown = replace(page, viewer=replace(page.viewer, keys=keys))
        monkeypatch.setattr(place, "page", lambda *_, shown=shown: shown)
        test = place.draw("hourly_checks")
        assert ("Keys:" in text_of(test)) is keys
        assert any("keys" in one.proto.id for one in test.get("bidi_component")) is keys
