"""A home whose week trains on an engine, and a runner with seconds where life has minutes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

from core.paths import Home
from runner.client import Client
from runner.executors.executor import Handle
from tests.runner.place import LAUNCH, LEAD, Place

if TYPE_CHECKING:
    from pathlib import Path

    from runner.records import Job
    from runner.service import Service

QUICK = {
    "engine_poll_s": 0.3,
    "engine_timeout_s": 20.0,
    "lease_s": 3.0,
    "lost_grace_s": 6.0,
    "stop_grace_s": 1.5,
    "liveness_s": 0.2,
    "backoff_s": 0.1,
}


class EnginePlace(Place):
    """A home whose week trains on an engine."""

    def engine(self, **changed: object) -> Service:
        return self.service(**(QUICK | changed))

    def handle(self, job: Job) -> Handle:
        folder = self.folder(job)
        return Handle(json.loads((folder / "command.json").read_text())["mark"], folder)


def placed_home(root: Path, executor: str, **resources: object) -> EnginePlace:
    """A home in this empty folder, whose playbook places trainings so."""
    training = {"placements": {"train": {"executor": executor, **resources}}}
    playbook = {"id": "placed", "extends": "phase4", "training": training}
    (root / "playbook.yaml").write_text(yaml.safe_dump(playbook))
    Client(Home(root), LEAD).create_week(LAUNCH, root / "playbook.yaml")
    return EnginePlace(root)
