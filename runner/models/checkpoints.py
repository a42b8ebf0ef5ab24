"""Checkpoints as files: a list, their verification, and the problems found.

A checkpoint is a folder ``<step>/`` with a manifest that was written last and names the
SHA-256 of every other file. Only hashes and JSON are read here: nothing is unpickled and
torch is not needed, so client, dashboard and doctor can read them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import IntegrityError
from core.files import file_sha256
from core.language import Message, literal, plural
from core.limited_files import MOST_RECORD, json_of, read_limited

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEPT = 3  # verified ones of a run
MANIFEST = "manifest.json"
PARTS = frozenset({"model.zip", "normaliser.json", "rng.json", "config.json"})
SKIPPED = "broken_checkpoints.json"  # in the folder of the attempt that found them
EARLIER = Message("Use an earlier checkpoint.")
MORE_STEPS = Message("Give more steps, or omit --steps.")  # the remedy of reached_already


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def step(self) -> int:
        """The training step at which it was saved."""
        return int(self.manifest["step"])

    @property
    def run(self) -> str:
        """The name of the run that saved it."""
        return str(self.manifest["run"])

    @property
    def versions(self) -> Mapping[str, str]:
        """Versions of Python and of the packages that wrote it."""
        return self.manifest.get("versions") or {}

    @property
    def config(self) -> Mapping[str, Any]:
        """What the run was trained with at this step: settings, total steps, data."""
        return read_part(self.folder / "config.json")


@dataclass(frozen=True)
class ListedCheckpoint:
    """One folder of a list: verified, or with its problem."""

    folder: Path
    step: int
    run: str | None  # None: not in its manifest
    saved_at: datetime  # when its manifest was written, or its folder if it has none
    problem: Message | None  # None: every file has the hash that was saved

    @property
    def verified(self) -> bool:
        """Whether every file matched the manifest."""
        return self.problem is None


def none_intact(run: str, damaged: Sequence[ListedCheckpoint]) -> Message:
    """Why a run has no checkpoint to go on from.

    :param damaged: all that it has, newest first.
    """
    return plural(
        "{run} has no intact checkpoint: {problem}",
        "{run} has no intact checkpoint among {n}: {problem}",
        len(damaged),
        run=run,
        problem=damaged[0].problem,
    )


def verify_checkpoint(folder: Path) -> Checkpoint:
    """Compare every file with the manifest.

    :raises IntegrityError: a file is missing or changed, or the manifest is unreadable.
    """
    manifest = read_part(folder / MANIFEST)
    try:
        hashes = dict(manifest["sha256"])
        for name in sorted(PARTS | hashes.keys()):
            if file_sha256(folder / name) != hashes.get(name):
                raise IntegrityError(
                    Message("{file} was changed after it was saved.", file=f"{folder.name}/{name}"),
                    EARLIER,
                )
        int(manifest["step"]), str(manifest["run"]), int(manifest["updates"])
    except OSError as error:
        raise IntegrityError(
            Message(
                "Checkpoint {step} is incomplete: {file} can't be read ({error}).",
                step=folder.name,
                file=Path(error.filename or folder).name,
                error=error.strerror,
            ),
            EARLIER,
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(
            Message(
                "The manifest of checkpoint {step} is incomplete: {error}.",
                step=folder.name,
                error=repr(error),
            ),
            EARLIER,
        ) from error
    return Checkpoint(folder, manifest)


def list_checkpoints(root: Path, run: str | None = None) -> list[ListedCheckpoint]:
    """Every checkpoint folder, newest step first, each verified.

    :param run: only of this run; a folder of an unknown run stays in the list.
    """
    listed = [_listed(folder) for folder in folders(root)]
    return [each for each in listed if run is None or each.run in (run, None)]


def newest_checkpoint(root: Path, run: str) -> Checkpoint | None:
    """The newest intact checkpoint of the run; corrupt ones are skipped."""
    for folder in folders(root, run):
        try:
            return verify_checkpoint(folder)
        except IntegrityError:
            continue
    return None


def reached_already(checkpoint: Checkpoint, steps: int) -> Message | None:
    """Why a run can't resume from the checkpoint with ``steps`` as its total; None: it can.

    A resumed run may end earlier than planned, but not before its checkpoint: an
    unfinished run would count as complete. Its own total is allowed, even if the last
    rollout went past it.

    :raises IntegrityError: the checkpoint's config can't be read.
    """
    if steps > checkpoint.step or steps >= int(checkpoint.config["total_steps"]):
        return None
    return Message(
        "{run} is already at step {step:,}, past the requested {steps:,} steps.",
        run=checkpoint.run,
        step=checkpoint.step,
        steps=steps,
    )


def folders(root: Path, run: str | None = None) -> list[Path]:
    """Checkpoint folders, newest step first; of one run, or of all."""
    if not root.is_dir():
        return []
    found = [path for path in root.iterdir() if path.is_dir() and path.name.isdigit()]
    found.sort(key=lambda path: int(path.name), reverse=True)
    return [path for path in found if run is None or owner(path) == run]


def owner(folder: Path) -> str | None:
    """The run that a checkpoint folder belongs to; None if its manifest can't be read."""
    try:
        return str(read_part(folder / MANIFEST)["run"])
    except (IntegrityError, KeyError, TypeError):
        return None


def read_part(path: Path) -> Any:
    """One JSON file of a checkpoint.

    :raises IntegrityError: it is absent or not JSON.
    """
    try:
        return json_of(read_limited(path, MOST_RECORD))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise IntegrityError(
            Message(
                "{file} can't be read: {error}.",
                file=f"{path.parent.name}/{path.name}",
                error=str(why),
            ),
            EARLIER,
        ) from error


def _listed(folder: Path) -> ListedCheckpoint:
    problem = None
    try:
        verify_checkpoint(folder)
    except IntegrityError as error:
        problem = literal(error.what)
    stamp = folder / MANIFEST if (folder / MANIFEST).exists() else folder
    saved_at = datetime.fromtimestamp(stamp.stat().st_mtime, UTC)
    return ListedCheckpoint(folder, int(folder.name), owner(folder), saved_at, problem)
