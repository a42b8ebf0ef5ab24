"""What a training attempt shall do: which settings, from where, to which step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError, TrainweekError
from core.files import write_json
from core.job_params import RestartRecord, StoredTrainParams
from core.language import Message, plural
from core.playbook.settings import TrainingSettings
from core.timestamps import iso
from runner.agent.checkpoint import Checkpoint, normaliser_of, tidy
from runner.agent.normaliser import Normaliser
from runner.agent.session import settings_with
from runner.agent.versions import differences
from runner.jobs.attempt import Spec
from runner.models.checkpoints import (
    MORE_STEPS,
    SKIPPED,
    ListedCheckpoint,
    list_checkpoints,
    reached_already,
    verify_checkpoint,
)
from runner.models.folder_swap import RESTORE_AGAIN, finish_exchange, unfinished_exchange

OVERRIDES = ("learning_rate", "ent_coef", "seed")


class NothingWholeError(TrainweekError):
    """What a resume needs is damaged: a failure that calls people, no refusal of what they gave."""


@dataclass(frozen=True)
class Restart:
    """A person's change of the training under way, which this attempt begins with."""

    by: str
    at: str
    log_line: str | None  # the manual's, to the letter
    changes: tuple[str, ...]  # "learning_rate 0.0003 -> 0.0001"

    def record(self, step: int) -> dict[str, Any]:
        """For the config of each later checkpoint."""
        return {"step": step, "by": self.by, "at": self.at, "changes": list(self.changes)}


@dataclass(frozen=True)
class TrainingPlan:
    """:ivar checkpoint: where to continue; None begins at step 0.

    :ivar normaliser: the checkpoint's.
    :ivar restarts: records of earlier restarts of the run.

    :ivar resumed: it was asked to resume the run, with or without a checkpoint.
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


def plan_training(
    spec: Spec, say: Callable[[str], None], complain: Callable[[str], None]
) -> TrainingPlan:
    """Read the plan off the spec.

    A resumed run keeps the settings and the total that it was trained with last, except
    for what this request overrides. Without a checkpoint it begins anew.

    :param say: told, in one line each, what is noteworthy about the start.
    :param complain: told of each broken checkpoint that is passed over; they are also
        written down in the attempt's folder.
    :raises InputError: a parameter that no training can start with, a total that lies
        behind the checkpoint, or a checkpoint that saw other observations.
    :raises NothingWholeError: it shall be resumed, and there are checkpoints but none that
        verifies, or a restore was cut off and left no model folder.
    """
    params = spec.asked(StoredTrainParams, say)
    run = spec.run or params.run or spec.job_id
    settings = spec.playbook.training
    total = settings.total_steps
    checkpoint, normaliser, restarts = None, None, ()
    finish_exchange(spec.home)
    if params.resume:
        if trouble := unfinished_exchange(spec.home):
            raise NothingWholeError(trouble, RESTORE_AGAIN)
        tidy(spec.home.checkpoints)
        checkpoint = _last_good(spec, run, complain)
        if checkpoint is None:
            say(f"No complete checkpoint of {run}: beginning at step 0.")
        else:
            normaliser = normaliser_of(checkpoint)
            for sentence in differences(checkpoint.versions, f"Checkpoint {checkpoint.step}"):
                say(sentence)
            stored = checkpoint.config
            settings = settings_with(settings, **stored["settings"])
            total = int(stored["total_steps"])
            restarts = tuple(stored.get("restarts") or ())
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
    )


def _last_good(spec: Spec, run: str, complain: Callable[[str], None]) -> Checkpoint | None:
    broken: list[ListedCheckpoint] = []
    problems: list[Message] = []
    for listed in list_checkpoints(spec.home.checkpoints, run):
        if listed.verified:
            if problems:  # the runner opens an incident
                found = {"problems": [each.as_record() for each in problems], "used": listed.step}
                try:
                    write_json(spec.folder / SKIPPED, found)
                except TrainweekError as error:  # a full disk must not prevent the resume
                    complain(f"No incident is opened for the corrupt checkpoints: {error}")
            return verify_checkpoint(listed.folder)
        problems.append(
            Message(
                "Checkpoint {step} is corrupt and was skipped: {problem}",
                step=listed.step,
                problem=listed.problem,
            )
        )
        complain(problems[-1])
        broken.append(listed)
    if broken:  # a start at step 0 would silently lose what they hold
        raise NothingWholeError(
            plural(
                "{run} has no intact checkpoint: {problem}",
                "{run} has no intact checkpoint among {n}: {problem}",
                len(broken),
                run=run,
                problem=broken[0].problem,
            ),
            Message("Restore a backup (trainweek backup restore), or start over with --new."),
        )
    return None


def _restart(
    asked: RestartRecord | None, attempt: int, before: TrainingSettings, now: TrainingSettings
) -> Restart | None:
    """The restart that this very attempt is; a later resume keeps its values, not its line."""
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
    if checkpoint is not None and (behind := reached_already(checkpoint, steps)):
        raise InputError(behind, MORE_STEPS)
    return steps
