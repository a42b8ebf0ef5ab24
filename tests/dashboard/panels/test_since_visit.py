"""Since you last looked: what others and the machine did after the mark, once, on all devices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import Alert, Condition
from core.alerts.edges import Edges
from core.alerts.kinds import EventKind
from core.vocabulary import JobState, Role, Severity, Verdict
from runner.alerts.alert_store import AlertStore
from tests.dashboard.place import PEOPLE, Place, button, events, text_of
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from datetime import datetime

    from streamlit.testing.v1 import AppTest

HEAD, SEEN = "Since you last looked", "since-visit-seen"
ENGINEER = PEOPLE[Role.ENGINEER]


def lines(test: AppTest) -> list[str]:
    """What the part says, a line each."""
    text = text_of(test)
    if HEAD not in text:
        return []
    found = text[text.index(HEAD) :].splitlines()  # an element may say it twice
    return list(dict.fromkeys(line for line in found if "]] **" in line))


def finding(began: datetime, resolved: datetime | None = None) -> Alert:
    condition = Condition(
        key="finding:collapse",
        kind=EventKind.FINDING,
        level=Severity.CRITICAL,
        subject={"en": "Reward collapse", "pt": "Colapso"},
        text={"en": "6 to -12", "pt": "6 para -12"},
        page="troubleshooting",
        since=began,
    )
    return Alert(first=condition, last=condition, last_seen=began, began=began, resolved=resolved)


def test_the_mark_moves_by_hand_and_for_all_devices(place: Place) -> None:
    week = place.watch()
    first = place.draw("this_week")
    assert HEAD not in text_of(first), "a first visit says nothing"
    place.now += timedelta(minutes=1)
    place.client().tick(week.id, "hourly_1", "kl_divergence", "mine", Verdict.PASS, "1")
    assert HEAD not in text_of(first.run()), "their own acts are no news"
    other = place.client(ENGINEER)
    for check in week.playbook.slot("hourly_2").checks[:2]:
        other.tick(week.id, "hourly_2", check, "", Verdict.FAIL, "1")
    recorded(other.open_incident(week.id, "crash", "it fell over"))
    phone, desktop = first.run(), place.draw("this_week")
    first_line, *rest = lines(desktop)
    assert "incident opened by some engineer: it fell over" in first_line, "the worst first"
    assert any("2 checks ticked by some engineer" in line for line in rest)
    other.note(week.id, "hourly_2", "look at the loss")  # after both were drawn
    button(desktop, SEEN).click().run()
    assert [line.split("**")[2] for line in lines(desktop)] == [
        " note by some engineer: look at the loss"
    ], "it came after what was shown"
    place.now += timedelta(seconds=2)
    assert lines(phone.run()) == lines(desktop), "another device of the same person"
    assert HEAD not in text_of(place.draw("this_week", role=Role.CTO)), "their first visit"


def test_findings_runs_and_steps(place: Place) -> None:
    job = place.train(hours=3.0)
    place.draw("this_week")
    shown = place.now
    place.now += timedelta(hours=1)
    AlertStore(place.home).save(
        Edges(alerts=[finding(shown + timedelta(minutes=5))], notices=[]), (), place.now
    )
    folder = place.home.run_attempt(present(job.run), 1)
    write_events(folder.parent / folder.name, events(4.0))
    place.end(job, JobState.FAILED)
    worst = "\n".join(lines(place.draw("this_week"))[:2])
    assert "**Reward collapse** fires: 6 to -12" in worst
    assert "ended: FAILED" in worst
    AlertStore(place.home).save(
        Edges(alerts=[finding(shown + timedelta(minutes=5), place.now)], notices=[]), (), place.now
    )
    found = lines(place.draw("this_week"))
    assert any("fired, and is over: 6 to -12" in line for line in found[1:])
    assert any("steps more, now at step" in line for line in found)


def test_checks_that_became_overdue_and_a_database_that_is_damaged(place: Place) -> None:
    place.watch()
    place.draw("this_week")
    place.now += timedelta(hours=1)
    (line,) = lines(place.draw("this_week"))[:1]
    assert "4 checklists are overdue: Start of the training, Check after 1 hour" in line
    (place.home.state / "visits.db").write_bytes(b"no database at all" * 100)
    text = text_of(place.draw("this_week"))
    assert "visits.db" in text
    assert "Next" in text


def test_a_run_that_had_ended_before_anybody_recorded_it_is_news(place: Place) -> None:
    job = place.train(hours=3.0)
    shown = place.now
    AlertStore(place.home).save(
        Edges(alerts=[finding(shown - timedelta(seconds=2))], notices=[]), (), place.now
    )
    place.draw("this_week")
    place.now = shown - timedelta(minutes=5)  # the runner was away; a later one found the exit
    place.end(job, JobState.FAILED)
    place.now = shown + timedelta(minutes=1)
    found = "\n".join(lines(place.draw("this_week")))
    assert "ended: FAILED" in found
    assert "**Reward collapse** fires" in found, "saved after the page was drawn"
