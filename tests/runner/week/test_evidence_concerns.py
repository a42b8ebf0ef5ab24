"""The model that was approved last: who is told when its evidence expires, or nobody follows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.kinds import EventKind
from core.ledger_bodies import (
    DecisionFollowed,
    DecisionSigned,
    JobChanged,
    JobColumns,
    JobRequested,
)
from core.people import RUNNER
from core.vocabulary import JobKind, JobState, Severity, SignatureAct
from runner.settings import Settings
from runner.week.look import Looks
from tests.expected import recorded
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.alerts.conditions import Condition
    from core.ledger_bodies.body import Body


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def told(place: SignedPlace, after: timedelta = timedelta()) -> list[Condition]:
    """What goes to the outbox of it."""
    look = Looks(place.home, Settings(), lambda: datetime.now(UTC) + after).take(None)[0]
    assert look.complete
    return [one for one in look.conditions if one.kind is EventKind.EVIDENCE]


def write_line(place: SignedPlace, body: Body, week_id: str | None = None) -> None:
    now = datetime.now(UTC)
    with place.client().store.write() as write:
        write.append(body, by=RUNNER, at=now, at_week=now, week_id=week_id)


def came(place: SignedPlace, sha256: str, expired_on: int | None, held: bool | None) -> None:
    """A replay of eleven days."""
    body = DecisionFollowed(
        job_id="paper-1", revalidation_sha256=sha256, record_sha256="1" * 64,
        data_sha256="2" * 64, days=11, left_on=None, expired_on=expired_on, held=held, of=30,
    )  # fmt: skip
    write_line(place, body)


def test_an_expiry_is_critical_until_the_model_is_replaced(place: SignedPlace) -> None:
    first = place.revalidate("GO")
    recorded(place.sign(first))
    came(place, first, None, None)
    assert told(place) == []
    came(place, first, 11, False)
    (expired,) = told(place)
    assert (expired.level, expired.page) == (Severity.CRITICAL, "decision")
    assert "approved by Carl, expired on day 11." in expired.text["en"]
    assert first[:12] in expired.text["pt"]
    second = place.revalidate("GO", seed=2)  # made and not signed: the first is still in use
    assert [one.key for one in told(place)] == [expired.key]
    recorded(place.sign(second))
    assert told(place) == []


def test_a_rejection_ends_it_and_a_fall_out_of_the_cone_is_a_warning(place: SignedPlace) -> None:
    sha256 = place.revalidate("GO")
    recorded(place.sign(sha256))
    came(place, sha256, None, False)
    assert [one.level for one in told(place)] == [Severity.WARNING]
    recorded(place.sign(sha256, SignatureAct.REJECT))
    assert told(place) == []


def test_a_replay_that_fails_or_is_not_made_is_told(place: SignedPlace) -> None:
    sha256 = place.revalidate("GO")
    recorded(place.sign(sha256))
    assert told(place, timedelta(days=2, hours=23)) == []
    (forgotten,) = told(place, timedelta(days=3, hours=1))
    assert forgotten.level is Severity.WARNING
    assert "has not been replayed on new candles for 3 d" in forgotten.text["en"]
    now = datetime.now(UTC)
    job = JobRequested(
        job_id="paper-9", job_kind=JobKind.PAPER, params={"decision": sha256}, run=None
    )
    write_line(place, job, place.week.id)
    failed = JobColumns(state=JobState.FAILED, reason="A gap of 30 h.", ended_at=now)
    write_line(place, JobChanged(job_id="paper-9", job=failed), place.week.id)
    (broken,) = told(place)
    assert "failed. A gap of 30 h." in broken.text["en"]
    assert (broken.since, broken.since_known) == (now, True)


def test_the_next_week_is_told_of_the_model_that_is_still_in_use(place: SignedPlace) -> None:
    sha256 = place.revalidate("GO")
    recorded(place.sign(sha256))
    came(place, sha256, 11, False)
    recorded(place.lead.create_week(place.week.launch + timedelta(days=7)))
    assert [one.level for one in told(place)] == [Severity.CRITICAL]


def test_each_place_has_its_own_approved_model_and_its_week_is_told(place: SignedPlace) -> None:
    first, second = place.revalidate("GO"), "b" * 64
    recorded(place.sign(first))
    launch = place.week.launch + timedelta(hours=1)
    other = recorded(place.lead.create_week(launch, symbol="BTCUSDT", beside=True))
    signed = DecisionSigned(
        revalidation_sha256=second, act=SignatureAct.APPROVE, reason="", conditions=[]
    )
    write_line(place, signed, other.id)
    came(place, first, 11, False)
    assert [(one.week, one.level) for one in told(place)] == [(place.week.id, Severity.CRITICAL)]
    came(place, second, None, False)
    assert {one.week: one.level for one in told(place)} == {
        place.week.id: Severity.CRITICAL,
        other.id: Severity.WARNING,
    }
    assert len(told(place)) == 2
    recorded(place.lead.close_week(other.id))  # its model stays in use: the active week is told
    assert [one.week for one in told(place)] == [place.week.id] * 2
