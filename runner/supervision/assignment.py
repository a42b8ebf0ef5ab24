"""Input of an attempt: folder, spec, playbook and command."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.files import write_json, write_text
from core.home_links import require_inside
from core.job_params import TrainParams, stored_params
from core.paths import CHECKOUT, Home
from core.playbook import default_playbook_text, parse_playbook
from core.playbook.own_command import filled
from core.timestamps import iso
from core.vocabulary import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from core.trading.hold_out import HoldOuts
    from core.week import Week
    from runner.records import Job
    from runner.settings import Settings
    from runner.store.trials import CountedTrials


@dataclass(frozen=True)
class Assignment:
    """An attempt before its start."""

    job: Job
    number: int
    folder: Path
    event_folder: Path | None
    week: Week | None
    trials: CountedTrials  # scored so far
    hold_outs: HoldOuts  # looks and locks so far
    at_week: datetime  # week time of the start


def own_trainer(job: Job, week: Week | None) -> tuple[str, ...] | None:
    """The playbook's training command, if this job runs a custom trainer; else None."""
    if job.kind is not JobKind.TRAIN or week is None:
        return None
    return week.playbook.training.command


def write_assignment(home: Home, assignment: Assignment, settings: Settings) -> list[str]:
    """Write spec.json and playbook.yaml into the folder; returns the command to run."""
    job, week, folder = assignment.job, assignment.week, assignment.folder
    require_inside(home, *filter(None, (folder, assignment.event_folder)))
    folder.mkdir(parents=True, exist_ok=True)
    text = default_playbook_text() if week is None else week.playbook_text
    playbook_path = write_text(folder / "playbook.yaml", text)
    if assignment.event_folder is not None:
        assignment.event_folder.mkdir(parents=True, exist_ok=True)
    spec = write_json(folder / "spec.json", _spec(home, assignment, playbook_path))
    if command := own_trainer(job, week):
        return _filled(command, home, assignment)
    return [*settings.command(job.kind), "--spec", str(spec)]


def _spec(home: Home, assignment: Assignment, playbook_path: Path) -> dict[str, Any]:
    job, week = assignment.job, assignment.week
    events = assignment.event_folder
    return {
        "job_id": job.id,
        "kind": job.kind.value,
        "attempt": assignment.number,
        "home": str(home.root),
        "place": None if week is None else week.place,
        "week_id": job.week_id if week is None else week.id,
        "folder": str(assignment.folder),
        "params": _params(job, assignment.number),
        "run": job.run,
        "tensorboard_dir": None if events is None else str(events),
        "playbook_path": str(playbook_path),
        "launch": None if week is None else iso(week.launch),
        "started_at_week": iso(assignment.at_week),
        "requested_by": job.requested_by,
        "trial": max(assignment.trials.in_all, 1),
        "trial_of_week": max(assignment.trials.of_week, 1),
        "candidates": [each.as_dict() for each in assignment.trials.candidates],
        "hold_outs": assignment.hold_outs.as_dict(),
    }


def _params(job: Job, number: int) -> Mapping[str, Any]:
    """Later attempts of a training job always resume from the last checkpoint."""
    resumes = job.kind is JobKind.TRAIN and number > 1
    return dict(job.params) | ({"resume": True} if resumes else {})


def _filled(command: tuple[str, ...], home: Home, assignment: Assignment) -> list[str]:
    job, week = assignment.job, assignment.week
    playbook = week.playbook if week else parse_playbook(default_playbook_text(), "default")
    values = {
        "python": sys.executable,
        "checkout": str(CHECKOUT),
        "tensorboard_dir": str(assignment.event_folder),
        "steps": str(stored_params(TrainParams, job.params).steps or playbook.training.total_steps),
        "run": str(job.run),
        "home": str(home.root),
    }
    return filled(command, values)
