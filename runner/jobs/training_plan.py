"""What a training attempt shall do: which settings, from where, to which step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.playbook.settings import TrainingSettings
from runner.agent.checkpoint import Checkpoint, newest_checkpoint
from runner.agent.session import settings_with
from runner.jobs.attempt import Spec

OVERRIDES = ("learning_rate", "ent_coef", "seed")


@dataclass(frozen=True)
class TrainingPlan:
    """:ivar checkpoint: where to continue; None begins at step 0."""

    run: str
    settings: TrainingSettings
    total_steps: int
    checkpoint: Checkpoint | None
    tensorboard_dir: Path


def plan_training(spec: Spec, say: Callable[[str], None]) -> TrainingPlan:
    """Read the plan off the spec.

    A resumed run keeps the settings and the total that it was started with, except
    for what this request overrides. Without a checkpoint it begins anew.

    :param say: told, in one line, what is noteworthy about the start.
    :raises InputError: a parameter that no training can start with.
    """
    params = spec.params
    run = spec.run or params.get("run") or spec.job_id
    settings = spec.playbook.training
    total = settings.total_steps
    checkpoint = None
    if params.get("resume"):
        checkpoint = newest_checkpoint(spec.home.checkpoints, run)
        if checkpoint is None:
            say(f"No complete checkpoint of {run}: beginning at step 0.")
        else:
            stored = checkpoint.config
            settings = settings_with(settings, **stored["settings"])
            total = int(stored["total_steps"])
    settings = settings_with(settings, **{name: params.get(name) for name in OVERRIDES})
    folder = spec.tensorboard_dir or spec.home.run_attempt(run, spec.attempt)
    return TrainingPlan(run, settings, _steps(params, total), checkpoint, folder)


def _steps(params: Any, total: int) -> int:
    steps = params.get("steps")
    if steps is None:
        return total
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise InputError(f"A training of {steps!r} steps is none.", "Give a whole number above 0.")
    return steps
