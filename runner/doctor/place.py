"""The data directory: its folders, their permissions, the disk, and partial files."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from typing import TYPE_CHECKING

from core.home_links import links_outside
from core.language import Message, literal, plural
from core.path_names import no_folder
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.home.filesystem import LOW_BYTES, OUT_BYTES, filesystem_of
from runner.models.backups import partial_backups
from runner.store.damage import user_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home
    from runner.settings import Settings

_FEW_FILES = 1000
_LEFT_AFTER_S = 3600.0


def home(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether the folders and files of the data directory exist and are writable for this user."""
    root = home.root
    if not root.is_dir():
        missing = no_folder(root)
        yield failed("home", literal(missing.what), literal(missing.remedy))
        return
    user = user_name()
    places = home.places()
    folders = [root, home.state, home.ledger.parent, home.jobs]
    folders += [folder for each in places for folder in (each.training, each.model)]
    files = [home.database, home.ledger, home.runner_lock]
    files += [each.training_log for each in places]
    problems = []
    for path in (*folders, *files):
        if not path.exists():
            continue
        needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        found = path.stat()
        if not os.access(path, needed):
            what = Message(
                "{user} can't write to {path} (owner {owner}, mode {mode}).",
                user=user,
                path=str(path),
                owner=_owner(found.st_uid),
                mode=stat.filemode(found.st_mode),
            )
            remedy = Message(
                "Run as the owner, or change the owner: sudo chown -R {user} {folder}",
                user=user,
                folder=str(root),
            )
            problems.append(failed("home", what, remedy))
    for path, real in links_outside(home):
        what = Message(
            "{path} leads out of the data directory, to {target}: nothing is written there.",
            path=str(path),
            target=str(real),
        )
        remedy = Message(
            "Replace the symbolic link with what it leads to, or choose another --home."
        )
        problems.append(failed("home", what, remedy))
    yield from problems or [
        passed("home", Message("{path}, writable by {user}.", path=str(root), user=user))
    ]


def disk(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Filesystem type, free space and free inodes of the disk that holds the database."""
    nearest = home.state if home.state.exists() else home.root
    while not nearest.exists():
        nearest = nearest.parent
    kind = filesystem_of(nearest)
    name = (
        Message("{kind} at {mount}", kind=kind.kind, mount=str(kind.mounted_at))
        if kind
        else Message("unknown filesystem")
    )
    if kind and kind.network:
        what = Message(
            "Database and ledger are on a network disk ({disk}), which can corrupt them.", disk=name
        )
        remedy = Message("Move the data directory to a local disk and give it with --home.")
        yield failed("disk", what, remedy)
    if kind and kind.read_only:
        what = Message("{disk} is mounted read-only.", disk=name)
        yield failed("disk", what, Message("Check dmesg, then remount it."))
    if kind and kind.memory:
        what = Message("{disk}: a reboot deletes all data.", disk=name)
        yield warned("disk", what, Message("Move the data directory to a disk."))
    free, files = shutil.disk_usage(nearest).free, os.statvfs(nearest)
    what = Message("{free:.1f} GB free, {disk}.", free=free / 1e9, disk=name)
    remedy = Message(
        "Free disk space; models/ppo_phase4/earlier and logs/jobs are usually the largest."
    )
    if free < LOW_BYTES:
        yield (failed if free < OUT_BYTES else warned)("disk", what, remedy)
    elif files.f_files and files.f_favail < _FEW_FILES:
        few = plural(
            "Only {n} more file can be created on {disk}.",
            "Only {n} more files can be created on {disk}.",
            files.f_favail,
            disk=name,
        )
        yield failed("disk", few, remedy)
    else:
        yield passed("disk", what)


def leftovers(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Partial files that are too old to be in use."""
    folders = [home.state, home.backups, home.revalidation_archive, home.ledger.parent]
    for each in home.places():
        folders += [each.model, each.checkpoints, each.daily_summaries, each.revalidation]
    found: list[Path] = []
    for folder in folders:
        found += folder.glob(".*.partial")
    found += home.jobs.glob("*/attempt-*/.*.partial")
    found += partial_backups(home)
    found += [p for p in (home.state / ".restoring", _replayed(home)) if p.exists()]
    old = [path for path in found if now.timestamp() - _changed(path) > _LEFT_AFTER_S]
    torn = home.ledger.with_suffix(".torn")
    if torn.exists():
        what = Message(
            "{file} keeps lines whose write was interrupted; none was acknowledged.",
            file=home.relative(torn),
        )
        yield passed("leftovers", what)
    if old:
        names = ", ".join(home.relative(path) for path in old[:5])
        what = (
            Message("Partial files of killed processes: {files}.", files=names)
            if len(old) <= 5
            else Message(
                "Partial files of killed processes: {files} and {more} more.",
                files=names,
                more=len(old) - 5,
            )
        )
        yield warned("leftovers", what, Message("Remove them: they are incomplete and never read."))
    elif not torn.exists():
        yield passed("leftovers", Message("No partial files."))


def _replayed(home: Home) -> Path:
    return home.database.with_suffix(".replay.db")


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # renamed since
        return float("inf")


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
