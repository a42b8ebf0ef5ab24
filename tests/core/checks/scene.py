"""Scenes for the checks: a home with real event files and a real log, and facts read from it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.checks import Facts, JobFacts, RunFacts
from core.checks.training_log import read_log_facts
from core.clock import Clock
from core.paths import Home
from core.playbook import DEFAULT, load_playbook
from core.telemetry import RunReader
from core.timestamps import iso
from core.vocabulary import JobState, TrainingStatus
from tests.event_files import write_events

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = load_playbook(DEFAULT)
LAUNCH = datetime(2026, 2, 23, 14, tzinfo=UTC)
RUN = "F12-phase4-final-20260223T140000Z"
AFTER_FOUR_HOURS = LAUNCH + timedelta(hours=4)
FINAL_PREPARATION = LAUNCH + timedelta(days=4)
DELIVERY = LAUNCH + timedelta(days=4, hours=3)

Curve = Callable[[int], float]


def steady(value: float) -> Curve:
    return lambda i: value


def rising(i: int) -> float:
    return 1.0 + 0.1 * i


def falling(i: int) -> float:
    return 20.0 - 0.1 * i


def wobbling(i: int) -> float:
    return 0.005 + 0.001 * math.sin(i)


# One healthy run: two hours and more, 1,667 steps/s.
HEALTHY: Mapping[str, Curve] = {
    "rollout/ep_rew_mean": rising,
    "rollout/ep_len_mean": steady(168.0),
    "time/fps": steady(1600.0),
    "train/approx_kl": wobbling,
    "train/policy_gradient_loss": steady(-0.02),
    "train/value_loss": falling,
    "train/loss": falling,
    "eval/sharpe": steady(0.15),
}


class Scene:
    """A home folder; every method writes what a test needs, ``facts`` reads it all."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)

    def events(
        self,
        points: int = 120,
        every_s: float = 120.0,
        steps: int = 200_000,
        start: datetime = LAUNCH,
        **changed: Curve | None,
    ) -> Scene:
        """A run's event file. ``changed``: curve by the tag's last part; None leaves it out."""
        curves = {tag: changed.get(tag.split("/")[1], curve) for tag, curve in HEALTHY.items()}
        begin = start.timestamp()
        series = {
            tag: [
                ((i + 1) * steps, begin + (i + 1) * every_s, curve(i))
                for i in range(1 if tag.startswith("train/") else 0, points)
            ]
            for tag, curve in curves.items()
            if curve is not None
        }
        write_events(self.home.run_attempt(RUN, 1), series)
        return self

    def log(self, *lines: str, at: datetime = LAUNCH + timedelta(minutes=1)) -> Scene:
        path = self.home.training_log
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(
                f"{iso(at)} {line}\n" for line in lines or ["[INFO] Training loop started"]
            )
        return self

    def run(
        self,
        status: TrainingStatus = TrainingStatus.RUNNING,
        until: datetime = AFTER_FOUR_HOURS,
        ended: datetime | None = None,
        total_steps: int = 100_000_000,
        reason: str = "",
    ) -> RunFacts:
        folder = self.home.run(RUN)
        reader = RunReader(folder) if folder.exists() else None
        if reader is not None:
            reader.refresh()
        return RunFacts(
            name=RUN,
            status=status,
            reason=reason,
            started=LAUNCH,
            ended=ended,
            total_steps=total_steps,
            reader=reader,
            until=ended or until,
            source=self.home.relative(folder),
        )

    def facts(
        self, as_of: datetime = AFTER_FOUR_HOURS, run: RunFacts | None = None, **changed: Any
    ) -> Facts:
        """Facts of a week that runs in real time; ``run`` defaults to a live one."""
        run = run or self.run(until=as_of)
        log = self.home.training_log
        facts = Facts(
            as_of=as_of,
            as_of_real=as_of,
            launch=LAUNCH,
            clock=Clock(),
            run=run,
            log=read_log_facts(log, self.home.relative(log), since=run.started, until=run.until),
            runner_alive=True,
            disk_free_bytes=50_000_000_000,
            model_bytes=2_000_000,
        )
        return replace(facts, **changed)

    def before_launch(self, **changed: Any) -> Facts:
        as_of = changed.pop("as_of", LAUNCH - timedelta(hours=5))
        return replace(self.facts(as_of=as_of, run=self.run(until=as_of)), run=None, **changed)


