"""A changed playbook is taken into a week that exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks import judge_slot
from core.ledger_bodies import PlaybookTaken
from core.vocabulary import JobKind, JobState, SignatureState, Verdict
from runner.outcomes import Conflict
from runner.recovery.rebuild import replay
from runner.store.trials import counted_trials
from runner.week.agenda import agenda
from runner.week.daily_check import run_daily_check
from runner.week.facts import gather
from runner.week.judged_moment import judged_as_of, playbook_of
from runner.week.sources import Sources
from tests.expected import body_of, job_of, present, recorded, refused
from tests.runner.place import CTO, ENGINEER, LAUNCH, LEAD, Place, place
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from pathlib import Path

    from core.week import Week

__all__ = ["place"]

KL = "kl_divergence: {threshold: 0.02}"


def own(root: Path, text: str) -> Path:
    file = root / "own.yaml"
    file.write_text(f"extends: phase4\n{text}\n")
    return file


def take(place: Place, text: str, reason: str = "the limit was too strict") -> Week:
    return recorded(place.lead.take_playbook(place.week.id, own(place.home.root, text), reason))


def clock_at(place: Place, hours: float) -> datetime:
    """Week time stands at that many hours after the launch."""
    moment = LAUNCH + timedelta(hours=hours)
    recorded(place.lead.record_clock_point(place.week.id, place.lead.now(), moment, 0.0))
    return moment


def test_it_is_an_act_of_the_lead_with_a_reason_and_the_old_and_new_hash(place: Place) -> None:
    file = own(place.home.root, f"checks: {{{KL}}}")
    engineer = place.client(ENGINEER)
    assert "may not plan" in refused(engineer.take_playbook(place.week.id, file, "x")).reason
    assert "a reason" in refused(place.lead.take_playbook(place.week.id, file, " ")).reason
    week = recorded(place.lead.take_playbook(place.week.id, file, "too strict"))
    assert week.playbook.checks["kl_divergence"].threshold == 0.02
    assert week.playbook_file == "own.yaml"
    [entry] = place.lead.playbook_changes(week.id)
    body = body_of(entry, PlaybookTaken)
    assert (entry.by, body.reason) == ("Lea", "too strict")
    assert (body.before_sha256, body.playbook_sha256) == (
        place.week.playbook_sha256,
        week.playbook_sha256,
    )
    assert [(each.field, each.before, each.after) for each in body.changes] == [
        ("checks.kl_divergence.threshold", "0.01", "0.02")
    ]
    assert "No field differs" in refused(place.lead.take_playbook(week.id, file, "again")).reason


def test_a_rebuilt_database_has_the_same_week(place: Place) -> None:
    take(place, f"checks: {{{KL}}}")
    week = take(place, "checks: {kl_divergence: {threshold: 0.03}}")
    assert week.earlier[0].sha256 == place.week.playbook_sha256
    replay(place.home, LEAD, place.lead.now())
    assert place.client(CTO).week(week.id) == week


def test_slots_judged_before_keep_their_playbook_and_later_ones_have_the_new_one(
    place: Place,
) -> None:
    changed_at = clock_at(place, 2.5)
    take(place, f"checks: {{{KL}}}\nschedule: [{{id: hourly_1, offset: +30m}}]")
    moment = clock_at(place, 5)
    sources = Sources.of(place.lead, place.week)
    views = {view.spec.id: view for view in agenda(sources)}
    assert views["hourly_1"].at == LAUNCH + timedelta(hours=1)  # as it was
    limits = {
        name: playbook_of(views[name].spec, sources).checks["kl_divergence"].threshold
        for name in ("hourly_1", "hourly_2", "hourly_3", "daily_1", "preparation")
    }
    assert limits == {
        "hourly_1": 0.01,
        "hourly_2": 0.01,
        "hourly_3": 0.02,
        "daily_1": 0.02,
        "preparation": 0.02,
    }
    replaced = present(sources.week.replaced_playbook_of(views["hourly_2"].spec))
    assert replaced.until == changed_at
    slot = views["hourly_2"].spec
    judged = judge_slot(
        playbook_of(slot, sources), slot.id, gather(sources, judged_as_of(slot, sources.week))
    )
    assert {each.verdict for each in judged} <= {Verdict.UNKNOWN, Verdict.FAIL, Verdict.PENDING}
    assert moment > changed_at


def test_the_summary_of_a_day_names_the_playbook_of_its_check(place: Place) -> None:
    clock_at(place, 22)
    week = take(place, f"checks: {{{KL}}}")
    clock_at(place, 46)
    first = run_daily_check(place.lead, week, LAUNCH.date() + timedelta(days=1))
    second = run_daily_check(place.lead, week, LAUNCH.date() + timedelta(days=2))
    assert first["playbook_sha256"] == place.week.playbook_sha256
    assert second["playbook_sha256"] == week.playbook_sha256
    assert [check["limit"] for check in second["checks"] if check["id"] == "kl_divergence"] == [
        "< 0.02"
    ]


def test_it_waits_for_a_run_that_was_started_with_what_differs(place: Place) -> None:
    service = place.service(stop_grace_s=20.0)
    job = place.submit(JobKind.TRAIN, wait=True)
    place.until(service, job, JobState.RUNNING)
    total = own(place.home.root, "training: {total_steps: 50000}")
    no = refused(place.lead.take_playbook(place.week.id, total, "shorter"))
    assert "training.total_steps" in no.reason
    assert job.id in no.remedy
    # what only says how the run is judged changes at once, and the runner needs no restart
    week = take(place, f"training: {{min_steps_per_second: 10}}\nchecks: {{{KL}}}")
    place.go(job)
    place.until(service, job)
    assert (place.folder(job) / "playbook.yaml").read_text() == place.week.playbook_text
    again = place.submit(JobKind.TRAIN, resume=False)
    place.until(service, again)
    assert (place.folder(again) / "playbook.yaml").read_text() == week.playbook_text
    take(place, "training: {total_steps: 50000}")
    service.close()


def test_the_playbook_of_a_finished_run_stays_the_one_that_it_had(place: Place) -> None:
    service = place.service(stop_grace_s=20.0)
    job = place.submit(JobKind.TRAIN, seed=8)
    place.until(service, job)
    take(place, "training: {total_steps: 50000, learning_rate: 0.001}")
    [run] = place.lead.runs()
    assert (run.total_steps, run.settings["learning_rate"]) == (500_000, 3e-4)
    facts = gather(Sources.of(place.lead, place.week))
    assert present(facts.run).total_steps == 500_000
    with place.lead.store.read() as connection:
        [trial] = counted_trials(connection, place.week.id).candidates
    assert trial.settings["learning_rate"] == 3e-4
    service.close()


def test_what_was_shown_is_what_is_taken(place: Place) -> None:
    file = own(place.home.root, f"checks: {{{KL}}}")
    seen = place.lead.playbook_change(place.week.id, file)
    own(place.home.root, "checks: {kl_divergence: {threshold: 0.5}}")
    outcome = place.lead.take_playbook(place.week.id, file, "x", seen)  # type: ignore[arg-type]
    assert isinstance(outcome, Conflict)
    assert not present(place.lead.week(place.week.id)).earlier


def test_an_open_incident_keeps_its_procedure(place: Place) -> None:
    recorded(place.lead.open_incident(place.week.id, "performance", "flat"))
    spec = place.week.playbook.escalation("performance")
    text = f"escalations: [{{id: {spec.id}, contact: another}}]"
    no = refused(place.lead.take_playbook(place.week.id, own(place.home.root, text), "x"))
    assert "performance" in no.reason


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("gates: [{id: sharpe, threshold: 1.2}]", SignatureState.VOID),
        (KL and f"checks: {{{KL}}}", SignatureState.STANDS),
    ],
)
def test_a_signature_is_void_while_the_rules_that_it_binds_are_not_the_weeks(
    tmp_path: Path, text: str, state: SignatureState
) -> None:
    place = SignedPlace(tmp_path / "home")
    seen = place.revalidate("GO")
    place.sign(seen)
    client = place.client()
    assert client.validity(client.signature_of(seen)).state is SignatureState.STANDS
    take(place, text)
    assert client.validity(client.signature_of(seen)).state is state
    original = own(tmp_path, "")
    recorded(place.lead.take_playbook(place.week.id, original, "back again"))
    assert client.validity(client.signature_of(seen)).state is SignatureState.STANDS
    place.clear()


def test_a_decision_under_the_earlier_gates_is_not_signed(tmp_path: Path) -> None:
    place = SignedPlace(tmp_path / "home")
    seen = place.revalidate("GO")
    take(place, "gates: [{id: sharpe, threshold: 1.2}]")
    assert "gates or revalidation settings" in refused(place.sign(seen)).reason
    place.clear()


def test_a_run_in_progress_of_another_kind_is_named(place: Place) -> None:
    job = job_of(place.lead.submit(JobKind.REVALIDATE, {}))
    text = "gates: [{id: sharpe, threshold: 1.2}]"
    no = refused(place.lead.take_playbook(place.week.id, own(place.home.root, text), "x"))
    assert job.id in no.reason
