"""Checkpoints of a training run: save and restore.

A folder is written under a temporary name, synced, verified and only then renamed: a
checkpoint is complete or absent. Older ones are removed after the new one is verified.
:mod:`runner.models.checkpoints` lists and verifies them.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError, SetupError
from core.files import file_sha256, sync_folder, write_json
from core.language import Message
from core.path_names import numbered
from runner.agent.features import FEATURE_NAMES
from runner.agent.normaliser import Normaliser, name_differences
from runner.agent.numerics import numerics
from runner.agent.policy import load_weights, require_finite
from runner.agent.random_states import random_states, restore_random_states
from runner.agent.versions import versions
from runner.failpoints import fail_here
from runner.models.checkpoints import (
    KEPT,
    MANIFEST,
    Checkpoint,
    folders,
    newest_checkpoint,
    owner,
    read_part,
    verify_checkpoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from stable_baselines3 import PPO

__all__ = [
    "SAVE_POINTS",
    "Checkpoint",
    "checkpoint_name",
    "newest_checkpoint",
    "normaliser_of",
    "restore",
    "save_checkpoint",
    "set_aside",
    "tidy",
    "verify_checkpoint",
]

# Failpoints of a save, in order.
SAVE_POINTS = (
    "checkpoint_begun",
    "checkpoint_model",
    "checkpoint_normaliser",
    "checkpoint_rng",
    "checkpoint_config",
    "checkpoint_manifest",
    "checkpoint_verified",
    "checkpoint_replacing",
    "checkpoint_renamed",
    "checkpoint_pruning",
)


def save_checkpoint(
    root: Path, model: PPO, run: str, normaliser: Normaliser, config: Mapping[str, Any]
) -> Path:
    """Write ``root/<step>``, then remove all but the newest three intact ones of the run.

    :raises TrainingDivergedError: weights or optimizer contain NaN or infinity; nothing is
        written.
    :raises SetupError: no disk space or no permission; no partial files are left.
    """
    require_finite(model)
    step = int(model.num_timesteps)
    final, partial = root / str(step), root / f".{step}.{os.getpid()}.partial"
    with _no_partial_files(step, partial):
        made = not root.exists()
        partial.mkdir(parents=True)
        fail_here("checkpoint_begun")
        _write_parts(partial, model, run, normaliser, config)
        verify_checkpoint(partial)
        fail_here("checkpoint_verified")
        _put_in_place(partial, final)
        sync_folder(root)
        if made:
            sync_folder(root.parent)
    fail_here("checkpoint_pruning")
    _prune(root, run)
    return final


def restore(checkpoint: Checkpoint, model: PPO, seed: int | None = None) -> None:
    """Put weights, optimizer, step and update counters and random states into ``model``.

    At this step it equals the run that saved it. The rest is not bit-identical to an
    uninterrupted run, because running episodes start over.

    :param seed: of another future of the run; None: the random states that were saved.
    :raises IntegrityError: it was saved from a different network.
    """
    load_weights(model, checkpoint.folder / "model.zip", f"Checkpoint {checkpoint.step}")
    model.num_timesteps = checkpoint.step
    model._n_updates = int(checkpoint.manifest["updates"])
    last_episodes = checkpoint.manifest.get("last_episodes") or []
    model.ep_info_buffer = deque(
        ({"r": float(reward), "l": int(length)} for reward, length in last_episodes),
        maxlen=model._stats_window_size,
    )
    model.ep_success_buffer = deque(maxlen=model._stats_window_size)
    if seed is None:
        restore_random_states(read_part(checkpoint.folder / "rng.json"), model)
    else:
        model.set_random_seed(seed)


def checkpoint_name(step: int) -> Message:
    """How messages name a checkpoint: ``Checkpoint 50000``."""
    return Message("Checkpoint {step}", step=step)


def normaliser_of(checkpoint: Checkpoint) -> Normaliser:
    """The feature statistics of the checkpoint.

    :raises InputError: its observations differ from this version's; names the differences.
    """
    whose = checkpoint_name(checkpoint.step)
    normaliser = Normaliser.from_dict(read_part(checkpoint.folder / "normaliser.json"))
    own = FEATURE_NAMES + normaliser.position
    seen = list(checkpoint.manifest.get("observation") or own)
    if seen != list(own):
        raise InputError(
            Message(
                "{model} has a different observation space: {differences}.",
                model=whose,
                differences=name_differences(seen, own),
            ),
            Message("Resume it with the version that trained it, or start over with --new."),
        )
    normaliser.require_names(FEATURE_NAMES, whose)
    return normaliser


def tidy(root: Path) -> None:
    """Complete or undo a save that was killed. Call it only while no process is saving."""
    if not root.is_dir():
        return
    for path in root.iterdir():
        if path.name.startswith(".") and path.name.endswith(".partial"):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(".") and path.name.endswith(".replaced"):
            final = root / path.name.split(".")[1]
            if final.exists():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.rename(final)


def set_aside(root: Path, run: str, earlier: Path, *, unnamed: bool = False) -> None:
    """Move other runs' checkpoints to ``earlier/<run>/checkpoints``; none is deleted.

    :param unnamed: also move those of an unknown run, to ``earlier/broken``: a new run has
        none, and its later resume must not use them.
    """
    for folder in folders(root):
        belongs_to = owner(folder) or ("broken" if unnamed else None)
        if belongs_to is None or belongs_to == run:
            continue
        target = earlier / belongs_to / "checkpoints" / folder.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if belongs_to == "broken":
            target = numbered(target)
        if not target.exists():
            folder.rename(target)


def _write_parts(
    partial: Path, model: PPO, run: str, normaliser: Normaliser, config: Mapping[str, Any]
) -> None:
    with (partial / "model.zip").open("wb") as file:
        model.save(file)
        file.flush()
        os.fsync(file.fileno())
    fail_here("checkpoint_model")
    write_json(partial / "normaliser.json", normaliser.as_dict())
    fail_here("checkpoint_normaliser")
    write_json(partial / "rng.json", random_states(model))
    fail_here("checkpoint_rng")
    write_json(partial / "config.json", dict(config))
    fail_here("checkpoint_config")
    episodes = model.ep_info_buffer or ()
    manifest = {
        "run": run,
        "step": int(model.num_timesteps),
        "updates": int(model._n_updates),
        "sha256": {file.name: file_sha256(file) for file in sorted(partial.iterdir())},
        "versions": versions(),
        "numerics": numerics(),
        "observation": list(normaliser.observation),
        "last_episodes": [[float(e["r"]), int(e["l"])] for e in episodes],
    }
    write_json(partial / MANIFEST, manifest)
    sync_folder(partial)
    fail_here("checkpoint_manifest")


def _put_in_place(partial: Path, final: Path) -> None:
    """Rename; the same step again (a resumed run stopped at once) replaces the earlier one.

    Two folders can't be swapped atomically. After a kill :func:`tidy` restores the earlier
    one.
    """
    replaced = final.with_name(f".{final.name}.replaced")
    if final.exists():
        shutil.rmtree(replaced, ignore_errors=True)
        final.rename(replaced)
    try:
        fail_here("checkpoint_replacing")
        partial.rename(final)
    except BaseException:
        if replaced.exists():
            replaced.rename(final)
        raise
    fail_here("checkpoint_renamed")
    shutil.rmtree(replaced, ignore_errors=True)


def _prune(root: Path, run: str) -> None:
    """Keep three intact ones; remove older ones, also corrupt ones."""
    verified = 0
    for folder in folders(root):
        if owner(folder) not in (run, None):
            continue
        if verified >= KEPT:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            verify_checkpoint(folder)
        except IntegrityError:
            continue
        verified += 1


@contextmanager
def _no_partial_files(step: int, partial: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SetupError, IntegrityError) as error:
        what = error.strerror or str(error) if isinstance(error, OSError) else error.what
        raise SetupError(
            Message("Checkpoint {step} was not saved: {error}", step=step, error=what),
            Message("Free disk space; earlier checkpoints are intact."),
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
