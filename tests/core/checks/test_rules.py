"""What single rules make of awkward input."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks import RunFacts, judge, judge_slot
from core.checks.daily import KEYS, daily_summary
from core.checks.judgement import Judgement
from core.clock import Clock
from core.errors import IntegrityError
from core.language import Message, literal, recorded
from core.telemetry import RunReader
from core.timestamps import from_unix
from core.vocabulary import JobState, TrainingStatus, Verdict
from tests.core.checks.scene import (
    AFTER_FOUR_HOURS,
    FINAL_PREPARATION,
    LAUNCH,
    PLAYBOOK,
    Scene,
    decision,
    delivered,
    falling,
    job,
    preflight,
    rising,
    steady,
    wobbling,
)
from tests.expected import present
from tests.shared_files import shared_file

if TYPE_CHECKING:
    from pathlib import Path

FROM_EVENTS = (
    "reward_positive", "loss_falling", "speed", "policy_loss", "reward_trend",
    "kl_divergence", "sharpe_estimate", "training_running",
)  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.parametrize("check", FROM_EVENTS)
def test_a_number_from_stale_files_of_a_running_run_is_unknown(scene, check) -> None:
    facts = scene.events().log().facts(as_of=AFTER_FOUR_HOURS + timedelta(hours=2))
    judgement = judge(PLAYBOOK, check, facts)
    assert judgement.verdict is Verdict.UNKNOWN
    assert "for 2.0 h of week time (the playbook allows 2 h: hung.hours)" in judgement.why


@pytest.mark.parametrize("check", FROM_EVENTS)
def test_a_finished_run_is_judged_by_its_end_however_long_ago(scene, check) -> None:
    scene.events().log()
    run = scene.run(TrainingStatus.COMPLETED, ended=AFTER_FOUR_HOURS)
    assert (
        judge(PLAYBOOK, check, scene.facts(as_of=FINAL_PREPARATION, run=run)).verdict
        is Verdict.PASS
    )


def test_staleness_is_counted_in_week_time(scene) -> None:
    """Half a real minute of silence is two and a half hours of a fast week."""
    facts = scene.events(every_s=2.0).log().facts(as_of=LAUNCH + timedelta(seconds=270))
    assert judge(PLAYBOOK, "reward_positive", facts).verdict is Verdict.PASS
    fast = Clock().with_point(LAUNCH, LAUNCH, pace=300.0)
    fast_facts = replace(facts, clock=fast, as_of=fast.to_week(facts.as_of_real))
    assert judge(PLAYBOOK, "reward_positive", fast_facts).verdict is Verdict.UNKNOWN


def test_what_was_written_after_the_judged_moment_has_no_influence(scene) -> None:
    scene.events(ep_rew_mean=lambda i: 5.0 if i < 60 else -5.0).log()
    early = LAUNCH + timedelta(hours=1)
    assert judge(PLAYBOOK, "reward_positive", scene.facts(as_of=early)).verdict is Verdict.PASS
    assert judge(PLAYBOOK, "reward_positive", scene.facts()).verdict is Verdict.FAIL


def test_a_reading_names_file_step_and_moment(scene) -> None:
    reading = present(judge(PLAYBOOK, "reward_positive", scene.events().log().facts()).reading)
    assert reading.source.startswith("logs/ppo_training/tensorboard/")
    assert "attempt-001/events.out.tfevents" in reading.source
    assert reading.source.endswith("rollout/ep_rew_mean")
    assert (reading.step, reading.at) == (120 * 200_000, AFTER_FOUR_HOURS)


def test_kl_above_the_manuals_line_fails_with_the_evidences_opinion(scene) -> None:
    judgement = judge(
        PLAYBOOK, "kl_divergence", scene.events(approx_kl=steady(0.012)).log().facts()
    )
    assert judgement.verdict is Verdict.FAIL
    assert judgement.evidence == "below 0.03 is normal for PPO, not a spike (z = 0.0)"


@pytest.mark.parametrize(
    ("curve", "opinion"),
    [
        (
            lambda i: 0.6 if i == 119 else 0.008,
            "the evidence agrees: far above the usual KL, a spike",
        ),
        (
            lambda i: 0.2 if i == 119 else 0.008,
            "the evidence agrees: far above the usual KL, a spike",
        ),
        (
            lambda i: 0.12 if i > 80 else 0.008,
            "the evidence agrees: above 0.1 in 3 consecutive updates",
        ),
        (lambda i: 0.04, "higher than usual for PPO, not a spike (z = 0.0); a problem"),
        (lambda i: 0.028 if i == 119 else 0.001, "below 0.03 is normal for PPO, a spike (z = "),
    ],
)
def test_the_evidence_agrees_where_the_alarm_would_ring(scene, curve, opinion) -> None:
    judgement = judge(PLAYBOOK, "kl_divergence", scene.events(approx_kl=curve).log().facts())
    assert judgement.verdict is Verdict.FAIL
    assert judgement.evidence.startswith(opinion)


def test_too_few_updates_are_no_ground_to_deny_a_spike(scene) -> None:
    scene.events(points=6, approx_kl=steady(0.02)).log()
    facts = scene.facts(as_of=LAUNCH + timedelta(minutes=15))
    assert "not enough earlier updates" in judge(PLAYBOOK, "kl_divergence", facts).evidence


def test_a_frozen_policy_passes_the_line_but_is_called_unhealthy(scene) -> None:
    judgement = judge(PLAYBOOK, "kl_divergence", scene.events(approx_kl=steady(0.0)).log().facts())
    assert judgement.verdict is Verdict.PASS
    assert "not healthy" in judgement.evidence


@pytest.mark.parametrize("name", ["ep_rew_mean", "approx_kl", "policy_gradient_loss", "sharpe"])
def test_a_number_that_is_not_finite_fails(scene, name) -> None:
    check = {"ep_rew_mean": "reward_positive", "approx_kl": "kl_divergence",
             "policy_gradient_loss": "policy_loss", "sharpe": "sharpe_estimate"}[name]  # fmt: skip
    facts = scene.events(**{name: lambda i: float("nan") if i == 119 else 0.001}).log().facts()
    assert judge(PLAYBOOK, check, facts).verdict is Verdict.FAIL


def test_an_env_without_monitor_is_unknown_and_told_so(scene) -> None:
    facts = scene.events(ep_rew_mean=None, ep_len_mean=None).log().facts()
    judgement = judge(PLAYBOOK, "reward_positive", facts)
    assert judgement.verdict is Verdict.UNKNOWN
    assert "Monitor" in judgement.why


def test_too_few_points_are_pending_while_it_runs_and_unknown_when_it_ended(scene) -> None:
    scene.events(points=5).log()
    as_of = LAUNCH + timedelta(minutes=11)
    live = judge(PLAYBOOK, "loss_falling", scene.facts(as_of=as_of))
    assert (live.verdict, live.why) == (
        Verdict.PENDING, "train/value_loss has 4 points; 8 are needed.",
    )  # fmt: skip
    run = scene.run(TrainingStatus.COMPLETED, ended=as_of)
    assert judge(PLAYBOOK, "loss_falling", scene.facts(run=run)).verdict is Verdict.UNKNOWN


def test_one_falling_loss_of_two_is_a_warning_with_both_numbers(scene) -> None:
    judgement = judge(PLAYBOOK, "loss_falling", scene.events(loss=rising).log().facts())
    assert judgement.verdict is Verdict.WARN
    assert "value loss -" in judgement.why
    assert "train/loss +" in judgement.why


def test_a_loss_that_falls_below_zero_is_falling(scene) -> None:
    facts = scene.events(loss=lambda i: 1.0 - 0.1 * i, value_loss=falling).log().facts()
    assert judge(PLAYBOOK, "loss_falling", facts).verdict is Verdict.PASS


def test_a_reward_at_the_line_does_not_pass(scene) -> None:
    facts = scene.events(ep_rew_mean=steady(0.0)).log().facts()
    assert judge(PLAYBOOK, "reward_positive", facts).verdict is Verdict.FAIL


def test_a_trend_that_rises_from_the_bottom_of_a_collapse_does_not_pass(scene) -> None:
    def ruined(i: int) -> float:
        return -272.0 if i < 10 else -1500.0 + 3.0 * (i - 10)

    scene.events(ep_rew_mean=ruined)
    judgement = judge(PLAYBOOK, "reward_trend", scene.facts())
    assert judgement.verdict is Verdict.FAIL
    assert present(judgement.reading).value == "INCREASING"
    assert "collapsed" in judgement.evidence
    assert "-272" in judgement.evidence


def test_a_reward_above_the_line_after_a_collapse_passes_with_the_evidence(scene) -> None:
    scene.events(ep_rew_mean=lambda i: 20.0 + 4.0 * i if i < 80 else 9.4).log()
    judgement = judge(PLAYBOOK, "reward_positive", scene.facts())
    assert judgement.verdict is Verdict.PASS
    assert "collapsed" in judgement.evidence


def test_speed_exactly_at_the_line_passes(scene) -> None:
    facts = scene.events(steps=120_000).log().facts()
    assert judge(PLAYBOOK, "speed", facts).verdict is Verdict.PASS


def test_a_crash_without_a_log_is_still_a_crash(scene) -> None:
    scene.events()
    facts = scene.facts(run=scene.run(TrainingStatus.CRASHED, ended=AFTER_FOUR_HOURS))
    for check in ("no_crashes", "no_anomaly", "no_issues"):
        assert judge(PLAYBOOK, check, facts).verdict is Verdict.FAIL


@pytest.mark.parametrize("check", ["no_crashes", "no_issues", "no_anomaly"])
def test_a_crash_before_a_new_start_still_counts(scene, check) -> None:
    scene.events().log()
    run = replace(scene.run(), earlier_crashes=("Run A, attempt 1 crashed. NaN.",))
    judgement = judge(PLAYBOOK, check, scene.facts(run=run))
    assert judgement.verdict is Verdict.FAIL
    assert present(judgement.reading).value == 1
    assert judgement.why == (
        "1 problem: Run A, attempt 1 crashed. NaN. Includes crashes earlier this week."
    )


def test_a_status_has_one_full_stop_and_a_run_of_files_alone_is_not_called_running(scene) -> None:
    scene.events().log()
    reason = "It was killed by SIGKILL, which trainweek did not send."
    crashed = scene.run(TrainingStatus.CRASHED, ended=AFTER_FOUR_HOURS, reason=reason)
    assert judge(PLAYBOOK, "training_running", scene.facts(run=crashed)).why.endswith(
        "did not send."
    )
    watched = judge(
        PLAYBOOK, "training_running", scene.facts(run=replace(scene.run(), process_known=False))
    )
    assert watched.verdict is Verdict.PASS
    assert "RUNNING" not in watched.why


def test_a_run_that_cannot_be_asked_about_is_not_called_running(scene) -> None:
    said = literal("Slurm has not answered for 40 s: no answer; its shim on n7 reported 2 s ago")
    away = replace(scene.events().run(), out_of_sight=said)
    judged = judge(PLAYBOOK, "training_running", scene.facts(run=away))
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.why == f"Whether run {away.name} is alive is not known: {said}"
    ended = replace(away, status=TrainingStatus.COMPLETED)  # then the question is over
    assert judge(PLAYBOOK, "training_running", scene.facts(run=ended)).verdict is Verdict.PASS


def test_issues_counts_critical_findings_and_anomalies_also_incidents(scene) -> None:
    facts = scene.events().log().facts(open_incidents=("performance",))
    assert judge(PLAYBOOK, "no_issues", facts).verdict is Verdict.PASS
    assert judge(PLAYBOOK, "no_anomaly", facts).verdict is Verdict.FAIL


def test_a_critical_finding_is_an_issue(scene) -> None:
    facts = scene.events(approx_kl=lambda i: 3.0 if i > 115 else wobbling(i)).log().facts()
    judged = judge(PLAYBOOK, "no_issues", facts)
    assert judged.verdict is Verdict.FAIL
    assert "kl_explosion" in judged.why


def test_a_training_that_was_never_started_fails_the_running_check(scene) -> None:
    facts = replace(scene.facts(), run=None)
    judgement = judge(PLAYBOOK, "training_running", facts)
    assert (judgement.verdict, present(judgement.reading).value) == (Verdict.FAIL, "NOT_STARTED")
    assert judge(PLAYBOOK, "reward_positive", facts).verdict is Verdict.UNKNOWN


def test_a_trainer_that_logs_nothing_behind_its_last_interval_still_completes(scene) -> None:
    scene.events(points=10, steps=49_500).log()
    run = scene.run(TrainingStatus.COMPLETED, ended=AFTER_FOUR_HOURS)
    assert judge(PLAYBOOK, "steps_completed", scene.facts(run=run)).verdict is Verdict.PASS


def test_what_a_preflight_recorded_reads_in_each_language(scene) -> None:
    why = Message("{free:.1f} GB free.", free=1.5)
    entry = recorded({"id": "preflight_disk", "ok": True, "value": 60.0, "unit": "GB", "why": why})
    given = job({"ok": True, "checks": [json.loads(json.dumps(entry))]})
    judgement = judge(PLAYBOOK, "preflight_disk", scene.before_launch(preflight=given))
    assert judgement.why == "1.5 GB free."
    assert judgement.why.in_("pt") == "1,5 GB livres."
    old = job({"ok": True, "checks": [{**entry, "why_message": None}]})
    judgement = judge(PLAYBOOK, "preflight_disk", scene.before_launch(preflight=old))
    assert judgement.why.in_("pt") == "1.5 GB free."


def test_the_rows_of_a_preflight_in_progress_are_judged_as_they_finish(scene) -> None:
    why = Message("{free:.1f} GB free.", free=60.0)
    row = {"id": "preflight_disk", "ok": True, "value": 60.0, "unit": "GB", "why": why}
    seen = {"check": "preflight_versions", "number": 4, "of": 6, "checks": [row]}
    running = replace(
        job(None, JobState.RUNNING, None), progress=json.loads(json.dumps(recorded(seen)))
    )
    facts = scene.before_launch(preflight=running)

    def judged(check: str) -> tuple[Verdict, str]:
        found = judge(PLAYBOOK, check, facts)
        return found.verdict, found.why

    assert judged("preflight_disk") == (Verdict.PASS, "60.0 GB free.")
    assert judged("preflight_versions") == (Verdict.PENDING, "Being checked now.")
    waiting = (Verdict.PENDING, "Waiting for its turn in the pre-flight in progress.")
    assert judged("preflight_smoke") == waiting


def test_a_failed_preflight_check_tells_the_remedy(scene) -> None:
    facts = scene.before_launch(
        preflight=preflight(
            "preflight_data", ok=False, value=None, remedy="Run trainweek data sample."
        )
    )
    judgement = judge(PLAYBOOK, "preflight_data", facts)
    assert judgement.verdict is Verdict.FAIL
    assert "Run trainweek data sample." in judgement.why


def test_a_disk_is_held_against_the_playbooks_limit_whatever_the_job_thought(scene) -> None:
    facts = scene.before_launch(preflight=preflight("preflight_disk", ok=True, value=1.5))
    assert judge(PLAYBOOK, "preflight_disk", facts).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (job(None, JobState.LOST), "LOST"),
        (job({"ok": True, "checks": []}), "Not in the pre-flight's result"),
        (job({"ok": True, "checks": "all"}), "Not in the pre-flight's result"),
        (
            job({"ok": True, "checks": [{"id": "preflight_disk", "ok": "yes"}]}),
            "Not in the pre-flight's result",
        ),
        (replace(preflight("preflight_disk"), ended=LAUNCH - timedelta(days=3)), "old"),
    ],
)
def test_a_preflight_without_a_clear_result_is_unknown(scene, given, why) -> None:
    facts = scene.before_launch(preflight=given)
    judgement = judge(PLAYBOOK, "preflight_disk", facts)
    assert judgement.verdict is Verdict.UNKNOWN
    assert why in judgement.why


def test_a_preflight_that_was_never_run_is_pending_until_overdue(scene) -> None:
    due, overdue = LAUNCH - timedelta(hours=5), LAUNCH - timedelta(hours=1)
    assert (
        judge(PLAYBOOK, "preflight_smoke", scene.before_launch(as_of=due)).verdict
        is Verdict.PENDING
    )
    assert (
        judge(PLAYBOOK, "preflight_smoke", scene.before_launch(as_of=overdue)).verdict
        is Verdict.UNKNOWN
    )


def test_a_preflight_is_not_stale_a_week_after_its_launch(scene) -> None:
    facts = (
        scene.events().log().facts(as_of=FINAL_PREPARATION, preflight=preflight("preflight_smoke"))
    )
    assert judge(PLAYBOOK, "preflight_smoke", facts).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("changed", "reported"),
    [
        ({"value": 0.9}, "passed=True, with the value 0.9"),
        ({"value": None}, "with the value None"),
        ({"threshold": 0.5}, "judged by >= 0.5, the playbook requires >= 1"),
        ({"passed": "yes"}, "passed=yes"),
    ],
)
def test_a_decision_file_that_was_edited_is_found_out(scene, changed, reported) -> None:
    gates = decision()["gates"]
    gates[0] |= changed
    facts = delivered(scene.events().log(), decision=decision(gates=gates))
    for check in ("gate_metrics", "decision_document"):
        judgement = judge(PLAYBOOK, check, facts)
        assert judgement.verdict is Verdict.FAIL
        assert reported in judgement.why


def test_a_gate_without_a_value_is_recorded_but_not_passed(scene) -> None:
    gates = decision()["gates"]
    gates[3] |= {"value": None, "passed": False, "status": "no_losses"}
    facts = delivered(scene.events().log(), decision=decision(gates=gates, score="4/6"))
    judgement = judge(PLAYBOOK, "gate_metrics", facts)
    assert judgement.verdict is Verdict.PASS
    assert "profit_factor" in judgement.why
    assert judge(PLAYBOOK, "decision_document", facts).verdict is Verdict.PASS


def test_a_revalidation_without_a_report_delivers_nothing(scene) -> None:
    facts = delivered(scene.events().log(), revalidation=job({"complete": True}), reports={})
    for judgement in judge_slot(PLAYBOOK, "delivery", facts):
        assert judgement.verdict is Verdict.UNKNOWN
        assert "saved no report" in judgement.why


def test_a_slot_is_judged_in_the_playbooks_order(scene) -> None:
    found = judge_slot(PLAYBOOK, "hourly_4", scene.events().log().facts())
    assert [judgement.check for judgement in found] == list(PLAYBOOK.slot("hourly_4").checks)


def test_a_pass_without_a_reading_cannot_be_made() -> None:
    with pytest.raises(IntegrityError):
        Judgement("speed", Verdict.PASS, LAUNCH, literal("Trust me."))


PUBLIC_RUNS = (
    "5chm33+trading-bot",
    "HumanCompatibleAI+imitation",
    "SpicyKiks+Autonomous-RL-Trading-Bot",
    "gcordova17+PPO-Trading-Bot",
    "linyiLYi+snake-ai",
    "linyiLYi+street-fighter-ai",
)


@pytest.mark.parametrize("repository", PUBLIC_RUNS)
def test_every_list_can_be_judged_on_the_files_of_a_public_run(scene, repository) -> None:
    """Nothing breaks on what other trainers write, and nothing is green without a reading."""
    for file in sorted(shared_file(f"events/{repository}").rglob("*tfevents*")):
        reader = RunReader(file.parent)
        reader.refresh()
        last = reader.last_event()
        ended = from_unix(last.wall) if last and last.wall > 0 else LAUNCH
        run = RunFacts(
            file.parent.name, TrainingStatus.COMPLETED, "", ended - timedelta(hours=1), ended,
            500_000, reader, ended, str(file.parent),
        )  # fmt: skip
        facts = replace(scene.facts(as_of=ended, run=run), launch=ended - timedelta(hours=1))
        for slot in ("closing", "daily_1", "anomaly_1", "preparation"):
            for judgement in judge_slot(PLAYBOOK, slot, facts):
                assert judgement.why
        for key in KEYS:
            assert key in daily_summary(PLAYBOOK, ended.date(), facts)


@pytest.mark.parametrize("check", ["no_crashes", "no_issues"])
def test_an_own_trainer_writes_no_training_log_and_its_status_is_the_evidence(
    tmp_path: Path, check: str
) -> None:
    scene = Scene(tmp_path)
    scene.events()
    facts = replace(scene.facts(AFTER_FOUR_HOURS), log=None)
    assert judge(PLAYBOOK, check, facts).verdict is Verdict.UNKNOWN
    training = PLAYBOOK.training.model_copy(update={"command": ("python", "train.py")})
    own = PLAYBOOK.model_copy(update={"training": training})
    found = judge(own, check, facts)
    assert found.verdict is Verdict.PASS, found.why
    assert "training.log" not in present(found.reading).source
    watched = replace(facts, run=replace(present(facts.run), process_known=False))
    assert judge(own, check, watched).verdict is Verdict.UNKNOWN
    crashed = replace(present(facts.run), status=TrainingStatus.CRASHED)
    assert judge(own, check, replace(facts, run=crashed)).verdict is Verdict.FAIL