def not_reached() -> Facts:
    return Facts(as_of=AFTER_FOUR_HOURS, as_of_real=None, launch=LAUNCH, clock=Clock())


def job(
    result: Mapping[str, Any] | None,
    state: JobState = JobState.SUCCEEDED,
    ended: datetime | None = LAUNCH - timedelta(hours=5),
    reason: str = "",
) -> JobFacts:
    """A job whose result went through JSON, as it does through a file."""
    read = None if result is None else json.loads(json.dumps(result))
    return JobFacts("job-1", state, reason, ended, read, "logs/jobs/job-1")


def preflight(check: str, ok: bool = True, **entry: Any) -> JobFacts:
    value = {"preflight_disk": 50.0 if ok else 0.5}.get(check, "fine")
    record = {
        "id": check,
        "ok": ok,
        "value": value,
        "limit": "",
        "why": "Checked.",
        "remedy": "",
        "unit": "",
    }
    return job({"ok": ok, "checks": [record | entry]})


def data_check(
    ok: bool = True, ended: datetime = FINAL_PREPARATION - timedelta(hours=1)
) -> JobFacts:
    errors = [] if ok else [{"code": "gap", "message": "3 bars are missing", "count": 3}]
    facts = {"bars": 8760, "first": "2025-02-27T00:00:00Z", "last": "2026-02-26T23:00:00Z"}
    record = {"name": "backtest", "ok": ok, "errors": errors, "warnings": [], "facts": facts}
    return job({"ok": ok, "errors": [], "warnings": [], "datasets": [record]}, ended=ended)


VALUES = {
    "sharpe": 1.3,
    "max_drawdown_pct": 12.4,
    "win_rate_pct": 47.2,
    "profit_factor": 1.6,
    "consecutive_losses": 7,
    "calmar": 2.2,
}
REPORTS = {
    name: f"reports/revalidation/2026-02-27_{name}"
    for name in (
        "decision.json",
        "metrics.csv",
        "equity.csv",
        "trades.csv",
        "decision.txt",
        "memo.html",
        "training_log_summary.txt",
    )
}


def decision(**changed: Any) -> dict[str, Any]:
    """A PARTIAL 5/6 as the revalidation writes it."""
    gates = [
        {
            "id": gate.id,
            "value": VALUES[gate.id],
            "threshold": gate.threshold,
            "op": gate.op,
            "passed": gate.id != "consecutive_losses",
            "status": "ok",
        }
        for gate in PLAYBOOK.gates
    ]
    record = {
        "decision": "PARTIAL",
        "score": "5/6",
        "recommendation": "Tune",
        "gates": gates,
        "model": {"path": "models/ppo_phase4/best_model.zip", "sha256": "a" * 64, "run": RUN},
        "data": {"sha256": "b" * 64},
    }
    return record | changed


def delivered(scene: Scene, without: str = "", **changed: Any) -> Facts:
    """Facts after a revalidation with its report."""
    ended = DELIVERY - timedelta(minutes=30)
    reports = {name: path for name, path in REPORTS.items() if name != without}
    given = {
        "revalidation": job({"complete": True, "report": REPORTS}, ended=ended),
        "reports": reports,
        "decision": decision(),
    }
    run = scene.run(TrainingStatus.COMPLETED, ended=LAUNCH + timedelta(hours=4))
    return scene.facts(as_of=DELIVERY, run=run, **(given | changed))
