"""The runner follows the approved decision when candles come, and not otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.ledger_bodies import DecisionSigned, JobChanged, JobColumns
from core.vocabulary import JobKind, JobState, SignatureAct
from runner.outcomes import Refused
from tests.expected import present, recorded
from tests.runner.place import CTO, ENGINEER, VIEWER, Place

if TYPE_CHECKING:
    from runner.service import Service

FIRST, SECOND = "a" * 64, "b" * 64


def sign(
    place: Place, service: Service, sha256: str, act: SignatureAct, week: str | None = None
) -> None:
    body = DecisionSigned(revalidation_sha256=sha256, act=act, reason="", conditions=[])
    with place.client(CTO).store.write() as write:
        now = datetime.now(UTC)
        write.append(body, by=CTO, at=now, at_week=now, week_id=week or place.week.id)


def candles(place: Place, text: str = "open_time\n") -> None:
    file = place.home.live_data / "live.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def asked(place: Place) -> list[dict[str, Any]]:
    return [dict(job.params) for job in place.lead.jobs(JobKind.PAPER)]


def look(service: Service, after: timedelta) -> None:
    service.paper.tick(datetime.now(UTC) + after)


SOON, LATER = timedelta(minutes=1), timedelta(hours=2)


def test_it_is_asked_once_for_candles_that_came_and_again_when_they_grow(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    candles(place)
    look(service, SOON)
    assert asked(place) == []  # nothing is approved
    sign(place, service, FIRST, SignatureAct.APPROVE)
    look(service, timedelta())
    assert asked(place) == []  # the file may still be written
    look(service, SOON)
    look(service, LATER)
    assert asked(place) == [{"decision": FIRST}]
    assert [job.week_id for job in place.lead.jobs(JobKind.PAPER)] == [place.week.id]
    service.close()


def over(place: Place, sha256: str, days: int) -> None:
    record = place.home.paper(sha256) / "record.json"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"days": days, "of": 30}), encoding="utf-8")


def ended(place: Place, service: Service) -> None:
    """The replay that was asked for has ended."""
    job = place.lead.jobs(JobKind.PAPER)[0]
    columns = JobColumns(state=JobState.SUCCEEDED)
    now = datetime.now(UTC)
    with place.client(CTO).store.write() as write:
        body = JobChanged(job_id=job.id, job=columns)
        write.append(body, by=CTO, at=now, at_week=now, week_id=place.week.id)


def test_a_rejected_and_a_replaced_decision_are_followed_too_but_seldom(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    candles(place)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    sign(place, service, SECOND, SignatureAct.APPROVE)
    sign(place, service, SECOND, SignatureAct.REJECT)
    look(service, SOON)
    assert place.lead.approved_decision() == FIRST
    assert asked(place) == [{"decision": FIRST}]
    look(service, SOON)
    assert len(asked(place)) == 1  # one after the other
    ended(place, service)
    look(service, SOON)
    assert asked(place) == [{"decision": SECOND}, {"decision": FIRST}]
    ended(place, service)
    later = datetime.now(UTC) + LATER
    plan = present(service.paper._plan)
    first, second = (next(o for o in plan.decisions if o.sha256 == s) for s in (FIRST, SECOND))
    assert (first.often, second.often) == (True, False)
    known = replace(first, asked_at=later - timedelta(hours=2))
    assert known.due(later - timedelta(minutes=5), later)
    assert not replace(known, often=False).due(later - timedelta(minutes=5), later)
    assert replace(known, often=False).due(later + timedelta(days=1), later + timedelta(days=2))
    service.close()


def test_the_newest_approval_of_each_place_is_followed_hourly(place: Place) -> None:
    launch = place.week.launch + timedelta(hours=1)
    other = recorded(place.lead.create_week(launch, symbol="BTCUSDT", beside=True))
    service = place.service(schedule=True, schedule_s=0.0)
    candles(place)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    sign(place, service, SECOND, SignatureAct.APPROVE, other.id)
    look(service, SOON)
    found = present(service.paper._plan).decisions
    assert {one.sha256: one.often for one in found} == {FIRST: True, SECOND: True}
    assert place.lead.approved_decision() == FIRST
    beside = place.client(CTO)
    beside.shown_week = other.id
    assert beside.approved_decision() == SECOND
    service.close()


def test_a_decision_whose_days_are_over_is_not_followed(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    candles(place)
    over(place, FIRST, 30)
    over(place, SECOND, 29)
    sign(place, service, SECOND, SignatureAct.APPROVE)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    look(service, SOON)
    assert asked(place) == [{"decision": SECOND}]
    service.close()


def test_candles_of_another_symbol_ask_for_nothing(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    decided = place.home.revalidation_archive / FIRST / "decision.json"
    decided.parent.mkdir(parents=True)
    decided.write_text(
        json.dumps({"symbol": "OGNUSDT", "forecast": {"days": 30}}), encoding="utf-8"
    )
    for symbol in ("OGNUSDT", "BTCUSDT"):
        (place.home.live_data / symbol).mkdir(parents=True)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    (place.home.live_data / "BTCUSDT" / "live.csv").write_text("open_time\n", encoding="utf-8")
    look(service, SOON)
    assert asked(place) == []
    (place.home.live_data / "OGNUSDT" / "live.csv").write_text("open_time\n", encoding="utf-8")
    look(service, SOON)
    assert asked(place) == [{"decision": FIRST}]
    service.close()


def test_without_new_candles_nothing_is_asked(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    look(service, SOON)
    place.home.live_data.mkdir(parents=True)
    look(service, SOON)
    assert asked(place) == []
    service.close()


def test_a_person_follows_only_what_is_archived_and_signed_and_a_viewer_nothing(
    place: Place,
) -> None:
    service = place.service()
    engineer = place.client(ENGINEER)
    unknown = engineer.submit(JobKind.PAPER, {"decision": FIRST})
    assert isinstance(unknown, Refused)
    assert "There is no decision" in unknown.reason
    (place.home.revalidation_archive / FIRST).mkdir(parents=True)
    unsigned = engineer.submit(JobKind.PAPER, {"decision": FIRST})
    assert isinstance(unsigned, Refused)
    assert "is not signed" in unsigned.reason
    sign(place, service, FIRST, SignatureAct.REJECT)
    missing = engineer.submit(JobKind.PAPER, {"decision": FIRST, "data": "data/nowhere"})
    assert isinstance(missing, Refused)
    assert isinstance(place.client(VIEWER).submit(JobKind.PAPER, {"decision": FIRST}), Refused)
    assert not isinstance(engineer.submit(JobKind.PAPER, {"decision": FIRST}), Refused)
    assert [job.state for job in place.lead.jobs(JobKind.PAPER)] == [JobState.QUEUED]
    service.close()
