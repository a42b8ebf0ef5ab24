"""Acts of a person who looks at a week that is not the active one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, JobState, SignatureAct, Verdict
from tests.expected import job_of, recorded, refused
from tests.runner.place import CTO, LAUNCH, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.client import Client

EARLIER = LAUNCH - timedelta(days=7)

ACTS: dict[str, Callable[[Client, str], object]] = {
    "preflight": lambda client, week: client.submit(JobKind.PREFLIGHT, {}),
    "data check": lambda client, week: client.submit(JobKind.DATA_CHECK, {}),
    "start": lambda client, week: client.submit(JobKind.TRAIN, {"override_reason": "by hand"}),
    "revalidation": lambda client, week: client.submit(
        JobKind.REVALIDATE, {"override_reason": "by hand"}
    ),
    "backup": lambda client, week: client.submit(JobKind.BACKUP, {}),
    "daily check": lambda client, week: client.submit(JobKind.DAILY_CHECK, {}),
    "restart": lambda client, week: client.restart(learning_rate=1e-4),
    "tick": lambda client, week: client.tick(
        week, "hourly_1", "reward_positive", verdict_seen=Verdict.PASS
    ),
    "incident": lambda client, week: client.open_incident(week, "crash", "it fell"),
}


@pytest.fixture
def earlier(place: Place) -> str:
    """Another week beside the active one."""
    return recorded(place.lead.create_week(EARLIER, planned=True)).id


def looking(place: Place, week: str) -> Client:
    client = place.client(place.lead.person)
    client.shown_week = week
    return client


@pytest.mark.parametrize("act", ACTS)
def test_what_acts_on_the_active_week_is_refused_from_another(
    place: Place, earlier: str, act: str
) -> None:
    before = place.home.ledger.read_bytes()
    outcome = refused(ACTS[act](looking(place, earlier), earlier))
    assert outcome.reason == (
        f"You are looking at week {earlier}; the active week is {place.week.id}."
    )
    assert "Go back to the active week" in outcome.remedy
    assert place.home.ledger.read_bytes() == before


@pytest.mark.parametrize("act", ["preflight", "tick", "incident"])
def test_the_same_acts_are_done_where_the_active_week_is_shown(
    place: Place, earlier: str, act: str
) -> None:
    before = place.home.ledger.read_bytes()
    ACTS[act](looking(place, place.week.id), place.week.id)
    assert place.home.ledger.read_bytes() != before


def test_a_click_on_a_page_that_was_drawn_before_the_switch_is_refused(
    place: Place, earlier: str
) -> None:
    client = looking(place, place.week.id)
    recorded(place.lead.use_week(earlier))
    outcome = refused(client.submit(JobKind.PREFLIGHT, {}))
    assert f"at week {place.week.id}; the active week is {earlier}" in outcome.reason


def test_a_job_is_not_stopped_from_a_page_of_another_week(place: Place, earlier: str) -> None:
    job = job_of(place.lead.submit(JobKind.PREFLIGHT, {}))
    assert "the active week is" in refused(looking(place, earlier).stop(job.id)).reason
    assert place.job(job).state is JobState.QUEUED
    recorded(looking(place, place.week.id).stop(job.id))


def test_nothing_is_signed_or_countersigned_from_a_page_of_another_week(
    place: Place, earlier: str
) -> None:
    cto = place.client(CTO)
    cto.shown_week = earlier
    for outcome in (
        cto.sign(earlier, "f" * 64, SignatureAct.APPROVE, "good"),
        cto.request_countersignature(earlier, "f" * 64, "please"),
        looking(place, earlier).countersign(earlier, "f" * 64, "yes"),
    ):
        assert "the active week is" in refused(outcome).reason


def test_notes_and_the_closing_of_incidents_stay_possible(place: Place, earlier: str) -> None:
    opened = recorded(place.lead.open_incident(earlier, "crash", "it fell"))
    client = looking(place, earlier)
    assert recorded(client.note(earlier, "hourly_1", "late, but well")).text == "late, but well"
    recorded(client.do_incident_action(opened.id, 0))
    recorded(client.skip_incident_action(opened.id, 1, "not needed"))
    assert recorded(client.close_incident(opened.id, "the disk was full")).closed_by == "Lea"


def test_a_terminal_looks_at_no_week(place: Place, earlier: str) -> None:
    assert place.lead.shown_week is None
    assert place.lead.not_here() is None
    job_of(place.lead.submit(JobKind.PREFLIGHT, {}))


def test_a_week_that_is_not_in_progress_shows_its_own_files(place: Place) -> None:
    week = recorded(place.lead.create_week(EARLIER, symbol="BTCUSDT", planned=True))
    assert not week.in_progress
    assert looking(place, week.id).here() == place.home.of("BTCUSDT")
    assert place.lead.here() == place.home
