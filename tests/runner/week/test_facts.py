"""Facts of a moment: from a real runner's jobs and real files, and never from after it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.diagnosis import diagnose
from core.language import literal
from core.liveness import Pulse
from core.telemetry import RunReader
from core.vocabulary import FindingStatus, JobKind, JobState, Liveness, Severity, TrainingStatus
from runner.week.facts import gather
from runner.week.judged_moment import judged_as_of
from runner.week.sources import Sources
from tests.event_files import write_events
from tests.expected import present, recorded
from tests.runner.place import CTO, LAUNCH, Place

if TYPE_CHECKING:
    from core.facts import Facts, RunFacts
    from runner.records import Job


def stand_at(place: Place, moment: datetime) -> None:
    """The week's clock stands at a moment from now on."""
    place.lead.record_clock_point(place.week.id, datetime.now(UTC), moment, 0.0)


def trained(place: Place, **params: object) -> Job:
    """A training run that has ended."""
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, **params))
    service.close()
    return job


def run_of(facts: Facts) -> RunFacts:
    return present(facts.run)


def log_events(place: Place, job: Job, *moments: datetime) -> None:
    points = [(100 * (i + 1), moment.timestamp(), float(i)) for i, moment in enumerate(moments)]
    write_events(place.home.run_attempt(present(job.run), 1), {"rollout/ep_rew_mean": points})


def test_a_moment_ahead_gives_no_facts(place: Place) -> None:
    stand_at(place, LAUNCH)
    facts = gather(Sources.of(place.lead, place.week), LAUNCH + timedelta(hours=1))
    assert not facts.reached
    assert facts.run is None


def test_a_week_without_a_training_says_so(place: Place) -> None:
    stand_at(place, LAUNCH)
    facts = gather(Sources.of(place.lead, place.week))
    assert facts.reached
    assert facts.run is None
    assert facts.log is None


def test_a_completed_training_is_completed_only_from_its_end_on(place: Place) -> None:
    stand_at(place, LAUNCH)
    job = trained(place, seconds=0.5)
    ended = present(job.ended_at)
    log_events(place, job, present(job.started_at), ended - timedelta(seconds=0.1))
    place.lead.record_clock_point(place.week.id, ended, LAUNCH + timedelta(hours=1), 0.0)
    stand_at(place, LAUNCH + timedelta(hours=2))
    before = gather(Sources.of(place.lead, place.week), LAUNCH + timedelta(minutes=50))
    after = gather(Sources.of(place.lead, place.week), LAUNCH + timedelta(minutes=90))
    assert run_of(before).status is TrainingStatus.RUNNING
    assert run_of(before).ended is None
    assert run_of(after).status is TrainingStatus.COMPLETED
    assert run_of(after).until == ended


def test_events_from_behind_the_moment_are_not_seen(place: Place) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    started = present(job.started_at)
    early = started + timedelta(seconds=1)
    log_events(place, job, early, early + timedelta(seconds=5))
    # The hour passes evenly in the ten seconds from now; its 30th minute is between the two.
    place.lead.record_clock_point(
        place.week.id, started + timedelta(seconds=10), LAUNCH + timedelta(hours=1), 0.0
    )
    place.lead.now = lambda: started + timedelta(seconds=20)
    facts = gather(Sources.of(place.lead, place.week), LAUNCH + timedelta(minutes=30))
    seen = present(run_of(facts).reader).series(
        "rollout/ep_rew_mean", until=run_of(facts).until.timestamp()
    )
    assert list(seen.step) == [100]
    service.close()


def test_a_live_training_that_is_silent_for_two_week_hours_is_hung(place: Place) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    started = present(job.started_at)
    events = [started + timedelta(seconds=second) for second in (1, 2, 3)]
    log_events(place, job, *events)
    quiet = {"seconds": 11}  # ten of its own gaps, and more
    place.lead.now = lambda: events[-1] + timedelta(**quiet)
    point = place.lead.record_clock_point
    point(place.week.id, events[-1], LAUNCH, 0.0)
    point(place.week.id, place.lead.now(), LAUNCH + timedelta(hours=1, minutes=59), 0.0)
    assert run_of(gather(Sources.of(place.lead, place.week))).status is TrainingStatus.RUNNING
    quiet["seconds"] = 12
    point(place.week.id, place.lead.now(), LAUNCH + timedelta(hours=2, minutes=1), 0.0)
    facts = gather(Sources.of(place.lead, place.week))
    assert run_of(facts).status is TrainingStatus.HUNG
    assert "No progress for 2.0 h of week time" in run_of(facts).reason
    service.close()


def test_a_run_out_of_sight_is_said_with_its_evidence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    service.close()
    said = "Slurm has not answered for 40 s"
    for apart in (Liveness.UNREACHABLE, Liveness.DISPUTED, Liveness.WORKING):
        pulse = Pulse(apart, (literal(said),))
        monkeypatch.setattr(Sources, "pulse_of", lambda *_, pulse=pulse: pulse)
        found = run_of(gather(Sources.of(place.lead, place.week))).out_of_sight
        assert found == (None if apart is Liveness.WORKING else said)


