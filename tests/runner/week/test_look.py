"""A look at a home: what it finds, on real event files and a real record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.kinds import EventKind
from core.alerts.own_rule import Operator, RuleTerms
from core.decision import read_decision
from core.language import Message
from core.ledger_bodies import JobChanged, JobColumns
from core.timestamps import iso, parse_moment
from core.vocabulary import JobKind, JobState, Role, Severity
from runner.settings import Settings
from runner.week.look import Looks
from runner.week.machine_conditions import machine_conditions, unplanned_absence
from tests.dashboard.place import LAUNCH, PEOPLE, Place, events
from tests.event_files import write_events
from tests.expected import job_of, present, recorded
from tests.runner.alerts.channel_files import write_alerts
from tests.runner.place import Place as RunnerPlace
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.alerts.conditions import Condition, Look


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


def looked(place: Place, began: int | None = None) -> Look:
    return Looks(place.home, Settings(), lambda: place.now).take(began)[0]


def of_kind(look: Look, kind: EventKind) -> list[Condition]:
    assert look.complete
    return [one for one in look.conditions if one.kind is kind]


def test_failing_checks_are_found_one_by_one_with_their_numbers(place: Place) -> None:
    place.watch(kl=0.012)
    place.now += timedelta(hours=1)
    found = {one.key: one for one in of_kind(looked(place), EventKind.CHECK)}
    kl = next(one for key, one in found.items() if "kl" in key)
    assert "0.012" in kl.text["en"]
    assert "0,012" in kl.text["pt"]
    assert (kl.level, kl.page) == (Severity.WARNING, "hourly_checks")


def test_a_checklist_is_overdue_after_its_grace(place: Place) -> None:
    place.now = LAUNCH  # hours before a week existed are never overdue
    week = place.watch()
    first = next(slot for slot in week.slots(None) if slot.kind == "hourly")
    place.now = first.at(week.launch) + timedelta(minutes=first.grace_minutes - 1)
    key = f"overdue:{first.id}"
    assert key not in {one.key for one in looked(place).conditions}
    place.now += timedelta(minutes=2)
    found = {one.key: one for one in of_kind(looked(place), EventKind.OVERDUE)}
    assert found[key].text["en"].endswith(f"{len(first.checks)} checks are open.")
    assert found[key].text["pt"].endswith("em aberto.")


def test_a_checklist_that_was_reopened_is_late_since_then(place: Place) -> None:
    place.now = LAUNCH
    week = place.watch()
    first = next(slot for slot in week.slots(None) if slot.kind == "hourly")
    place.now = first.at(week.launch)
    engineer = place.client(PEOPLE[Role.ENGINEER])
    ticks = [recorded(engineer.tick(week.id, first.id, check)) for check in first.checks]
    key = f"overdue:{first.id}"
    place.now += timedelta(hours=5)
    assert key not in {one.key for one in looked(place).conditions}
    reopened = place.now
    recorded(engineer.withdraw_tick(ticks[0].id, "a slip"))
    place.now += timedelta(minutes=20)
    recorded(engineer.withdraw_tick(ticks[1].id, "another"))
    found = next(one for one in looked(place).conditions if one.key == key)
    assert found.since == reopened
    assert "reopened it at" in found.text["en"]
    assert "2 checks are open." in found.text["en"]


def test_a_run_that_is_only_watched_has_no_checklist_to_be_late_with(place: Place) -> None:
    folder = place.home.root / "theirs"
    write_events(folder, events(3.0))
    place.client().create_week(LAUNCH, watched=folder, tag="their-run", symbol="")
    place.now += timedelta(hours=2)
    assert of_kind(looked(place), EventKind.OVERDUE) == []


def test_a_finding_is_found_until_an_incident_is_about_it(place: Place) -> None:
    job = place.train()
    place.end(job, JobState.FAILED)
    look = looked(place)
    crash = next(one for one in look.conditions if one.key == "finding:crash")
    assert crash.level is Severity.CRITICAL
    assert crash.todo
    assert (crash.since, crash.since_known) == (place.now, False)  # seen now, for the first time
    opened = recorded(place.client().open_incident(present(look.week), "crash", "it fell"))
    after = {one.key: one for one in looked(place).conditions}
    assert "finding:crash" not in after
    assert after[f"incident:{opened.id}"].covers == {"finding:crash"}


def test_a_run_that_resumes_by_itself_asks_nobody_to_resume_it(place: Place) -> None:
    job = place.train()

    def ended(state: JobState, then: JobColumns) -> list[Condition]:
        place.end(job, state)
        place.record_of_job(JobChanged(job_id=job.id, job=then))
        look = looked(place)
        return [one for one in look.conditions if one.key.startswith("run:")]

    stays = JobColumns(reason=Message("Stopped by Ana."))
    (stopped,) = ended(JobState.STOPPED, stays)
    assert stopped.todo is None
    by_ana = Message("Restarted by Ana, from the last good checkpoint.")
    assert ended(JobState.STOPPED, JobColumns(state=JobState.QUEUED, reason=by_ana)) == []
    resumes = Message("The machine restarted. Automatic resume at 17:00 UTC.")
    (lost,) = ended(JobState.INTERRUPTED, JobColumns(state=JobState.QUEUED, reason=resumes))
    assert "Automatic resume at 17:00" in lost.text["en"]
    assert present(lost.todo)["en"].startswith("It resumes by itself")


def test_a_rule_of_the_engineers_own_is_found_with_its_own_level_and_beginning(
    place: Place,
) -> None:
    job = place.train()
    for level, limit in ((Severity.INFO, 5.0), (Severity.CRITICAL, 1e6)):
        terms = RuleTerms(f"above {limit}", "rollout/ep_rew_mean", Operator.ABOVE, limit, level)
        recorded(place.client().make_rule(terms))
    (found,) = of_kind(looked(place), EventKind.RULE)
    assert (found.level, found.page, found.subject["en"]) == (Severity.INFO, "alerts", "above 5.0")
    assert found.since == LAUNCH + timedelta(minutes=122)  # the first reward above 5
    assert "rollout/ep_rew_mean acima de 5" in found.text["pt"]
    place.end(job, JobState.SUCCEEDED)
    place.now += timedelta(minutes=2)
    assert of_kind(looked(place), EventKind.RULE) == []  # it ends with its run


def test_a_closed_incident_says_who_closed_it_and_why(place: Place) -> None:
    week = place.watch()
    opened = recorded(place.client().open_incident(week.id, "performance", "flat"))
    recorded(place.client().close_incident(opened.id, "it rose again"))
    look = looked(place)
    assert look.ends[f"incident:{opened.id}"]["en"] == "Closed by some lead: it rose again"


def test_a_failed_backup_of_the_model_is_found(place: Place) -> None:
    place.week()
    job = job_of(place.client(PEOPLE[Role.LEAD]).submit(JobKind.BACKUP))
    place.end(job, JobState.FAILED)
    assert [one.key for one in of_kind(looked(place), EventKind.BACKUP)] == [f"backup:{job.id}"]


def test_a_home_without_a_week_is_looked_at(place: Place) -> None:
    assert looked(place).week is None


def test_a_rule_that_fails_makes_the_look_incomplete_and_keeps_the_others(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.watch(kl=0.012)
    place.now += timedelta(hours=1)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("runner.week.look.concerns", broken)
    look = looked(place)
    assert not look.complete
    assert any(one.kind is EventKind.CHECK for one in look.conditions)


def test_the_ledger_head_of_a_day_is_one_moment(place: Place) -> None:
    place.week()
    head = present(place.client().ledger_head())
    moment = looked(place).moments[0]
    assert (moment.key, moment.kind) == ("ledger-head:2026-02-23", EventKind.LEDGER_HEAD)
    assert head.sha256 in moment.text["en"]


# --- the decision


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "signed")
    yield made
    made.clear()


def decision_of(signed: SignedPlace, began: int | None = 0) -> Look:
    return Looks(signed.home, Settings(), lambda: datetime.now(UTC)).take(began)[0]


def test_a_decision_waits_until_it_is_signed_and_a_changed_model_makes_it_void(
    signed: SignedPlace,
) -> None:
    sha256 = signed.revalidate("GO")
    waiting = of_kind(decision_of(signed), EventKind.DECISION)
    assert [one.level for one in waiting] == [Severity.WARNING]
    assert "Not signed yet." in waiting[0].text["en"]
    made = read_decision(signed.home.revalidation_archive / sha256).decision.created_at
    assert (waiting[0].since, waiting[0].since_known) == (parse_moment(made), True)
    recorded(signed.sign(sha256))
    look = decision_of(signed)
    assert of_kind(look, EventKind.DECISION) == of_kind(look, EventKind.VOID) == []
    said = [one for one in look.moments if one.kind is EventKind.SIGNED]
    assert [(one.by, one.text["en"]) for one in said] == [("Carl", "Approved by Carl.")]
    assert not [one for one in decision_of(signed, None).moments if one.kind is EventKind.SIGNED]
    signed.home.best_model.write_bytes(b"another model")
    void = of_kind(decision_of(signed), EventKind.VOID)
    assert [one.level for one in void] == [Severity.CRITICAL]


# --- the machine


def test_a_disk_that_runs_full_is_found(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk(free: int) -> list[tuple[str, Severity]]:
        usage = (10**12, 0, free)
        monkeypatch.setattr(
            "runner.home.filesystem.shutil.disk_usage",
            lambda _: type("Usage", (), dict(zip(("total", "used", "free"), usage, strict=True))),
        )
        found = machine_conditions(place.home, Settings(), place.now, place.now)
        return [(one.key, one.level) for one in found]

    assert disk(2 * 10**9) == []
    assert disk(5 * 10**8) == [("disk", Severity.WARNING)]
    assert disk(10**7) == [("disk", Severity.CRITICAL)]


def test_backups_are_overdue_after_two_intervals_but_a_new_runner_has_time(place: Place) -> None:
    place.week()
    began = place.now
    for hours, found in ((1, False), (2.1, True)):
        now = began + timedelta(hours=hours)
        conditions = machine_conditions(place.home, Settings(), began, now)
        assert ("backups" in {one.key for one in conditions}) is found


def test_a_runner_that_was_killed_is_missed_one_that_was_stopped_is_not(tmp_path: Path) -> None:
    place = RunnerPlace(tmp_path / "home")
    later = datetime.now(UTC) + timedelta(minutes=45)
    killed = place.runner()
    killed.kill()
    killed.wait()
    absence = present(unplanned_absence(place.home, place.lead.store, later))
    assert absence.text["en"].startswith("It was away for 4")
    stopped = place.runner()
    stopped.terminate()
    stopped.wait()
    assert unplanned_absence(place.home, place.lead.store, later) is None
    place.clear()


def test_who_is_on_call_comes_before_the_chain_and_a_gap_is_reported(place: Place) -> None:
    week = place.week()
    recorded(place.client().open_incident(week.id, "crash", "It stopped."))
    hour = timedelta(hours=1)
    (before,) = of_kind(looked(place), EventKind.INCIDENT)
    recorded(place.client().set_shift("ana", place.now - hour, place.now + hour))
    look = looked(place)
    assert {one.on_call for one in look.conditions} == {("ana",)}
    (incident,) = of_kind(look, EventKind.INCIDENT)
    assert incident.chain[0].title["pt"] == "ana (de plantão)"
    assert incident.chain[1:] == before.chain
    (gap,) = of_kind(look, EventKind.ON_CALL)
    write_alerts(place.home, "channels: [{name: team, url: 'json://h', people: [ana]}]")
    assert of_kind(looked(place), EventKind.ON_CALL) == [gap]
    write_alerts(place.home, "channels: [{name: team, url: 'json://h', people: [ana@example.org]}]")
    lost, _ = of_kind(looked(place), EventKind.ON_CALL)
    assert lost.text["en"].startswith("No channel reaches ana, on call from ")
    assert gap.key == f"on-call:{iso(place.now + hour)}"
    place.now += 2 * hour
    (later,) = of_kind(looked(place), EventKind.ON_CALL)
    assert (later.key, later.on_call) == (gap.key, ())
