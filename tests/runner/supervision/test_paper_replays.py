"""The runner follows the approved decision when candles come, and not otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.ledger_bodies import DecisionSigned
from core.vocabulary import JobKind, JobState, SignatureAct
from runner.outcomes import Refused
from tests.runner.place import CTO, ENGINEER, VIEWER, Place

if TYPE_CHECKING:
    from runner.service import Service

FIRST, SECOND = "a" * 64, "b" * 64


def sign(place: Place, service: Service, sha256: str, act: SignatureAct) -> None:
    body = DecisionSigned(revalidation_sha256=sha256, act=act, reason="", conditions=[])
    with place.client(CTO).store.write() as write:
        now = datetime.now(UTC)
        write.append(body, by=CTO, at=now, at_week=now, week_id=place.week.id)


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


def test_a_decision_that_was_rejected_since_or_is_over_is_not_followed(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    candles(place)
    sign(place, service, FIRST, SignatureAct.APPROVE)
    sign(place, service, SECOND, SignatureAct.APPROVE)
    sign(place, service, SECOND, SignatureAct.REJECT)
    record = place.home.paper(FIRST) / "record.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"days": 30, "of": 30}), encoding="utf-8")
    look(service, SOON)
    assert asked(place) == []
    record.write_text(json.dumps({"days": 29, "of": 30}), encoding="utf-8")
    sign(place, service, SECOND, SignatureAct.REJECT)  # any line: the plan is read again
    look(service, SOON)
    assert asked(place) == [{"decision": FIRST}]
    assert place.lead.approved_decision() == FIRST
    service.close()


def test_candles_of_another_symbol_ask_for_nothing(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    decided = place.home.revalidation_archive / FIRST / "decision.json"
    decided.parent.mkdir(parents=True)
    decided.write_text(json.dumps({"symbol": "OGNUSDT"}), encoding="utf-8")
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
