"""The client: rights, conflicts, keys, incidents, launches, signatures."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, IntegrityError, PlaybookError
from core.ledger_bodies import DecisionMade, IncidentClosed, JobRequested
from core.people import Person
from core.vocabulary import Decision, IncidentState, JobKind, JobState, Role, SignatureAct, Verdict
from runner.jobs.attempt import read_spec
from runner.models.checkpoints import MANIFEST, PARTS
from runner.outcomes import AlreadyRunning, Conflict, Recorded, Refused, Submitted
from tests.core.backtest_records import decision_of, record
from tests.expected import body_of, job_of, present, recorded
from tests.runner.place import CTO, ENGINEER, LAUNCH, LEAD, VIEWER, Place
from tests.runner.signed_place import provenance_of, write_candles

if TYPE_CHECKING:
    from collections.abc import Callable

SLOT, CHECK = "hourly_1", "reward_positive"


def test_a_viewer_changes_nothing(place: Place) -> None:
    viewer, week = place.client(VIEWER), place.week.id
    before = place.home.ledger.read_bytes()
    job = None
    outcomes = [
        viewer.create_week(LAUNCH + timedelta(days=7)),
        viewer.use_week(week),
        viewer.record_clock_point(week, LAUNCH, LAUNCH, 1.0),
        viewer.submit(JobKind.TRAIN, {}),
        viewer.tick(week, SLOT, CHECK, "", Verdict.PASS, ""),
        viewer.withdraw_tick(1, "wrong"),
        viewer.note(week, SLOT, "hello"),
        viewer.open_incident(week, "crash", "boom"),
        viewer.do_incident_action(1, 0),
        viewer.close_incident(1, "fine"),
        viewer.sign(week, "0" * 64, SignatureAct.APPROVE, "yes"),
    ]
    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert isinstance(outcomes[0], Refused)
    assert "viewer" in outcomes[0].reason
    assert place.home.ledger.read_bytes() == before
    job = place.submit()
    assert isinstance(viewer.stop(job.id), Refused)


@pytest.mark.parametrize(
    ("person", "kind", "may"),
    [
        (ENGINEER, JobKind.PREFLIGHT, True),
        (ENGINEER, JobKind.REVALIDATE, False),
        (LEAD, JobKind.REVALIDATE, True),
        (CTO, JobKind.TRAIN, False),
        (CTO, JobKind.BACKUP, False),
    ],
)
def test_a_job_takes_its_right(place: Place, person, kind: JobKind, may: bool) -> None:
    assert isinstance(place.client(person).submit(kind, {}), Submitted if may else Refused)


def test_a_tick_by_another_person_is_never_overwritten(place: Place) -> None:
    week = place.week.id
    first = recorded(place.lead.tick(week, SLOT, CHECK, "fine", Verdict.PASS, "3"))
    eva = place.client(ENGINEER)
    second = eva.tick(week, SLOT, CHECK, "not fine", Verdict.FAIL, "-1")
    assert isinstance(second, Conflict)
    assert second.existing == first
    assert "Lea" in second.reason
    third = eva.tick(week, SLOT, CHECK, "not fine", Verdict.FAIL, "-1", replaces=first.id)
    assert isinstance(third, Recorded)
    assert place.lead.ticks(week) == [third.record]
    late = place.lead.tick(week, SLOT, CHECK, "?", Verdict.PASS, "3", replaces=first.id)
    assert isinstance(late, Conflict)
    assert late.existing == third.record


def test_a_tick_that_is_taken_back_leaves_its_check_open_and_the_record_has_both(
    place: Place,
) -> None:
    week, eva = place.week.id, place.client(ENGINEER)
    first = recorded(place.lead.tick(week, SLOT, CHECK, "fine", Verdict.PASS, "3"))
    assert isinstance(eva.withdraw_tick(first.id, " "), Refused)
    taken = recorded(eva.withdraw_tick(first.id, "the wrong slot", key="undo-1"))
    assert (taken.tick, taken.slot, taken.check, taken.by) == (first.id, SLOT, CHECK, "Eva")
    assert eva.withdraw_tick(first.id, "the wrong slot", key="undo-1") == Recorded(taken)
    again = place.lead.withdraw_tick(first.id, "twice")
    assert isinstance(again, Conflict)
    assert "Eva" in again.reason
    assert isinstance(place.lead.withdraw_tick(taken.id, "a line that is no tick"), Refused)
    assert place.lead.ticks(week) == []
    records = present(place.lead.week_records())
    assert records.withdrawals == (taken,)
    assert [entry.kind for entry in records.activity[:2]] == ["tick", "tick"]
    late = eva.tick(week, SLOT, CHECK, "again", Verdict.PASS, "3", replaces=first.id)
    assert isinstance(late, Conflict), "whoever replaces it has not seen that it was taken back"
    assert "Eva" in late.reason
    never = eva.tick(week, SLOT, CHECK, "again", Verdict.PASS, "3", replaces=taken.id)
    assert isinstance(never, Refused)
    assert place.lead.ticks(week) == []
    second = recorded(place.lead.tick(week, SLOT, CHECK, "looked again", Verdict.PASS, "3"))
    before = place.lead.ticks(week), records.withdrawals
    place.home.database.unlink()
    fresh = place.client(ENGINEER)  # rebuilt from the ledger
    assert (fresh.ticks(week), present(fresh.week_records()).withdrawals) == before
    assert before[0] == [second]


def test_a_repeated_click_with_its_key_is_one_row(place: Place) -> None:
    week = place.week.id
    ticks = [
        place.lead.tick(week, SLOT, CHECK, "", Verdict.PASS, "1", key="click-1") for _ in range(3)
    ]
    assert len({recorded(tick).id for tick in ticks}) == 1
    notes = [place.lead.note(week, SLOT, "once", key="click-2") for _ in range(2)]
    assert notes[0] == notes[1]
    jobs = [place.lead.submit(JobKind.BACKUP, {}, key="click-3") for _ in range(2)]
    assert job_of(jobs[0]).id == job_of(jobs[1]).id
    assert isinstance(jobs[1], Submitted)
    assert len(place.home.ledger.read_text().splitlines()) == 4  # the week and these three


def test_a_key_of_another_kind_of_line_is_refused(place: Place) -> None:
    lead, week = place.lead, place.week.id
    job = job_of(lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}, key="a request"))
    recorded(lead.note(week, SLOT, "once", key="a note"))
    before = place.home.ledger.read_bytes()
    acts: dict[str, list[Callable[[str], object]]] = {
        "note": [
            lambda key: lead.submit(JobKind.BACKUP, {}, key=key),
            lambda key: lead.stop(job.id, key),
            lambda key: lead.restart(learning_rate=1e-4, key=key),
            lambda key: lead.tick(week, SLOT, CHECK, "", Verdict.PASS, "1", key=key),
            lambda key: lead.open_incident(week, "crash", "It died.", key),
            lambda key: lead.create_week(LAUNCH + timedelta(days=7), planned=True, key=key),
        ],
        "request": [
            lambda key: lead.note(week, SLOT, "twice", key),
            lambda key: lead.stop(job.id, key),
        ],
    }
    for kind, of_kind in acts.items():
        for act in of_kind:
            with pytest.raises(InputError, match=rf"of kind {kind}, already has this key"):
                act(f"a {kind}")
    assert place.home.ledger.read_bytes() == before


def test_a_stop_that_is_repeated_with_its_key_is_answered_like_the_first(place: Place) -> None:
    job = job_of(place.lead.submit(JobKind.BACKUP, {}))
    recorded(place.lead.stop(job.id, "stop it"))
    place.until(place.service(), job, JobState.STOPPED)
    other = job_of(place.lead.submit(JobKind.BACKUP, {}))
    before = place.home.ledger.read_bytes()
    assert recorded(place.lead.stop(job.id, "stop it")).id == job.id
    assert isinstance(place.lead.stop(job.id, "another"), Refused)
    with pytest.raises(InputError, match="already has this key"):
        place.lead.stop(other.id, "stop it")
    assert place.home.ledger.read_bytes() == before


def test_a_note_stands_at_a_slot_of_the_week_or_at_a_step(place: Place) -> None:
    outcome = place.lead.note(place.week.id, "hourly_one", "nowhere")
    assert isinstance(outcome, Refused)
    assert outcome.reason == f"Week {place.week.id} has no slot hourly_one."
    assert SLOT in outcome.remedy
    recorded(place.lead.note(place.week.id, "step:4096", "it turns here"))
    assert [one.step for one in place.lead.notes(place.week.id)] == [4096]


def test_a_tick_of_an_unknown_check_is_refused(place: Place) -> None:
    outcome = place.lead.tick(place.week.id, SLOT, "no_such", "", Verdict.PASS, "")
    assert isinstance(outcome, Refused)


def test_both_times_of_a_record_are_kept(place: Place) -> None:
    week = place.week.id
    now = place.lead.now()
    place.lead.record_clock_point(week, now - timedelta(seconds=10), LAUNCH, 0.0)
    tick = recorded(place.lead.tick(week, SLOT, CHECK, "", Verdict.PASS, ""))
    assert tick.at_week == LAUNCH
    assert tick.at >= now
    assert place.lead.now_week(week) == LAUNCH
    assert place.lead.activity(week, 1)[0].at_week == LAUNCH


def test_a_clock_never_runs_backwards(place: Place) -> None:
    week, now = place.week.id, place.lead.now()
    place.lead.record_clock_point(week, now, LAUNCH + timedelta(hours=2), 0.0)
    with pytest.raises(IntegrityError):
        place.lead.record_clock_point(week, now + timedelta(seconds=1), LAUNCH, 0.0)
    assert len(place.lead.clock(week).points) == 1


def test_a_week_keeps_the_playbook_that_it_was_made_with(place: Place, tmp_path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(place.week.playbook_text.replace("F12-phase4-final", "F13-next"))
    week = recorded(place.lead.create_week(LAUNCH + timedelta(days=7), file))
    file.write_text("broken")
    assert present(place.lead.week(week.id)).playbook.tag == "F13-next"
    assert present(place.lead.active_week()).id == week.id
    assert [w.active for w in place.lead.weeks()] == [False, True]
    with pytest.raises(PlaybookError):
        place.lead.create_week(LAUNCH + timedelta(days=14), file)
    assert isinstance(place.lead.create_week(LAUNCH), Refused)


def test_two_symbols_may_be_launched_at_one_time(place: Place) -> None:
    other = recorded(place.lead.create_week(LAUNCH, symbol="BTCUSDT", planned=True))
    assert (other.id, other.launch, other.active) == (f"{LAUNCH:%Y-%m-%d}-2", LAUNCH, False)
    again = place.lead.create_week(LAUNCH, symbol="BTCUSDT", planned=True)
    assert isinstance(again, Refused)
    assert other.id in again.reason


@pytest.mark.parametrize("text", ["", " ", "\u2028\u202e", "a\0b", "\ud800", "x" * 10_001])
def test_a_text_that_says_nothing_or_can_not_be_kept_is_refused(place: Place, text: str) -> None:
    week = place.week.id
    opened = place.lead.open_incident(week, "crash", "the trainer died")
    assert isinstance(opened, Recorded)
    ledger = place.home.ledger.read_bytes()
    for outcome in (
        place.lead.open_incident(week, "data", text),
        place.lead.close_incident(opened.record.id, text),
        place.lead.note(week, "hourly_1", text),
        place.lead.countersign(week, "0" * 64, text),
        place.client(CTO).close_condition(1, 0, text),
    ):
        assert isinstance(outcome, Refused), text
        assert outcome.remedy
    assert place.home.ledger.read_bytes() == ledger


def test_an_incident_that_blocks_is_closed_by_the_lead_or_the_cto_alone(place: Place) -> None:
    engineer = place.client(ENGINEER)
    crash = recorded(engineer.open_incident(place.week.id, "crash", "the trainer died"))
    slow = recorded(engineer.open_incident(place.week.id, "performance", "the reward is flat"))
    assert (crash.blocks_start, slow.blocks_start) == (True, False)
    ledger = place.home.ledger.read_bytes()
    refused = engineer.close_incident(crash.id, "a full disk")
    assert isinstance(refused, Refused)
    assert refused.remedy == "Ask someone with the role lead or cto."
    assert place.home.ledger.read_bytes() == ledger
    assert recorded(engineer.close_incident(slow.id, "it rose again")).closed_by == "Eva"
    assert recorded(place.client(CTO).close_incident(crash.id, "a full disk")).closed_by == "Carl"


def test_an_open_crash_blocks_every_start_until_it_is_closed(place: Place) -> None:
    place.home.training.mkdir(parents=True)
    place.home.training_log.write_text("[ERROR] boom\n")
    place.home.crash_backup_log.write_text("an earlier crash\n")
    lead, week = place.lead, place.week.id
    incident = recorded(lead.open_incident(week, "crash", "boom"))
    assert place.home.crash_backup_log.read_text() == "[ERROR] boom\n"
    assert (place.home.training / "CRASH_backup.2.log").read_text() == "an earlier crash\n"
    refused = lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "crash" in refused.reason
    assert isinstance(lead.submit(JobKind.BACKUP, {}), Submitted)
    again = lead.open_incident(week, "crash", "boom again")
    assert isinstance(again, Conflict)
    assert again.existing.id == incident.id
    assert isinstance(lead.close_incident(incident.id, "  "), Refused)
    lead.do_incident_action(incident.id, 1)
    assert lead.incidents(week)[0].actions_done == (0, 1, 4)
    closed = recorded(lead.close_incident(incident.id, "a typo in the reward"))
    assert (closed.state, closed.closed_by) == (IncidentState.CLOSED, "Lea")
    entry = next(e for e in lead.activity(week) if e.kind == "incident")  # the newest
    steps = place.week.playbook.escalation("crash").actions
    undone = body_of(entry, IncidentClosed).actions_undone
    assert undone == [step.in_("en") for step in steps[2:4]]
    assert isinstance(lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}), Submitted)


def test_a_close_that_is_sent_twice_is_recorded_once_and_never_refused(place: Place) -> None:
    lead, week = place.lead, place.week.id
    incident = recorded(lead.open_incident(week, "crash", "boom"))
    first = recorded(lead.close_incident(incident.id, "the disk was full"))
    assert recorded(lead.close_incident(incident.id, "the disk was full")) == first
    closed = [e for e in lead.activity(week) if isinstance(e.body, IncidentClosed)]
    assert len(closed) == 1
    for other, reason in ((lead, "another reason"), (place.client(ENGINEER), "the disk was full")):
        refused = other.close_incident(incident.id, reason)
        assert isinstance(refused, Refused)
        assert refused.reason == "Lea has already closed it: the disk was full"


def test_a_missing_preflight_blocks_the_launch_unless_the_lead_overrides_it(place: Place) -> None:
    refused = place.client(ENGINEER).submit(JobKind.TRAIN, {})
    assert isinstance(refused, Refused)
    assert refused.reason == "The pre-flight has not run yet. Run it first."
    assert "override" in refused.remedy
    asked = {"override_reason": "the machine was checked by hand"}
    assert isinstance(place.client(ENGINEER).submit(JobKind.TRAIN, asked), Refused)
    assert isinstance(place.lead.submit(JobKind.TRAIN, asked), Submitted)


def test_a_preflight_in_progress_is_waited_for(place: Place) -> None:
    place.submit(JobKind.PREFLIGHT)
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "no time"})
    assert isinstance(refused, Refused)
    assert refused.reason == "The pre-flight is running."


def test_a_stale_preflight_must_be_run_again(place: Place) -> None:
    row = {"ok": True, "value": 60.0, "unit": "GB", "why": "It ran."}
    names = ("config", "data", "disk", "versions", "smoke", "folders")
    passed = {"ok": True, "checks": [{"id": f"preflight_{name}", **row} for name in names]}
    later = LAUNCH + timedelta(days=3650)
    client = place.client(ENGINEER)
    recorded(place.lead.create_week(later))
    place.until(place.service(), place.submit(JobKind.PREFLIGHT, result=passed))
    client.now = lambda: later
    refused = client.submit(JobKind.TRAIN, {})
    assert isinstance(refused, Refused)
    assert "h old. Run it again." in refused.reason
    client.now = lambda: datetime.now(UTC)
    assert isinstance(client.submit(JobKind.TRAIN, {}), Submitted)


def test_a_failed_preflight_blocks_the_launch_unless_the_lead_overrides_it(place: Place) -> None:
    failed = {
        "ok": False,
        "checks": [
            {"id": "preflight_disk", "ok": False, "why": "1 GB is free."},
            {"id": "preflight_data", "ok": True, "why": "fine"},
        ],
    }
    place.until(place.service(), place.submit(JobKind.PREFLIGHT, result=failed))
    refused = place.lead.submit(JobKind.TRAIN, {})
    assert isinstance(refused, Refused)
    assert "preflight_disk: 1 GB is free." in refused.reason
    asked = {"override_reason": "the disk is being extended"}
    assert isinstance(place.client(ENGINEER).submit(JobKind.TRAIN, asked), Refused)
    started = place.lead.submit(JobKind.TRAIN, asked)
    assert isinstance(started, Submitted)
    entry = place.lead.activity(place.week.id, 1)[0]
    params = body_of(entry, JobRequested).params
    assert params["override_reason"] == "the disk is being extended"


def test_after_an_unfinished_training_one_says_whether_to_go_on(place: Place) -> None:
    service = place.service()
    first = place.until(
        service, place.submit(JobKind.TRAIN, do="sleep", steps=2000), JobState.RUNNING
    )
    place.lead.stop(first.id)
    first = place.until(service, first)
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "--resume" in refused.remedy
    resumed = job_of(
        place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "resume": True, "learning_rate": 1e-4}
        )
    )
    assert resumed.run == first.run
    assert resumed.params["steps"] == 2000
    assert resumed.params["learning_rate"] == 1e-4
    place.lead.stop(resumed.id)
    place.until(service, resumed)
    new = job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": False}))
    assert new.run == f"{first.run}-2"  # two runs in one folder would be one curve


def test_after_a_finished_training_another_one_is_asked_for_by_name(place: Place) -> None:
    service = place.service()
    first = place.until(service, place.submit(JobKind.TRAIN))
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "--new" in refused.remedy
    assert refused.reason == (f"Week {place.week.id} already has its run: {first.run} is complete.")
    assert (
        job_of(
            place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": False})
        ).run
        == f"{first.run}-2"
    )


def test_a_start_that_was_stopped_in_the_queue_hides_no_finished_training(place: Place) -> None:
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN))
    queued = place.submit(JobKind.TRAIN, resume=False)
    place.lead.stop(queued.id)
    assert place.until(service, queued, JobState.STOPPED).attempt == 0
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "--new" in refused.remedy


def test_a_resumed_training_can_not_end_before_where_it_is(place: Place) -> None:
    service = place.service()
    first = place.until(
        service, place.submit(JobKind.TRAIN, do="sleep", steps=3_000_000), JobState.RUNNING
    )
    place.lead.stop(first.id)
    place.until(service, first)
    checkpoint = place.home.checkpoints / "1200000"
    checkpoint.mkdir(parents=True)
    texts = dict.fromkeys(PARTS, "{}") | {"config.json": '{"total_steps": 3000000}'}
    for name, text in texts.items():
        (checkpoint / name).write_text(text, encoding="utf-8")
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    manifest = {"step": 1_200_000, "run": first.run, "updates": 9, "sha256": hashes}
    (checkpoint / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    for steps in (300_000, 1_200_000):
        refused = place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "resume": True, "steps": steps}
        )
        assert isinstance(refused, Refused)
        assert "already at step 1,200,000" in refused.reason
        assert refused.remedy == "Give more steps, or omit --steps."
    shorter = job_of(
        place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "resume": True, "steps": 1_300_000}
        )
    )
    assert shorter.params["steps"] == 1_300_000


def test_the_launch_time_is_in_the_runs_name_when_asked_for(place: Place) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    job = job_of(
        place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "timestamp": True, "run": "trial"}
        )
    )
    named = datetime.strptime(present(job.run), "trial_%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before <= named <= job.requested_at


def test_the_second_of_two_requests_learns_of_the_first(place: Place) -> None:
    first = job_of(place.client(ENGINEER).submit(JobKind.BACKUP, {}))
    second = place.lead.submit(JobKind.BACKUP, {})
    assert isinstance(second, AlreadyRunning)
    assert (second.job.id, second.by) == (first.id, "Eva")


def test_a_number_of_trials_that_is_none_is_refused(place: Place) -> None:
    for wrong in (0, 2.5, True):
        refused = place.lead.submit(JobKind.REVALIDATE, {"trials": wrong})
        assert isinstance(refused, Refused)
        assert "trials is" in refused.reason


def test_a_job_learns_which_candidates_were_scored_before_it(place: Place) -> None:
    service = place.service()
    train = place.until(service, place.submit(JobKind.TRAIN))
    first = place.until(service, place.submit(JobKind.REVALIDATE, trials=24))
    spec = json.loads((place.folder(first) / "spec.json").read_text())
    assert (spec["trial"], spec["trial_of_week"]) == (1, 1)
    assert [each["run"] for each in spec["candidates"]] == [train.run]
    read = read_spec(place.folder(first) / "spec.json")
    assert [each.run for each in present(read.candidates)] == [train.run]


def test_a_new_week_forgets_no_trial(place: Place) -> None:
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN))
    place.lead.create_week(LAUNCH + timedelta(days=7))
    place.until(service, place.submit(JobKind.TRAIN))
    refused = place.lead.submit(JobKind.REVALIDATE, {"trials": 1})
    assert isinstance(refused, Refused)
    assert "the ledger counts 2 over all weeks" in refused.reason
    job = place.until(service, place.submit(JobKind.REVALIDATE))
    spec = json.loads((place.folder(job) / "spec.json").read_text())
    assert (spec["trial"], spec["trial_of_week"]) == (2, 1)


def _revalidated(place: Place, decision: str) -> str:
    """A saved revalidation; the hash of its decision."""
    place.home.revalidation.mkdir(parents=True, exist_ok=True)
    place.home.model.mkdir(parents=True, exist_ok=True)
    place.home.best_model.write_bytes(b"weights")
    model = {
        "path": "models/ppo_phase4/best_model.zip",
        "sha256": hashlib.sha256(b"weights").hexdigest(),
    }
    write_candles(place.home)
    data = provenance_of(place.home)
    built = decision_of(record(), model=model, data=data, week=place.week.id).as_dict()
    return _saved(place, {**built, "decision": decision, "artifacts": {}})


def _saved(place: Place, fields: dict) -> str:
    """A revalidation whose archived decision has these fields; its hash."""
    content = json.dumps(fields, indent=2).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    archive = place.home.revalidation_archive / sha256
    archive.mkdir(parents=True, exist_ok=True)
    (archive / "decision.json").write_bytes(content)
    dated = place.home.revalidation / "2026-02-27_decision.json"
    dated.write_bytes(content)
    result = {
        "decision": fields["decision"],
        "score": "3/6",
        "sha256": sha256,
        "archive": place.home.relative(archive),
        "report": {"decision": place.home.relative(dated)},
    }
    service = place.service(take_over=True)
    place.until(service, place.submit(JobKind.REVALIDATE, result=result))
    return sha256


def test_the_cto_signs_what_was_on_the_screen_and_nothing_else(place: Place) -> None:
    cto, week = place.client(CTO), place.week.id
    assert isinstance(cto.sign(week, "0" * 64, SignatureAct.APPROVE, "yes"), Refused)
    seen = _revalidated(place, "GO")
    entry = place.lead.activity(week, 1)[0]
    assert (entry.kind, body_of(entry, DecisionMade).decision) == ("decision", Decision.GO)
    assert isinstance(place.lead.sign(week, seen, SignatureAct.APPROVE, "yes"), Refused)
    newer = _revalidated(place, "PARTIAL")
    stale = cto.sign(week, seen, SignatureAct.APPROVE, "yes")
    assert isinstance(stale, Refused)
    assert "evidence changed" in stale.reason
    conditions = [{"text": "half size", "owner": "Lea", "due": "2026-03-01"}]
    act = SignatureAct.APPROVE_WITH_CONDITIONS
    assert isinstance(cto.sign(week, newer, act, "ok"), Refused)
    undated = [{**conditions[0], "due": ""}]
    assert isinstance(cto.sign(week, newer, act, "ok", undated), Refused)
    signed = recorded(cto.sign(week, newer, act, "ok", conditions))
    assert signed.verified
    assert signed.by == "Carl"
    assert signed.conditions == tuple(conditions)
    assert place.lead.signatures(week) == [signed]


def test_a_changed_model_is_not_signed(place: Place) -> None:
    seen = _revalidated(place, "GO")
    place.home.best_model.write_bytes(b"other weights")
    outcome = place.client(CTO).sign(place.week.id, seen, SignatureAct.APPROVE, "yes")
    assert isinstance(outcome, Refused)
    assert "differ from those that were tested" in outcome.reason


def test_an_overwritten_dated_file_is_not_what_is_signed(place: Place) -> None:
    seen = _revalidated(place, "NO-GO")
    dated = place.home.revalidation / "2026-02-27_decision.json"
    dated.write_bytes(dated.read_bytes().replace(b"NO-GO", b"GO"))
    forged = hashlib.sha256(dated.read_bytes()).hexdigest()
    cto, week = place.client(CTO), place.week.id
    assert isinstance(cto.sign(week, forged, SignatureAct.APPROVE, "yes"), Refused)
    override = cto.sign(week, seen, SignatureAct.APPROVE, "yes")
    assert isinstance(override, Refused)
    assert "override" in override.reason


def test_an_altered_archive_is_not_signed(place: Place) -> None:
    seen = _revalidated(place, "NO-GO")
    file = place.home.revalidation_archive / seen / "decision.json"
    file.write_bytes(file.read_bytes().replace(b"NO-GO", b"GO"))
    outcome = place.client(CTO).sign(place.week.id, seen, SignatureAct.APPROVE, "yes")
    assert isinstance(outcome, Refused)
    assert "altered" in outcome.reason


@pytest.mark.parametrize("fields", [{"week": "2026-03-02"}, {"model": None}])
def test_a_decision_of_another_week_or_of_no_model_is_not_signed(
    place: Place, fields: dict
) -> None:
    built = decision_of(record(), week=place.week.id).as_dict()
    seen = _saved(place, built | {"decision": "GO", "artifacts": {}} | fields)
    outcome = place.client(CTO).sign(place.week.id, seen, SignatureAct.APPROVE, "yes")
    assert isinstance(outcome, Refused)


def test_approving_a_no_go_takes_a_second_person(place: Place) -> None:
    cto, week = place.client(CTO), place.week.id
    seen = _revalidated(place, "NO-GO")
    approve = SignatureAct.APPROVE
    assert isinstance(cto.sign(week, seen, approve, "I trust it"), Refused)
    assert isinstance(cto.sign(week, seen, approve, "I trust it", second=ENGINEER), Refused)
    assert isinstance(cto.sign(week, seen, SignatureAct.REJECT, "as it says"), Recorded)
    alone = cto.sign(week, seen, approve, "I trust it", second=LEAD)
    assert isinstance(alone, Refused)
    assert "has not countersigned" in alone.reason
    proven = Person("Lea", Role.LEAD, verified=True)
    unasked = place.client(proven).countersign(week, seen, "I do too")
    assert isinstance(unasked, Refused)
    assert "No countersignature" in unasked.reason
    recorded(cto.request_countersignature(week, seen, "I trust it"))
    assert isinstance(place.client(proven).countersign(week, seen, "I do too"), Recorded)
    signed = recorded(cto.sign(week, seen, approve, "I trust it", second=LEAD))
    assert (signed.second, signed.second_verified) == ("Lea", True)

    # What she supported is signed: another signature needs her again, and a new request first.
    again = cto.sign(week, seen, approve, "and for longer", second=LEAD)
    assert isinstance(again, Refused)
    assert "has not countersigned" in again.reason
    assert isinstance(place.client(proven).countersign(week, seen, "once more"), Refused)


def test_without_a_login_the_second_person_still_countersigns_in_another_browser(
    place: Place,
) -> None:
    week, seen, approve = place.week.id, _revalidated(place, "NO-GO"), SignatureAct.APPROVE
    carl = place.client(Person("Carl", Role.CTO, browser="a" * 32))
    lou = Person("Lou", Role.LEAD)
    typed = carl.sign(week, seen, approve, "I trust it", second=lou)
    assert isinstance(typed, Refused)
    assert "a typed name is not enough" in typed.reason

    asked = recorded(carl.request_countersignature(week, seen, "I trust it"))
    assert (asked.by, asked.revalidation_sha256) == ("Carl", seen)
    engineer = place.client(Person("Eva", Role.ENGINEER))
    assert isinstance(engineer.request_countersignature(week, seen, "me too"), Refused)
    assert isinstance(carl.request_countersignature(week, seen, " "), Refused)

    same = place.client(replace(lou, browser="a" * 32))
    useless = same.countersign(week, seen, "I do too")
    assert isinstance(useless, Refused)
    assert useless.reason == "Carl asked for the countersignature in this browser."
    himself = place.client(Person("carl ", Role.LEAD, browser="b" * 32))
    assert isinstance(himself.countersign(week, seen, "I do too"), Refused)
    typed = carl.sign(week, seen, approve, "I trust it", second=lou)
    assert isinstance(typed, Refused), "nothing was recorded"
    assert "a typed name is not enough" in typed.reason

    # Asked for elsewhere, made here: it is the signature that is refused in this browser.
    elsewhere = place.client(Person("Carl", Role.CTO, browser="c" * 32))
    recorded(elsewhere.request_countersignature(week, seen, "I trust it"))
    lent = place.client(replace(lou, browser="d" * 32))
    recorded(lent.countersign(week, seen, "I do too"))
    borrowed = place.client(Person("Carl", Role.CTO, browser="d" * 32))
    refused = borrowed.sign(week, seen, approve, "I trust it", second=lou)
    assert isinstance(refused, Refused)
    assert "countersigned in this browser" in refused.reason

    recorded(place.client(replace(lou, browser="b" * 32)).countersign(week, seen, "I do too"))
    signed = recorded(carl.sign(week, seen, approve, "I trust it", second=lou))
    assert (signed.verified, signed.second, signed.second_verified) == (False, "Lou", False)


def test_the_tail_of_a_huge_binary_line_is_short_and_readable(place: Place) -> None:
    job = place.until(place.service(), place.submit())
    output = place.folder(job) / "output.log"
    output.write_bytes(b"\xff\xfe" * 1_000_000 + "\n\x1b[31mção\n".encode())
    shown = place.lead.output_tail(job.id, lines=2)
    assert len(shown) <= 64 * 1024
    assert shown.endswith("ção")


def test_half_written_files_of_a_job_say_nothing(place: Place) -> None:
    job = place.until(place.service(), place.submit())
    (place.folder(job) / "progress.json").write_text('{"steps": 1')
    (place.folder(job) / "result.json").write_text("[1]")
    assert place.lead.progress(job.id) is None
    assert place.lead.result(job.id) is None


def test_the_client_comes_up_quickly_and_light() -> None:
    code = (
        "import sys, runner.client, runner.service;"
        "print([m for m in ('torch','pandas','numpy','alembic','streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
