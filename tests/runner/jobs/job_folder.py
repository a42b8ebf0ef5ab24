"""Running a job program as the runner does: a real process on a real spec."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.playbook import default_playbook_text
from tests.expected import present
from tests.runner.programs import Programs

if TYPE_CHECKING:
    from core.paths import Home

LAUNCH = "2026-02-23T14:00:00Z"


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it left."""

    code: int
    output: str
    saved: dict[str, Any] | None  # its result.json; None: it saved none

    @property
    def result(self) -> dict[str, Any]:
        return present(self.saved)


def run_job(
    home: Home, kind: str, week_id: str | None = None, at_week: str | None = None, **params: Any
) -> Ended:
    """Run ``runner.jobs.<kind>`` to its end."""
    folder = home.attempt(f"{kind}-test", 1)
    folder.mkdir(parents=True, exist_ok=True)
    playbook = folder / "playbook.yaml"
    playbook.write_text(default_playbook_text(), encoding="utf-8")
    spec = {
        "job_id": f"{kind}-test",
        "kind": kind,
        "attempt": 1,
        "home": str(home.root),
        "week_id": week_id,
        "folder": str(folder),
        "params": params,
        "run": None,
        "tensorboard_dir": None,
        "playbook_path": str(playbook),
        "launch": LAUNCH,
        "started_at_week": at_week,
        "requested_by": "test",
        "trial": 1,
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    module = f"runner.jobs.{kind.replace('-', '_')}"
    done = job_programs().run(["-m", module, "--spec", str(folder / "spec.json")], home.root)
    result = Path(folder / "result.json")
    return Ended(
        done.returncode,
        done.stdout + done.stderr,
        json.loads(result.read_text(encoding="utf-8")) if result.exists() else None,
    )


@cache
def job_programs() -> Programs:
    """Of this test session; torch is loaded once for all of them."""
    programs = (
        "train_ppo", "revalidate", "backup", "restore_backup", "import_model", "preflight", "reproduce",
    )  # fmt: skip
    return Programs(*(f"runner.jobs.{program}" for program in programs))
