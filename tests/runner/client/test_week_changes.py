"""Which week is active, which are archived, and when one that has not started is launched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.ledger_bodies import DecisionMade, JobRequested, WeekCreated, WeekMended, WeekUsed
from core.paths import Home
from core.vocabulary import JobKind, WeekState
from runner.client import Client
from runner.client.signatures.kept_files import taken_over
from runner.records import DecisionLine
from runner.recovery.verification import verify_ledger
from tests.expected import body_of, job_of, present, recorded, refused
from tests.runner.place import CTO, ENGINEER, LAUNCH, LEAD, VIEWER, Place

if TYPE_CHECKING:
    from pathlib import Path

    from core.people import Person
    from core.week import Week

WHY = "the candles come an hour late"
NEXT = LAUNCH + timedelta(days=7)


def planned(place: Place, launch: datetime = NEXT) -> Week:
    return recorded(place.lead.create_week(launch, planned=True))


def lines(place: Place) -> int:
    return len(place.home.ledger.read_bytes().splitlines())


def states(place: Place) -> dict[str, WeekState]:
    return {one.week.id: one.state for one in place.lead.listed_weeks()}


def test_a_planned_week_leaves_the_active_one_as_it_is(place: Place) -> None:
    week = planned(place)
    assert not week.active
    assert present(place.lead.active_week()).id == place.week.id
    assert verify_ledger(place.home, tables=True).ok


def test_the_first_week_is_active_even_if_it_is_planned(tmp_path: Path) -> None:
    client = Client(Home(tmp_path / "home"), LEAD)
    assert recorded(client.create_week(LAUNCH, planned=True)).active


@pytest.mark.parametrize("person", [VIEWER, ENGINEER, CTO])
def test_only_the_lead_changes_weeks(place: Place, person: Person) -> None:
    week, client = planned(place), place.client(person)
    before = lines(place)
    for outcome in (
        client.use_week(week.id),
        client.archive_week(week.id),
        client.unarchive_week(week.id),
        client.mend_launch(week.id, NEXT + timedelta(hours=1), WHY),
    ):
        assert "may not plan" in refused(outcome).reason
        assert refused(outcome).remedy == "Ask someone with the role lead."
    assert lines(place) == before


def test_an_engineer_creates_a_week_beside_the_active_one_only(place: Place) -> None:
    outcome = refused(place.client(ENGINEER).create_week(NEXT))
    assert "may not plan" in outcome.reason
    assert "trainweek week new --plan" in outcome.remedy
    assert not recorded(place.client(ENGINEER).create_week(NEXT, planned=True)).active


def test_no_other_week_becomes_active_while_a_job_of_the_active_one_is_waiting(
    place: Place,
) -> None:
    week = planned(place)
    job = job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    for outcome in (place.lead.use_week(week.id), place.lead.create_week(NEXT.replace(hour=18))):
        assert refused(outcome).reason == f"Job {job.id} of week {place.week.id} is QUEUED."
        assert f"trainweek jobs stop {job.id}" in refused(outcome).remedy
    assert present(place.lead.active_week()).id == place.week.id
    place.until(place.service(), job)
    assert recorded(place.lead.use_week(week.id)).active


def test_an_archived_week_is_kept_and_can_be_listed_again(place: Place) -> None:
    week = planned(place)
    assert recorded(place.lead.archive_week(week.id)).archived_at is not None
    assert states(place)[week.id] is WeekState.ARCHIVED
    before = lines(place)
    assert recorded(place.lead.archive_week(week.id)).archived_at is not None
    assert lines(place) == before, "a repeated request writes nothing"
    assert "is archived" in refused(place.lead.use_week(week.id)).reason
    assert "is archived" in refused(place.lead.mend_launch(week.id, LAUNCH, WHY)).reason
    assert verify_ledger(place.home, tables=True).ok
    assert recorded(place.lead.unarchive_week(week.id)).archived_at is None
    assert recorded(place.lead.use_week(week.id)).active
    assert verify_ledger(place.home, tables=True).ok


def test_the_active_week_and_an_unknown_one_are_not_archived(place: Place) -> None:
    outcome = refused(place.lead.archive_week(place.week.id))
    assert "is the active one" in outcome.reason
    for unknown in (place.lead.archive_week, place.lead.unarchive_week, place.lead.use_week):
        assert refused(unknown("2031-01-01")).reason == "There is no week 2031-01-01."


def test_a_launch_time_is_mended_with_reason_old_and_new_and_the_id_stays(place: Place) -> None:
    later = LAUNCH + timedelta(days=1, hours=1)
    week = recorded(place.lead.mend_launch(place.week.id, later, f" {WHY}"))
    assert (week.id, week.launch) == (place.week.id, later)
    assert week.last_day == place.week.last_day + timedelta(days=1)
    entry = place.lead.activity(week.id)[0]
    body = body_of(entry, WeekMended)
    assert (body.before, body.launch, body.reason, entry.by) == (LAUNCH, later, f" {WHY}", "Lea")
    before = lines(place)
    assert recorded(place.lead.mend_launch(week.id, later, WHY)).launch == later
    assert lines(place) == before, "a repeated request writes nothing"
    assert verify_ledger(place.home, tables=True).ok


def test_a_launch_time_needs_a_reason_and_a_usable_time_of_its_own(place: Place) -> None:
    other = planned(place)
    for launch, reason, said in (
        (NEXT + timedelta(hours=1), "  ", "requires a reason"),
        (datetime(9001, 1, 1, tzinfo=UTC), WHY, "can't be launched in the year 9001"),
        (other.launch, WHY, f"Week {other.id} is launched at that time."),
    ):
        assert said in refused(place.lead.mend_launch(place.week.id, launch, reason)).reason


@pytest.mark.parametrize("ended", [False, True])
def test_a_week_that_has_started_keeps_its_launch_time(place: Place, ended: bool) -> None:
    assert next(iter(place.lead.listed_weeks())).fixed_launch is None
    job = job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    if ended:
        place.until(place.service(), job)
    outcome = refused(place.lead.mend_launch(place.week.id, NEXT, WHY))
    assert f"Week {place.week.id} has started: {job.id} was requested" in outcome.reason
    assert next(iter(place.lead.listed_weeks())).fixed_launch == outcome


def test_a_start_that_was_withdrawn_before_it_began_fixes_nothing(place: Place) -> None:
    job = job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    recorded(place.lead.stop(job.id))
    place.until(place.service(), job)
    assert place.job(job).attempt == 0
    assert recorded(place.lead.mend_launch(place.week.id, NEXT, WHY)).launch == NEXT


def test_a_week_that_watches_keeps_the_launch_of_the_run(place: Place) -> None:
    week = recorded(place.lead.create_week(NEXT, watched=place.home.root / "theirs"))
    outcome = refused(place.lead.mend_launch(week.id, LAUNCH.replace(hour=9), WHY))
    assert "watches a run that was started elsewhere" in outcome.reason


def test_a_week_is_planned_then_in_progress_then_finished(place: Place) -> None:
    clock = [LAUNCH - timedelta(days=1)]
    client = place.lead
    client.now = lambda: clock[0]
    assert states(place) == {place.week.id: WeekState.PLANNED}
    clock[0] = LAUNCH
    job = job_of(client.submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    assert states(place) == {place.week.id: WeekState.PLANNED}, "nothing of it has begun"
    place.until(place.service(), job)
    assert states(place) == {place.week.id: WeekState.RUNNING}
    clock[0] = LAUNCH + timedelta(days=5)
    assert states(place) == {place.week.id: WeekState.FINISHED}


def made(week: str, launch: datetime, active: bool = True) -> DecisionLine:
    body = WeekCreated(
        id=week, launch=launch, playbook_text="", playbook_sha256="", tag="t", symbol="s",
        synthetic=False, active=active,
    )  # fmt: skip
    return DecisionLine(week, body)


def test_a_later_week_takes_the_places_over_when_it_is_used_not_when_it_is_planned() -> None:
    saved = DecisionLine("a", DecisionMade(job_id="1", sha256="f", report={"json": "x"}))
    first, beside = made("a", LAUNCH), made("b", NEXT, active=False)
    moved = DecisionLine(
        "b", WeekMended(id="b", launch=NEXT + timedelta(hours=1), before=NEXT, reason=WHY)
    )
    assert not taken_over([first, saved, beside, moved], LAUNCH, "f")
    used = DecisionLine("b", WeekUsed(id="b"))
    assert taken_over([first, saved, beside, moved, used], LAUNCH, "f")
    asked = DecisionLine("b", JobRequested(job_id="t", job_kind=JobKind.TRAIN, params={}, run="r"))
    assert taken_over([first, saved, beside, asked], LAUNCH, "f")
    earlier = DecisionLine(
        "b", WeekMended(id="b", launch=LAUNCH - timedelta(days=7), before=NEXT, reason=WHY)
    )
    assert not taken_over([first, saved, beside, earlier, used], LAUNCH, "f")
    assert taken_over([first, saved, made("b", NEXT)], LAUNCH, "f")


@pytest.mark.parametrize(
    ("kind", "params", "takes"),
    [
        (JobKind.PAPER, {"decision": "e"}, False),
        (JobKind.REPRODUCE, {}, False),
        (JobKind.BACKUP, {"action": "make"}, False),
        (JobKind.BACKUP, {"action": "restore"}, True),
        (JobKind.IMPORT_MODEL, {}, True),
    ],
)
def test_only_a_job_that_writes_to_the_places_takes_them_over(
    kind: JobKind, params: dict[str, Any], takes: bool
) -> None:
    """Its week had decided before, and is not in progress: it is followed on paper alone."""
    first, beside = made("a", LAUNCH), made("b", NEXT, active=False)
    saved = DecisionLine("a", DecisionMade(job_id="1", sha256="f", report={"json": "x"}))
    asked = DecisionLine("b", JobRequested(job_id="j", job_kind=kind, params=params, run=None))
    assert taken_over([first, beside, saved, asked], LAUNCH, "f") is takes
