"""For every check and every verdict, a situation that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from core.checks import Facts
from core.vocabulary import JobState, TrainingStatus
from core.vocabulary import Verdict as V  # noqa: N817
from tests.core.checks.scene import (
    FINAL_PREPARATION,
    LAUNCH,
    PLAYBOOK,
    Scene,
    data_check,
    decision,
    delivered,
    falling,
    job,
    not_reached,
    preflight,
    rising,
    steady,
)

Situation = Callable[[Scene], Facts]

ENDED = LAUNCH + timedelta(hours=4)
HALF_AN_HOUR = LAUNCH + timedelta(minutes=30)


def healthy(s: Scene) -> Facts:
    return s.events().log().facts()


def with_curves(**curves: Any) -> Situation:
    return lambda s: s.events(**curves).log().facts()


def first_iteration(s: Scene) -> Facts:
    """One iteration logged: no train/*, no second point, no ended episode, no evaluation."""
    s.events(points=1, ep_rew_mean=None, ep_len_mean=None, sharpe=None).log()
    return s.facts(as_of=LAUNCH + timedelta(minutes=5))


def hidden(s: Scene) -> Facts:
    """The event folder was moved away in the middle of a run."""
    s.events().log()
    s.home.tensorboard.rename(s.home.root / "hidden")
    return s.facts()


def stale(s: Scene) -> Facts:
    """The process is said to run, but nothing was written for five hours."""
    return s.events().log().facts(as_of=LAUNCH + timedelta(hours=9))


def ended_as(status: TrainingStatus, **events: Any) -> Situation:
    def build(s: Scene) -> Facts:
        s.events(**events).log()
        return s.facts(as_of=FINAL_PREPARATION, run=s.run(status, ended=ENDED))

    return build


def with_log(*lines: str) -> Situation:
    return lambda s: s.events().log(*lines).facts()


def no_log(s: Scene) -> Facts:
    return s.events().facts()


def nothing_started(s: Scene) -> Facts:
    return s.before_launch()


def at_preparation(**changed: Any) -> Situation:
    def build(s: Scene) -> Facts:
        s.events().log()
        run = s.run(TrainingStatus.COMPLETED, ended=ENDED)
        return s.facts(as_of=FINAL_PREPARATION, run=run, **changed)

    return build


def backed_up(ok: bool = True, ended: datetime = FINAL_PREPARATION) -> Situation:
    result = {"ok": ok, "backup": "models/ppo_phase4_BACKUP_27FEV", "files": 4}
    return at_preparation(backup=job(result, ended=ended))


def overdue(s: Scene) -> Facts:
    return s.events().log().facts(as_of=FINAL_PREPARATION + timedelta(hours=5))


def steps_of(done: int, status: TrainingStatus) -> Situation:
    ended = None if status is TrainingStatus.RUNNING else ENDED

    def build(s: Scene) -> Facts:
        s.events(points=10, steps=done // 10, every_s=60).log()
        return s.facts(as_of=HALF_AN_HOUR, run=s.run(status, until=HALF_AN_HOUR, ended=ended))

    return build


def after_delivery(without: str = "", **changed: Any) -> Situation:
    return lambda s: delivered(s.events().log(), without, **changed)


def preflighted(check: str) -> dict[V, Situation]:
    return {
        V.PASS: lambda s: s.before_launch(preflight=preflight(check)),
        V.FAIL: lambda s: s.before_launch(preflight=preflight(check, ok=False)),
        V.PENDING: lambda s: s.before_launch(preflight=job(None, JobState.RUNNING, None)),
        V.UNKNOWN: lambda s: s.before_launch(preflight=job(None)),
    }


RUNNING_REVALIDATION = job(None, JobState.RUNNING, None)

SITUATIONS: dict[str, dict[V, Situation]] = {
    **{check: preflighted(check) for check in PLAYBOOK.checks if check.startswith("preflight_")},
    "reward_positive": {
        V.PASS: healthy,
        V.FAIL: with_curves(ep_rew_mean=steady(-3.0)),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "loss_falling": {
        V.PASS: healthy,
        V.WARN: with_curves(value_loss=rising),
        V.FAIL: with_curves(value_loss=rising, loss=rising),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "no_crashes": {
        V.PASS: healthy,
        V.FAIL: ended_as(TrainingStatus.CRASHED),
        V.PENDING: nothing_started,
        V.UNKNOWN: no_log,
    },
    "speed": {
        V.PASS: healthy,
        V.FAIL: lambda s: s.events(steps=4096).log().facts(),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "policy_loss": {
        V.PASS: healthy,
        V.FAIL: with_curves(policy_gradient_loss=steady(-1.5)),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "reward_trend": {
        V.PASS: healthy,
        V.FAIL: with_curves(ep_rew_mean=falling),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "kl_divergence": {
        V.PASS: healthy,
        V.FAIL: with_curves(approx_kl=steady(0.012)),
        V.PENDING: first_iteration,
        V.UNKNOWN: stale,
    },
    "no_anomaly": {
        V.PASS: healthy,
        V.FAIL: with_log("[ISSUE] KL spike, reduzindo LR"),
        V.PENDING: nothing_started,
        V.UNKNOWN: hidden,
    },
    "training_running": {
        V.PASS: healthy,
        V.FAIL: ended_as(TrainingStatus.STOPPED),
        V.PENDING: nothing_started,
        V.UNKNOWN: hidden,
    },
    "sharpe_estimate": {
        V.PASS: with_curves(sharpe=steady(0.0)),
        V.FAIL: with_curves(sharpe=steady(-0.01)),
        V.PENDING: first_iteration,
        V.UNKNOWN: hidden,
    },
    "no_issues": {
        V.PASS: healthy,
        V.FAIL: with_log("[ERROR] CUDA is out of memory"),
        V.PENDING: nothing_started,
        V.UNKNOWN: ended_as(TrainingStatus.LOST),
    },
    "disk_space": {
        V.PASS: healthy,
        V.FAIL: lambda s: s.events().log().facts(disk_free_bytes=1_900_000_000),
        V.PENDING: lambda s: not_reached(),
        V.UNKNOWN: lambda s: s.events().log().facts(disk_free_bytes=None),
    },
    "steps_completed": {
        V.PASS: ended_as(TrainingStatus.COMPLETED),
        V.WARN: lambda s: (
            s.events(points=5, steps=4096)
            .log()
            .facts(
                as_of=FINAL_PREPARATION,
                run=s.run(TrainingStatus.COMPLETED, ended=ENDED, total_steps=20_000),
            )
        ),
        V.FAIL: steps_of(400_000, TrainingStatus.STOPPED),
        V.PENDING: steps_of(400_000, TrainingStatus.RUNNING),
        V.UNKNOWN: hidden,
    },
    "backup_verified": {
        V.PASS: backed_up(),
        V.FAIL: backed_up(ended=ENDED - timedelta(hours=1)),
        V.PENDING: at_preparation(),
        V.UNKNOWN: overdue,
    },
    "backtest_data_ready": {
        V.PASS: at_preparation(data_check=data_check()),
        V.FAIL: at_preparation(data_check=data_check(ok=False)),
        V.PENDING: at_preparation(data_check=job(None, JobState.QUEUED, None)),
        V.UNKNOWN: at_preparation(data_check=data_check(ended=LAUNCH)),
    },
    "system_ready": {
        V.PASS: at_preparation(),
        V.FAIL: at_preparation(open_incidents=("crash",)),
        V.PENDING: lambda s: not_reached(),
        V.UNKNOWN: at_preparation(disk_free_bytes=None),
    },
    "decision_document": {
        V.PASS: after_delivery(),
        V.FAIL: after_delivery(decision=decision(decision="GO")),
        V.PENDING: after_delivery(revalidation=RUNNING_REVALIDATION),
        V.UNKNOWN: after_delivery(without="decision.txt"),
    },
    "gate_metrics": {
        V.PASS: after_delivery(),
        V.FAIL: after_delivery(decision=decision(gates=decision()["gates"][:5])),
        V.PENDING: after_delivery(revalidation=None),
        V.UNKNOWN: after_delivery(without="metrics.csv"),
    },
    "training_log_summary": {
        V.PASS: after_delivery(),
        V.FAIL: after_delivery(decision=decision(model={"sha256": "a" * 64, "run": "another-run"})),
        V.PENDING: after_delivery(revalidation=RUNNING_REVALIDATION),
        V.UNKNOWN: after_delivery(without="training_log_summary.txt"),
    },
    "backtest_report": {
        V.PASS: after_delivery(),
        V.FAIL: after_delivery(decision=decision(data={})),
        V.PENDING: after_delivery(revalidation=RUNNING_REVALIDATION),
        V.UNKNOWN: after_delivery(without="memo.html"),
    },
    "recommendation_given": {
        V.PASS: after_delivery(),
        V.FAIL: after_delivery(decision=decision(recommendation="Deploy")),
        V.PENDING: after_delivery(revalidation=RUNNING_REVALIDATION),
        V.UNKNOWN: after_delivery(decision=decision(recommendation=None)),
    },
}
