"""What is wrong now: every part of the week that can be wrong, and its severity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import AttemptColumns, JobChanged, JobColumns
from core.vocabulary import JobState, Severity, SignatureAct, TrainingStatus, Verdict
from dashboard.data.concerns import Concern, concerns, signable
from dashboard.data.services import Services
from runner.records import RunnerStatus
from tests.dashboard.place import LEAD, Place
from tests.expected import present
from tests.runner.signed_place import CONDITIONS, SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dashboard.data.snapshot import Snapshot


# The events of these tests are slower than the playbook asks for.
SLOW = (Severity.WARNING, "1 check fails.", "hourly_checks")


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "signed")
    yield made
    made.clear()


def decided(place: SignedPlace) -> Snapshot:
    return present(Services(place.home, LEAD, now=lambda: datetime.now(UTC)).snapshot())


def of_the_decision(place: SignedPlace, what: str = "Decision") -> list[Concern]:
    return [c for c in by_page(decided(place))["decision"] if c.what == what]


def by_page(snapshot: Snapshot) -> dict[str, list[Concern]]:
    found: dict[str, list[Concern]] = {}
    for concern in concerns(snapshot, "en"):
        found.setdefault(concern.page, []).append(concern)
    return found


def test_a_healthy_watched_run_has_no_concern_but_its_speed(place: Place) -> None:
    place.watch()
    found = concerns(present(place.page().snapshot()), "en")
    assert [(c.severity, c.text, c.page) for c in found] == [SLOW]


def test_how_a_watched_run_ended_is_no_concern(place: Place) -> None:
    """Its files don't say, and no process is known: it may have finished."""
    place.watch(hours=1)
    place.now += timedelta(hours=8)
    snapshot = present(place.page().snapshot())
    assert snapshot.status is TrainingStatus.LOST
    assert {"jobs", "troubleshooting"}.isdisjoint(by_page(snapshot))


def test_a_week_without_a_runner_is_not_all_clear(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.train()
    found = concerns(present(place.page().snapshot()), "en")
    assert (found[0].severity, found[0].what) == (Severity.CRITICAL, "Runner")
    assert [(c.severity, c.text, c.page) for c in found[1:]] == [SLOW]
    monkeypatch.setattr("runner.week.sources.runner_status", lambda *_: RunnerStatus(alive=True))
    found = concerns(present(place.page().snapshot()), "en")
    assert [(c.severity, c.text, c.page) for c in found] == [SLOW]


def test_a_firing_finding_is_a_concern_of_its_severity(place: Place) -> None:
    place.watch(kl=0.3)
    snapshot = present(place.page().snapshot())
    firing = {f.headline: f.severity for f in snapshot.findings if f.scenario == "kl_explosion"}
    found = by_page(snapshot)["troubleshooting"]
    assert [(c.text, c.severity) for c in found if c.text in firing] == list(firing.items())
    assert Severity.INFO not in firing.values()


def test_open_incidents_come_first_if_they_block(place: Place) -> None:
    week = place.watch()
    place.client().open_incident(week.id, "performance", "flat for two hours")
    place.client().open_incident(week.id, "crash", "it fell over")
    found = concerns(present(place.page().snapshot()), "en")
    assert [(c.severity, c.page) for c in found] == [
        (Severity.CRITICAL, "escalation"),
        (Severity.WARNING, "escalation"),
        (Severity.WARNING, "hourly_checks"),
    ]
    assert "opened by some lead" in found[0].text
    assert "3 of 5 actions still open" in found[0].text


def test_a_stopped_run_is_a_concern_and_a_crash_is_said_once(place: Place) -> None:
    job = place.train()
    for state, page in ((JobState.STOPPED, "jobs"), (JobState.FAILED, "troubleshooting")):
        place.record_of_job(
            JobChanged(
                job_id=job.id,
                number=1,
                job=JobColumns(state=state, ended_at=place.now),
                attempt=AttemptColumns(state=state, ended_at=place.now),
            )
        )
        found = by_page(present(place.page().snapshot()))
        said = [c for c in found.get(page, []) if c.what in {"Training run", "Crash"}]
        assert len(said) == 1
        assert ("STOPPED" in said[0].text) == (state is JobState.STOPPED)
    assert "Training run" not in {c.what for c in found["jobs"]}
    headline = said[0].text
    week = present(place.client().active_week())
    place.client().open_incident(week.id, "crash", "it fell over")
    found = by_page(present(place.page().snapshot()))
    others = found.get("troubleshooting", [])
    assert "Crash" not in {c.what for c in others}, "the incident says it: one event is one problem"
    assert headline in found["escalation"][0].text


def test_failing_checks_of_the_newest_slot_are_a_concern(place: Place) -> None:
    place.watch(kl=0.012)
    place.now += timedelta(hours=1)  # hourly_3 judges KL, hourly_4 is the newest then
    snapshot = present(place.page().snapshot())
    newest = [v for v in snapshot.timeline if v.at <= snapshot.now_week][-1]
    failing = sum(j.verdict is Verdict.FAIL for j in snapshot.judgements(newest.spec))
    assert failing
    found = by_page(snapshot)["hourly_checks"]
    assert [c.what for c in found] == [newest.spec.title.en]
    assert found[0].text.startswith(f"{failing} check")


def test_a_decision_is_a_concern_until_it_is_signed(signed: SignedPlace) -> None:
    sha256 = signed.revalidate("PARTIAL")
    (waiting,) = of_the_decision(signed)
    assert waiting.severity is Severity.WARNING
    assert waiting.text.startswith("PARTIAL ")
    assert "Not signed yet." in waiting.text
    assert signable(decided(signed))
    signed.sign(sha256)
    (approved,) = of_the_decision(signed)
    assert approved.severity is Severity.INFO
    assert "Approved by Carl." in approved.text


def test_a_decision_whose_model_was_replaced_is_critical_signed_or_not(
    signed: SignedPlace,
) -> None:
    sha256 = signed.revalidate("GO")
    (ready,) = of_the_decision(signed)
    assert ready.severity is Severity.INFO
    signed.home.best_model.write_bytes(b"other weights")
    (stale,) = of_the_decision(signed)
    assert stale.severity is Severity.CRITICAL
    assert "It can't be signed as it is. Revalidate the present files" in stale.text
    assert not signable(decided(signed))
    signed.home.best_model.write_bytes(b"weights")
    signed.sign(sha256)
    signed.home.best_model.write_bytes(b"other weights")
    (void,) = of_the_decision(signed)
    assert void.severity is Severity.CRITICAL
    assert "Carl's signature is no longer valid." in void.text


def test_an_altered_archive_is_critical(signed: SignedPlace) -> None:
    sha256 = signed.revalidate("GO")
    (signed.home.revalidation_archive / sha256 / "equity.csv").write_text("time,equity\n")
    (altered,) = of_the_decision(signed)
    assert altered.severity is Severity.CRITICAL
    assert "equity.csv" in altered.text
    assert not signable(decided(signed))


def test_open_conditions_are_a_concern_and_overdue_ones_are_critical(signed: SignedPlace) -> None:
    sha256 = signed.revalidate("PARTIAL")
    signed.sign(sha256, SignatureAct.APPROVE_WITH_CONDITIONS, CONDITIONS)
    (open_,) = of_the_decision(signed, "Conditions of the signature")
    assert open_.severity is Severity.CRITICAL
    assert open_.text == "2 conditions are open. 1 is overdue."
    assert open_.text.in_("pt") == "2 condições abertas. 1 atrasada."
