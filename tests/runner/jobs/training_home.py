"""A home with a small synthetic market, and training attempts as real processes."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.market.synthetic import SignalModel, make_market, write_market
from core.paths import Home
from core.playbook import default_playbook_text
from tests.runner.jobs.job_folder import job_programs

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

START = datetime(2024, 2, 23, tzinfo=UTC)
TRAIN_BARS, TEST_BARS = 5_000, 2_600
SIGNAL = SignalModel(drift=0.003)


def make_home(root: Path) -> Home:
    """Training and backtest candles, one after the other."""
    home = Home(root)
    market = make_market(11, TRAIN_BARS + TEST_BARS, START, SIGNAL)
    cut = market.candles.frame.index[TRAIN_BARS].to_pydatetime()
    write_market(market, home.train_data / "ogn.csv", before=cut)
    write_market(market, home.backtest_data / "ogn.csv", first=cut)
    return home


def write_spec(home: Home, kind: str, attempt: int = 1, run: str = "run-a", **params: Any) -> Path:
    """The spec of one attempt, as the runner writes it."""
    folder = home.attempt(f"{kind}-{run}", attempt)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "playbook.yaml").write_text(default_playbook_text(), encoding="utf-8")
    events = home.run_attempt(run, attempt)
    spec = {
        "job_id": f"{kind}-{run}",
        "kind": kind,
        "attempt": attempt,
        "home": str(home.root),
        "week_id": None,
        "folder": str(folder),
        "params": params,
        "run": run if kind == "train" else None,
        "tensorboard_dir": str(events) if kind == "train" else None,
        "playbook_path": str(folder / "playbook.yaml"),
        "launch": "2026-02-23T14:00:00Z",
        "requested_by": "Lea",
        "trial": 1,
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder / "spec.json"


def command(program: str, spec: Path) -> list[str]:
    return [sys.executable, "-m", f"runner.jobs.{program}", "--spec", str(spec)]


def run(program: str, spec: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return job_programs().run(command(program, spec)[1:])


def result(spec: Path) -> dict[str, Any]:
    return json.loads((spec.parent / "result.json").read_text(encoding="utf-8"))


def progress(spec: Path) -> dict[str, Any]:
    return json.loads((spec.parent / "progress.json").read_text(encoding="utf-8"))
