"""Before a check is due the page says what it would say now; after the run nothing is waited for."""

from __future__ import annotations

import re
from datetime import timedelta

from core.ledger_bodies import JobChanged, ProcessColumns
from core.vocabulary import JobState
from tests.dashboard.place import LAUNCH, Place, button, keyed, text_of


def test_before_the_hour_the_page_says_what_it_would_say_now(place: Place) -> None:
    place.train(hours=0.6)
    place.now = LAUNCH + timedelta(minutes=40)
    test = place.draw("hourly_checks")
    text = text_of(test)
    assert "Due 15:00 UTC" in text
    assert "If judged now: **3 of 4 pass**" in text, "what does not pass is named"
    assert "**0 of 4 passed**" in text, "a preview is no verdict"
    assert button(test, "tick-all:hourly_1").disabled
    assert "Se fosse avaliado agora" in text_of(place.draw("hourly_checks", language="pt"))


def test_without_a_run_there_is_nothing_to_preview(place: Place) -> None:
    place.week()
    place.now = LAUNCH + timedelta(minutes=40)
    assert "If judged now" not in text_of(place.draw("hourly_checks"))


def test_after_an_early_end_the_checks_are_judged_and_can_be_ticked(place: Place) -> None:
    job = place.train(hours=0.6)
    place.now = LAUNCH + timedelta(minutes=45)
    ended = ProcessColumns(state=JobState.SUCCEEDED, ended_at=place.now)
    place.record_of_job(JobChanged.with_attempt(job.id, 1, ended))
    place.now += timedelta(minutes=5)
    test = place.draw("hourly_checks")
    text = text_of(test)
    assert "Run finished: judged on the data at its end, Mon 23 Feb 14:45 UTC" in text
    assert any(not each.disabled for each in keyed(test.button, "tick:hourly_1"))
    daily = text_of(place.draw("daily_checkin"))
    for page in (text, daily):  # the newest event was at 14:36, and the run's data end at 14:45
        ages = set(re.findall(r"\S+ \S+ old\b", page))
        assert {"9 min old"} <= ages <= {"9 min old", "0 s old"}  # 0 s: of the end itself
    week = text_of(place.draw("this_week"))
    assert "the run has finished, so it can be done now" in week or "Next" in week