def test_hidden_event_files_leave_a_run_without_a_reader(place: Place) -> None:
    stand_at(place, LAUNCH)
    job = trained(place)
    log_events(place, job, present(job.started_at))
    reader = RunReader(place.home.run(present(job.run)))
    kept = run_of(gather(Sources.of(place.lead, place.week, lambda _: reader))).reader
    assert kept is not None
    assert kept.tags() == ["rollout/ep_rew_mean"]
    place.home.tensorboard.rename(place.home.root / "hidden")
    assert run_of(gather(Sources.of(place.lead, place.week, lambda _: reader))).reader is None


def test_a_failed_training_is_a_crash_with_its_reason_and_incident(place: Place) -> None:
    stand_at(place, LAUNCH)
    trained(place, do="fail")
    facts = gather(Sources.of(place.lead, place.week))
    assert run_of(facts).status is TrainingStatus.CRASHED
    assert run_of(facts).reason
    assert facts.open_incidents == ("crash",)
    (crash,) = diagnose(facts, place.week.playbook, only=("crash",))
    assert (crash.status, crash.severity) == (FindingStatus.FIRING, Severity.CRITICAL)


@pytest.mark.parametrize("resume", [False, True])
def test_an_earlier_crash_is_kept_when_the_training_starts_again(place: Place, resume) -> None:
    stand_at(place, LAUNCH)
    crashed = trained(place, do="fail")
    facts = gather(Sources.of(place.lead, place.week))
    assert run_of(facts).earlier_crashes == ()  # it is the run's status
    place.lead.close_incident(place.lead.incidents(place.week.id)[0].id, "Fixed.")
    trained(place, resume=resume, do="complete")
    run = run_of(gather(Sources.of(place.lead, place.week)))
    assert run.status is TrainingStatus.COMPLETED
    reported = f"Run {crashed.run}, attempt 1 crashed 2026-02-23 14:00 UTC. "
    assert len(run.earlier_crashes) == 1
    assert run.earlier_crashes[0].startswith(reported)


def test_incidents_are_those_that_stood_open_at_the_judged_moment(place: Place) -> None:
    before = datetime.now(UTC)
    place.lead.record_clock_point(place.week.id, before, LAUNCH, 0.0)
    opened = recorded(place.lead.open_incident(place.week.id, "performance", "The loss rises."))
    closed = recorded(place.lead.close_incident(opened.id, "It fell again."))
    middle = opened.opened_at + (present(closed.closed_at) - opened.opened_at) / 2
    place.lead.record_clock_point(place.week.id, middle, LAUNCH + timedelta(hours=1), 0.0)
    stand_at(place, LAUNCH + timedelta(hours=2))

    def standing(moment: datetime | None = None) -> tuple[str, ...]:
        return gather(Sources.of(place.lead, place.week), moment).open_incidents

    assert standing(LAUNCH) == ()  # not opened yet
    assert standing(LAUNCH + timedelta(hours=1)) == ("performance",)
    assert standing() == ()  # closed by now


def test_the_newest_job_of_a_kind_counts_with_its_result(place: Place) -> None:
    stand_at(place, LAUNCH)
    service = place.service()
    for ok in (False, True):
        place.until(service, place.submit(JobKind.PREFLIGHT, result={"ok": ok, "checks": []}))
    running = place.until(service, place.submit(JobKind.DATA_CHECK, do="sleep"), JobState.RUNNING)
    facts = gather(Sources.of(place.lead, place.week))
    assert present(present(facts.preflight).result)["ok"] is True
    assert present(facts.data_check).id == running.id
    assert present(facts.data_check).state is JobState.RUNNING
    assert present(facts.data_check).result is None
    assert facts.backup is None
    service.close()


def test_looks_are_judged_as_of_their_moment_and_work_as_of_now(place: Place) -> None:
    playbook = place.week.playbook
    for kind, own in (("hourly", True), ("daily", True), ("anomaly", True), ("preflight", False)):
        slot = playbook.slots_of_kind(kind)[0]
        assert judged_as_of(slot, place.week) == (slot.at(LAUNCH) if own else None)


def test_reports_count_only_while_their_files_are_as_they_were_written(place: Place) -> None:
    stand_at(place, LAUNCH)
    path = place.home.revalidation / "2026-02-27_decision.json"
    content = b'{"decision": "NO-GO"}'
    service = place.service()
    result = {
        "report": {"decision": place.home.relative(path)},
        "decision": "NO-GO",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    place.until(service, place.submit(JobKind.REVALIDATE, result=result))
    service.close()
    assert gather(Sources.of(place.client(CTO), place.week)).reports == {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.replace(b"NO-GO", b"GO"))
    altered = gather(Sources.of(place.client(CTO), place.week))
    assert altered.reports
    assert altered.decision is None
    path.write_bytes(content)
    assert gather(Sources.of(place.client(CTO), place.week)).decision == {"decision": "NO-GO"}
