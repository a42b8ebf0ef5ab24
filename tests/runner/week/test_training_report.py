"""What a training report reads: one run of a week, with what people did while it was the newest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError
from core.ledger_bodies import AlertAcknowledged
from core.report.training_facts import Happened
from core.vocabulary import JobState, SlotState, TrainingStatus, Verdict
from runner.week.training_report import report_facts
from tests.dashboard.place import LAUNCH, Place, events
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_run_in_progress_with_all_that_people_did(place: Place) -> None:
    job = place.train(3.0, kl=0.3)
    run, client = present(job.run), place.client()
    week = present(client.active_week())
    slot = next(each for each in week.slots() if each.kind == "hourly")
    recorded(client.tick(week.id, slot.id, slot.checks[0], "seen", Verdict.PASS))
    recorded(client.note(week.id, slot.id, "on the slot"))
    recorded(client.note(week.id, "step:8192", "at a  step"))
    incident = recorded(client.open_incident(week.id, "performance", "flat <b>"))
    recorded(client.acknowledge(f"incident:{incident.id}"))
    with client.store.write() as write:
        body = AlertAcknowledged(what="finding:kl_explosion")
        write.append(body, by=client.person, at=place.now, at_week=place.now, week_id=week.id)

    facts = report_facts(client, run)

    assert facts.status is TrainingStatus.RUNNING
    assert facts.in_progress
    assert facts.as_of == place.now
    assert facts.steps == 180 * 4096
    found = {each.kind: each for each in facts.events}
    assert found[Happened.NOTE].text == f"{client.person.name}: at a step"
    assert found[Happened.NOTE].at == LAUNCH + timedelta(minutes=2)
    assert found[Happened.INCIDENT].text == "flat <b>"
    assert Happened.FINDING in found
    (opened,) = facts.incidents
    assert present(opened.acknowledged)[0] == client.person.name
    (kl,) = (each for each in facts.findings if each.finding.scenario == "kl_explosion")
    assert kl.acknowledged == (client.person.name, place.now)
    shown = next(each for each in facts.slots if each.notes)
    assert shown.notes == ((client.person.name, "on the slot"),)
    assert present(shown.checks[0].tick).note == "seen"
    assert all(each.state is not SlotState.UPCOMING for each in facts.slots)
    assert facts.to_come + len(facts.slots) == len(week.slots())
    assert facts.settings["learning_rate"] == 3e-4
    limits = {str(curve.title): [limit for limit, _ in curve.limits] for curve in facts.curves}
    assert limits["KL divergence"] == [0.01]
    assert limits["Steps per second"] == [1000.0]
    assert all(len(curve.points) for curve in facts.curves if curve.title != "Learning rate")


def test_an_earlier_run_has_its_own_slots_and_incidents(place: Place) -> None:
    first = place.train(1.5)
    place.now = LAUNCH + timedelta(minutes=100)
    place.end(first, JobState.STOPPED)
    second = place.begin(LAUNCH + timedelta(minutes=110), resume=False, seed=8)
    write_events(place.home.run_attempt(present(second.run), 1), events(0.5))
    place.now = LAUNCH + timedelta(hours=3, minutes=5)
    client = place.client()
    week = present(client.active_week())
    recorded(client.open_incident(week.id, "performance", "of the second run"))

    early, late = (report_facts(client, present(job.run)) for job in (first, second))

    assert early.status is TrainingStatus.STOPPED
    assert early.ended == LAUNCH + timedelta(minutes=100)
    assert early.incidents == ()
    assert len(late.incidents) == 1
    hours = [each.at for each in early.slots]
    assert hours == [LAUNCH + timedelta(hours=1)], "what was judged while it was the newest"
    assert LAUNCH + timedelta(hours=2) in [each.at for each in late.slots]
    assert early.elsewhere == len(late.slots)
    assert late.elsewhere == 1


def test_a_watched_run_is_reported_without_what_is_not_known(place: Place) -> None:
    place.watch(2.0)
    facts = report_facts(place.client(), "watched")
    assert not facts.process_known
    assert facts.settings == {}
    assert facts.model is None
    assert facts.attempts == ()
    assert len(facts.curves[0].points) == 120


def test_an_unknown_run_is_refused(place: Place) -> None:
    place.week()
    with pytest.raises(InputError, match="There is no training run F13"):
        report_facts(place.client(), "F13")


def test_of_two_watched_runs_of_one_name_the_asked_week_has_its_own(place: Place) -> None:
    weeks = []
    for days, hours in ((0, 1.0), (7, 2.0)):
        folder = place.home.root / str(days) / "same"
        write_events(folder / "attempt-001", events(hours))
        made = place.client().create_week(
            LAUNCH + timedelta(days=days), watched=folder, tag="same", symbol=""
        )
        weeks.append(recorded(made).id)
    place.now = LAUNCH + timedelta(days=8)
    client = place.client()
    points = [len(report_facts(client, "same", week).curves[0].points) for week in (*weeks, None)]
    assert points == [60, 120, 120]
    facts = report_facts(client, "same", weeks[0])
    assert (facts.slots, facts.to_come) == ((), 0), "no schedule belongs to it"
    with pytest.raises(InputError, match="There is no training run same"):
        report_facts(client, "same", "2099-01-01")


def test_who_acknowledged_a_finding_of_another_week_or_run_is_not_named(place: Place) -> None:
    job = place.train(3.0, kl=0.3)
    client = place.client()
    week = present(client.active_week()).id
    body = AlertAcknowledged(what="finding:kl_explosion")
    times = {"2026-03-02": place.now, week: LAUNCH - timedelta(hours=1)}
    with client.store.write() as write:
        for of, at in times.items():
            write.append(body, by=client.person, at=at, at_week=at, week_id=of)
    (kl,) = (
        each
        for each in report_facts(client, present(job.run)).findings
        if each.finding.scenario == "kl_explosion"
    )
    assert kl.acknowledged is None
