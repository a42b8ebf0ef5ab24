"""The checkpoint that a twin run forks from: a copy, which the run's own saves can't remove."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError, SetupError
from core.language import Message
from runner.models.checkpoints import (
    Checkpoint,
    ListedCheckpoint,
    list_checkpoints,
    none_intact,
    verify_checkpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FOLDER = "checkpoint"
_LOOKS = 5  # a run in progress may remove its oldest checkpoint while it is copied
_WAIT = Message("Wait for the run's next checkpoint, then start another twin run.")


def forked_checkpoint(
    root: Path, run: str, folder: Path, earlier: Sequence[Path], say: Callable[[str], None]
) -> Checkpoint:
    """The checkpoint of this twin run, in the attempt's folder.

    :param root: the run's checkpoints.
    :param earlier: folders of the twin run's earlier attempts; all arms begin at one checkpoint.
    :param say: called with one line for each corrupt checkpoint that is skipped.
    :raises InputError: the run has no intact checkpoint; names the problem of the newest.
    :raises SetupError: it can't be copied.
    """
    for before in reversed(earlier):
        if (before / FOLDER).is_dir():
            try:
                return _copied(verify_checkpoint(before / FOLDER), folder)
            except IntegrityError as error:
                raise InputError(
                    Message("This twin run's checkpoint is damaged: {problem}", problem=error.what),
                    Message("Start another twin run."),
                ) from error
    damaged: list[ListedCheckpoint] = []  # newest first
    for _ in range(_LOOKS):
        damaged = []
        for listed in list_checkpoints(root, run):
            if listed.verified:
                try:
                    return _copied(verify_checkpoint(listed.folder), folder)
                except IntegrityError:
                    break
            damaged.append(listed)
            say(f"Checkpoint {listed.step} is corrupt and was skipped: {listed.problem}")
        else:
            break
    if damaged:
        raise InputError(none_intact(run, damaged), _WAIT)
    raise InputError(Message("{run} has no checkpoint yet.", run=run), _WAIT)


def _copied(found: Checkpoint, folder: Path) -> Checkpoint:
    """:raises IntegrityError: it was removed or changed meanwhile."""
    target, partial = folder / FOLDER, folder / f".{FOLDER}.partial"
    try:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(found.folder, partial)
        verify_checkpoint(partial)
        partial.rename(target)
    except FileNotFoundError as error:
        raise IntegrityError(
            Message("Checkpoint {step} was removed meanwhile.", step=found.step), _WAIT
        ) from error
    except (OSError, shutil.Error) as error:
        raise SetupError(
            Message(
                "Checkpoint {step} can't be copied: {error}", step=found.step, error=str(error)
            ),
            Message("Free disk space, then start another twin run."),
        ) from error
    return verify_checkpoint(target)
