"""Backups of ``models/ppo_phase4`` as files: a list, and their verification.

A backup is a folder with a manifest that names the SHA-256 of every other file. Only
hashes and JSON are read here, so client and doctor can read them too.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.files import file_sha256, sync_folder
from core.language import Message, literal
from core.limited_files import MOST_RECORD, json_of, read_limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.paths import Home

MANIFEST = "backup.manifest.json"
_ALL, _PART = "*_BACKUP_*", ".part"
ANOTHER = Message("Use another backup: trainweek backup list")


@dataclass(frozen=True)
class ModelBackup:
    """A verified backup."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def files(self) -> Mapping[str, str]:
        """SHA-256 by relative name."""
        return self.manifest["files"]


@dataclass(frozen=True)
class ListedBackup:
    """One folder of a list: verified, or with its problem."""

    folder: Path
    made_at: datetime
    files: int
    problem: Message | None  # None: every file has the hash that was copied

    @property
    def verified(self) -> bool:
        """Whether every file matched the manifest."""
        return self.problem is None


def verify_backup(folder: Path) -> ModelBackup:
    """Compare every file with the manifest.

    :raises InputError: there is no such folder, or it is not a backup.
    :raises IntegrityError: a file is missing or changed.
    """
    try:
        manifest = json_of(read_limited(folder / MANIFEST, MOST_RECORD))
        files = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = error.strerror if isinstance(error, OSError) else repr(error)
        raise InputError(
            Message(
                "{folder} is not a backup: {file}: {error}.",
                folder=str(folder),
                file=MANIFEST,
                error=why,
            ),
            ANOTHER,
        ) from error
    for name, digest in files.items():
        if not _inside(folder, name):
            raise IntegrityError(
                Message(
                    "The manifest of {folder} lists a file outside that folder: {file}.",
                    folder=folder.name,
                    file=name,
                ),
                ANOTHER,
            )
        try:
            same = file_sha256(folder / name) == digest
        except OSError as error:
            raise IntegrityError(
                Message(
                    "{file} can't be read ({error}).",
                    file=f"{folder.name}/{name}",
                    error=error.strerror,
                ),
                ANOTHER,
            ) from error
        if not same:
            raise IntegrityError(
                Message("{file} was changed after the backup.", file=f"{folder.name}/{name}"),
                ANOTHER,
            )
    return ModelBackup(folder, manifest)


def list_backups(home: Home) -> list[ListedBackup]:
    """Every backup next to the model folder, newest first, each verified."""
    found = [path for path in home.model.parent.glob(_ALL) if path.is_dir()]
    listed = [_listed(path) for path in found if path.suffix != _PART]
    return sorted(listed, key=lambda each: each.made_at, reverse=True)


def part_of(backup: Path) -> Path:
    """The folder that becomes a backup once its copy is verified."""
    return backup.with_name(backup.name + _PART)


def partial_backups(home: Home) -> list[Path]:
    """Copies that are not backups: being made now, or left by a killed process."""
    return sorted(home.model.parent.glob(_ALL + _PART))


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative name, sorted."""
    return {
        str(path.relative_to(folder)): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def copy_files(source: Path, names: Iterable[str], target: Path) -> None:
    """Copy files by relative name, each one synced, and their folders too."""
    folders = {target}
    for name in names:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        folders |= {copy.parent, *(p for p in copy.parents if target in p.parents)}
        shutil.copyfile(source / name, copy)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)


def _inside(folder: Path, name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and not (folder / name).is_symlink()


def _listed(folder: Path) -> ListedBackup:
    problem, files = None, 0
    try:
        files = len(verify_backup(folder).files)
    except (InputError, IntegrityError) as error:
        problem = literal(error.what)
    stamp = folder / MANIFEST if (folder / MANIFEST).exists() else folder
    return ListedBackup(folder, datetime.fromtimestamp(stamp.stat().st_mtime, UTC), files, problem)
