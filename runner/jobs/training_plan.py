"""The plan of a training attempt: settings, first step, last step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import InputError, TrainweekError
from core.files import write_json
from core.job_params import RestartRecord, StoredTrainParams
from core.language import Message
from core.timestamps import iso
from runner.agent.checkpoint import Checkpoint, checkpoint_name, normaliser_of, tidy
from runner.agent.session import settings_with
from runner.agent.versions import differences
from runner.models.checkpoints import (
    MORE_STEPS,
    SKIPPED,
    ListedCheckpoint,
    list_checkpoints,
    none_intact,
    reached_already,
    verify_checkpoint,
)
from runner.models.folder_swap import RESTORE_AGAIN, finish_exchange, unfinished_exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.playbook.settings import TrainingSettings
    from runner.agent.normaliser import Normaliser
    from runner.jobs.attempt import Spec

OVERRIDES = ("learning_rate", "ent_coef", "seed")


class NoIntactCheckpointError(TrainweekError):
    """No intact checkpoint to resume from: a failure with an incident, not refused input."""


@dataclass(frozen=True)
class Restart:
    """A restart requested by a person, which this attempt begins with."""

    by: str
    at: str
    log_line: str | None  # the manual's, exactly
    changes: tuple[str, ...]  # "learning_rate 0.0003 -> 0.0001"

    def record(self, step: int) -> dict[str, Any]:
        """The restart as plain JSON, for the config of each later checkpoint."""
        return {"step": step, "by": self.by, "at": self.at, "changes": list(self.changes)}


@dataclass(frozen=True)
class TrainingPlan:
    """The plan of one attempt.

    :ivar checkpoint: where to continue; None begins at step 0.
    :ivar normaliser: of the checkpoint.
    :ivar restarts: records of earlier restarts of the run.
    :ivar resumes: steps at which earlier attempts and this one continue; None: not all are known.
    :ivar resumed: whether a resume was requested, with or without a checkpoint.
    """

    run: str
    settings: TrainingSettings
    total_steps: int
    checkpoint: Checkpoint | None
    tensorboard_dir: Path
    normaliser: Normaliser | None = None
    restart: Restart | None = None
    restarts: tuple[Mapping[str, Any], ...] = ()
    resumed: bool = False
    resumes: tuple[int, ...] | None = ()


def plan_training(
    spec: Spec, warn: Callable[[str], None], report: Callable[[str], None]
) -> TrainingPlan:
    """Make the plan from the spec.

    A resumed run keeps its last settings and total, except for what this request overrides.
    Without a checkpoint it starts at step 0.

    :param warn: called with one line for each noteworthy fact about the start.
    :param report: called for each corrupt checkpoint that is skipped; they are also listed in
        the attempt's folder.
    :raises InputError: an invalid parameter, a total below the checkpoint's step, or a
        checkpoint with other observations.
    :raises NoIntactCheckpointError: a resume is requested, and all checkpoints are corrupt, or
        an interrupted restore left no model folder.
    """
    params = spec.asked(StoredTrainParams, warn)
    run = spec.run or params.run or spec.job_id
    settings = spec.playbook.training
    total = settings.total_steps
    checkpoint, normaliser, restarts = None, None, ()
    resumes: tuple[int, ...] | None = ()
    finish_exchange(spec.home)
    if params.resume:
        if problem := unfinished_exchange(spec.home):
            raise NoIntactCheckpointError(problem, RESTORE_AGAIN)
        tidy(spec.home.checkpoints)
        checkpoint = _last_good(spec, run, report)
        if checkpoint is None:
            warn(f"No complete checkpoint of {run}: starting at step 0.")
        else:
            normaliser = normaliser_of(checkpoint)
            for sentence in differences(checkpoint.versions, checkpoint_name(checkpoint.step)):
                warn(sentence)
            stored = checkpoint.config
            settings = settings_with(settings, **stored["settings"])
            total = int(stored["total_steps"])
            restarts = tuple(stored.get("restarts") or ())
            known = stored.get("resumes")  # a version before December 2026 listed none
            resumes = None if known is None else (*known, checkpoint.step)
    before = settings
    settings = settings_with(settings, **{name: getattr(params, name) for name in OVERRIDES})
    folder = spec.tensorboard_dir or spec.home.run_attempt(run, spec.attempt)
    return TrainingPlan(
        run,
        settings,
        _steps(params.steps, total, checkpoint),
        checkpoint,
        folder,
        normaliser,
        _restart(params.restart, spec.attempt, before, settings),
        restarts,
        bool(params.resume),
        resumes,
    )


def _last_good(spec: Spec, run: str, report: Callable[[str], None]) -> Checkpoint | None:
    corrupt: list[ListedCheckpoint] = []
    problems: list[Message] = []
    for listed in list_checkpoints(spec.home.checkpoints, run):
        if listed.verified:
            if problems:  # the runner opens an incident
                found = {"problems": [each.as_record() for each in problems], "used": listed.step}
                try:
                    write_json(spec.folder / SKIPPED, found)
                except TrainweekError as error:  # a full disk must not prevent the resume
                    report(f"No incident is opened for the corrupt checkpoints: {error}")
            return verify_checkpoint(listed.folder)
        problems.append(
            Message(
                "Checkpoint {step} is corrupt and was skipped: {problem}",
                step=listed.step,
                problem=listed.problem,
            )
        )
        report(problems[-1])
        corrupt.append(listed)
    if corrupt:  # a start at step 0 would silently lose what they hold
        raise NoIntactCheckpointError(
            none_intact(run, corrupt),
            Message("Restore a backup (trainweek backup restore), or start over with --new."),
        )
    return None


def _restart(
    asked: RestartRecord | None, attempt: int, before: TrainingSettings, now: TrainingSettings
) -> Restart | None:
    """The restart of this attempt; a later resume keeps its values, but not its log line."""
    if asked is None or asked.attempt != attempt:
        return None
    changes = tuple(
        f"{name} {getattr(before, name):g} -> {getattr(now, name):g}"
        for name in ("learning_rate", "ent_coef")
        if getattr(before, name) != getattr(now, name)
    )
    return Restart(asked.by, iso(asked.at) if asked.at else "", asked.log_line or None, changes)


def _steps(steps: int | None, total: int, checkpoint: Checkpoint | None) -> int:
    if steps is None:
        return total
    if checkpoint is not None and (reached := reached_already(checkpoint, steps)):
        raise InputError(reached, MORE_STEPS)
    return steps
