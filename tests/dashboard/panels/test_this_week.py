"""This week: what is wrong comes first, and what was ticked without passing is said."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from core.files import write_json
from core.language import Message
from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    JobColumns,
    ProcessColumns,
)
from core.vocabulary import JobState, Severity, Verdict
from dashboard.data.concerns import Concern
from dashboard.panels.this_week import timeline
from runner.records import RunnerStatus
from tests.dashboard.place import LAUNCH, Place, draw_frame, text_links, text_of, tiles_of
from tests.event_files import write_events
from tests.expected import present

if TYPE_CHECKING:
    import pytest


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
    assert "Escalation" in text_links(test)
    assert "2 problemas agora" in text_of(place.draw("this_week", language="pt"))


def test_nothing_is_wrong_is_said_only_if_nothing_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = place.watch()
    assert "Nothing is wrong" not in text_of(place.draw("this_week")), "its speed is too low"
    monkeypatch.setattr("dashboard.panels.this_week.wrong_now.concerns", lambda *_: [])
    text = text_of(place.draw("this_week"))
    assert "Nothing is wrong" not in text, "a tile beside it would say the opposite"
    assert "No alert, but 1 number misses its limit now: Speed" in text
    monkeypatch.setattr("dashboard.components.no_problem.missed_limits", lambda _: [])
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
    (label,) = [label for label in text_links(place.draw("this_week")) if "Preparation" in label]
    assert "changed since ticked" in label
    assert ":green[" not in label
    labels = text_links(place.draw("this_week", language="pt"))
    assert any("mudou depois" in label for label in labels)


def test_a_slot_that_is_done_says_what_did_not_pass(place: Place) -> None:
    week = place.watch()
    seen = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL, Verdict.UNKNOWN)
    for check, verdict in zip(week.playbook.slot("hourly_1").checks, seen, strict=True):
        place.client().tick(week.id, "hourly_1", check, "seen", verdict, "")
    reported = [label for label in text_links(place.draw("this_week")) if "15:00" in label]
    assert len(reported) == 1
    assert "Done, 1 fails, 2 unknown" in reported[0]
    assert ":red[:material/cancel:]" in reported[0], "its icon is that of the worst"
    assert any(
        "1 com falha, 2 sem leitura" in x
        for x in text_links(place.draw("this_week", language="pt"))
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


def test_a_red_reward_tile_names_the_limit_that_was_missed(place: Place) -> None:
    place.train(hours=0.2)  # the reward begins below 0, and is too short for a trend
    name, _, note, *_ = tiles_of(place.draw("this_week"))["Reward"]
    assert name.startswith(":red[")
    assert note == ":red-badge[limit > 0]"


def test_a_reward_says_over_which_episodes_it_was_taken(place: Place) -> None:
    place.train()
    said = {name: tile[-1] for name, tile in tiles_of(place.draw("this_week")).items()}
    assert said["Reward"].startswith(":small[:gray[last 100 episodes · ")
    assert said["Reward"].endswith(" · ep_rew_mean]]"), "its source"
    assert said["KL divergence"].startswith(":small[:gray[last update · ")
    assert said["Speed"].startswith(":small[:gray[last 10 iterations · ")
    said = {
        name: tile[-1] for name, tile in tiles_of(place.draw("this_week", language="pt")).items()
    }
    assert said["Reward"].startswith(":small[:gray[últimos 100 episódios · ")


def started(place: Place) -> list[str]:
    """The progress of the run on Launch."""
    return [bar.proto.text for bar in place.draw("launch").get("progress")]


def test_a_resumed_run_says_so_until_its_first_event(place: Place) -> None:
    """Step and speed that stand there are of the killed attempt, which had come further."""
    job = place.train()
    place.end(job, JobState.INTERRUPTED)
    began = ProcessColumns(state=JobState.RUNNING, started_at=place.now, pid=os.getpid()).given()
    place.record_of_job(
        AttemptStarted(
            job_id=job.id,
            number=2,
            job=JobColumns(**began, attempt=2),
            attempt=AttemptColumns(
                **began,
                attempt_id="2",
                epoch=1,
                folder=place.home.relative(place.home.attempt(job.id, 2)),
            ),
        )
    )
    place.now += timedelta(seconds=5)
    assert "resumed, no event yet" in started(place)
    for panel in ("this_week", "live_training"):
        text = text_of(place.draw(panel))
        assert "resumed, no event yet" in text, panel
        assert "– ago" not in text, panel
    assert "attempts: 2 · no event of this attempt yet" in text
    write_json(place.home.attempt(job.id, 2) / "progress.json", {"steps": 4, "begun_at_step": 4})
    assert started(place) == ["resumed from step 4, no event yet"]
    for panel in ("this_week", "live_training"):
        text = text_of(place.draw(panel))
        assert "resumed from step 4, no event yet" in text, panel
        assert "68 steps/s" not in text
    assert "resumed from step 4, no event yet" in text_of(draw_frame(place.page()))
    tiles = tiles_of(place.draw("this_week"))
    assert (tiles["Steps"][1], tiles["Speed"][1]) == ("**4**", "**–**")
    assert "unknown until the first event" in text_of(place.draw("this_week"))

    wall = place.now.timestamp()
    steps = [(4096 * (1 + i), wall + 60 * i, 1.0) for i in range(3)]
    write_events(place.home.run_attempt(present(job.run), 2), {"rollout/ep_rew_mean": steps})
    place.now += timedelta(minutes=3)
    text = text_of(place.draw("this_week"))
    assert "no event yet" not in text
    assert "12,288" in text


def test_next_is_a_blocking_incident_before_any_slot(place: Place) -> None:
    week = place.watch()
    text = text_of(place.draw("this_week"))
    assert "**Then**" not in text
    place.client().open_incident(week.id, "crash", "it fell over")
    text = text_of(place.draw("this_week"))
    assert "**Next** :red[:material/campaign:] Close the incident **Critical issue" in text
    assert text.index("**Next**") < text.index("**Then**")
    text = text_of(place.draw("this_week", language="pt"))
    assert "Feche o incidente" in text
    incident = place.client().incidents(week.id)[0]
    place.client().close_incident(incident.id, "disk was full")
    assert "**Then**" not in text_of(place.draw("this_week"))


def test_a_changed_text_of_the_timeline_draws_the_page_again(place: Place) -> None:
    """The timeline has no timer: what it says is compared on the ticks of the part above it."""
    place.watch()
    page = place.page()
    before = timeline.texts(page, present(page.snapshot()))
    drawn = text_links(place.draw("this_week"))
    assert [text for text in before if text in drawn] == [
        text for text in before if not text.startswith("**")
    ]
    place.now += timedelta(hours=6)
    page.services.forget()
    assert timeline.texts(page, present(page.snapshot())) != before


def test_a_record_that_was_not_verified_in_time_is_a_warning(place: Place) -> None:
    place.watch()
    assert "the first time by tomorrow" in text_of(place.draw("this_week"))
    place.now += timedelta(days=2, minutes=1)
    late = text_of(place.draw("this_week", language="pt"))
    assert ":orange[:material/warning: O registro como um todo nunca foi verificado." in late
