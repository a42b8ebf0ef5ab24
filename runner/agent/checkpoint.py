"""Checkpoints: a folder a step, complete or absent.

A folder is written beside its place, synced, and renamed; its manifest with the
SHA-256 of every other file is written last. What does not verify is never loaded.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stable_baselines3 import PPO

from core.errors import IntegrityError, SetupError
from core.files import file_sha256, sync_folder, write_json
from runner.agent.normaliser import Normaliser
from runner.agent.policy import load_weights, restore_rng_states, rng_states
from runner.agent.versions import versions

KEPT = 3
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def step(self) -> int:
        return int(self.manifest["step"])

    @property
    def run(self) -> str:
        return str(self.manifest["run"])

    @property
    def config(self) -> Mapping[str, Any]:
        """What the run was started with: settings, total steps, data."""
        return _read(self.folder / "config.json")

    @property
    def normaliser(self) -> Normaliser:
        return Normaliser.from_dict(_read(self.folder / "normaliser.json"))

    def restore(self, model: PPO) -> None:
        """Weights, optimizer, step and update counters, random states into ``model``.

        The trajectory is not bit-identical to an uninterrupted one: the episodes
        that were running begin anew.
        """
        load_weights(model, self.folder / "model.zip", f"Checkpoint {self.step}")
        model.num_timesteps = self.step
        model._n_updates = int(self.manifest["updates"])
        restore_rng_states(_read(self.folder / "rng.json"), model.env.np_random)


def save_checkpoint(
    root: Path, model: PPO, run: str, normaliser: Normaliser, config: Mapping[str, Any]
) -> Path:
    """Write ``root/<step>`` and drop all but the newest three of the run.

    :raises SetupError: no space or no right; nothing half-written is left behind.
    """
    step = int(model.num_timesteps)
    final, partial = root / str(step), root / f".{step}.{os.getpid()}.partial"
    try:
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(parents=True)
        with (partial / "model.zip").open("wb") as file:
            model.save(file)
            file.flush()
            os.fsync(file.fileno())
        write_json(partial / "normaliser.json", normaliser.as_dict())
        write_json(partial / "rng.json", rng_states(model.env.np_random))
        write_json(partial / "config.json", dict(config))
        manifest = {
            "run": run,
            "step": step,
            "updates": int(model._n_updates),
            "sha256": {file.name: file_sha256(file) for file in sorted(partial.iterdir())},
            "versions": versions(),
        }
        write_json(partial / MANIFEST, manifest)
        sync_folder(partial)
        if final.exists():  # the same step again: an earlier run's, or a broken one
            shutil.rmtree(final)
        partial.rename(final)
        sync_folder(root)
    except (OSError, SetupError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        what = error.what if isinstance(error, SetupError) else error.strerror or str(error)
        raise SetupError(
            f"Checkpoint {step} was not saved: {what}", "Free disk space; earlier ones are intact."
        ) from error
    for old in _folders(root, run)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def newest_checkpoint(root: Path, run: str) -> Checkpoint | None:
    """The newest checkpoint of the run that verifies; broken ones are passed over."""
    for folder in _folders(root, run):
        try:
            return verify_checkpoint(folder)
        except IntegrityError:
            continue
    return None


def verify_checkpoint(folder: Path) -> Checkpoint:
    """Compare every file with the manifest.

    :raises IntegrityError: a file is missing, changed, or the manifest is unreadable.
    """
    manifest = _read(folder / MANIFEST)
    try:
        for name, sha256 in manifest["sha256"].items():
            if file_sha256(folder / name) != sha256:
                raise IntegrityError(f"{folder.name}/{name} was changed after it was saved.")
        int(manifest["step"]), str(manifest["run"]), int(manifest["updates"])
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(f"Checkpoint {folder.name} is incomplete: {error}.") from error
    return Checkpoint(folder, manifest)


def set_aside(root: Path, run: str, earlier: Path) -> None:
    """Move other runs' checkpoints to ``earlier/<run>/checkpoints``: nothing is lost."""
    for folder in _folders(root, None):
        owner = _owner(folder)
        if owner is None or owner == run:
            continue
        target = earlier / owner / "checkpoints" / folder.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            folder.rename(target)


def _folders(root: Path, run: str | None) -> list[Path]:
    """Checkpoint folders, newest step first; of one run, or of all."""
    if not root.is_dir():
        return []
    folders = [path for path in root.iterdir() if path.is_dir() and path.name.isdigit()]
    folders.sort(key=lambda path: int(path.name), reverse=True)
    return [path for path in folders if run is None or _owner(path) == run]


def _owner(folder: Path) -> str | None:
    try:
        return str(_read(folder / MANIFEST)["run"])
    except (IntegrityError, KeyError, TypeError):
        return None


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IntegrityError(
            f"{path.parent.name}/{path.name} can't be read: {error}.", "Use an earlier checkpoint."
        ) from error
