"""The home: its folders, their rights, the disk, and what killed processes left there."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from core.paths import Home
from runner.doctor.examined import Examined, failed, passed, warned
from runner.home.filesystem import filesystem_of
from runner.settings import Settings
from runner.store.damage import user_name

_LOW, _OUT = 1_000_000_000, 100_000_000  # bytes free: a training's checkpoints; its logs
_FEW_FILES = 1000
_LEFT_AFTER_S = 3600.0


def home(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    root = home.root
    if not root.is_dir():
        what = f"{root} is no folder." if root.exists() else f"There is no folder {root}."
        yield failed("home", what, "Choose another with --home, or make it.")
        return
    user = user_name()
    folders = [root, home.state, home.ledger.parent, home.jobs, home.training, home.model]
    files = [home.database, home.ledger, home.runner_lock, home.training_log]
    troubles = []
    for path in (*folders, *files):
        if not path.exists():
            continue
        needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        seen = path.stat()
        if not os.access(path, needed):
            who = f"owner {_owner(seen.st_uid)}, mode {stat.filemode(seen.st_mode)}"
            remedy = f"Give {user} the right, or run as the owner: sudo chown -R {user} {root}"
            troubles.append(failed("home", f"{user} can't write {path} ({who}).", remedy))
        elif path in (home.database, home.ledger) and seen.st_mode & stat.S_IWOTH:
            what = f"Everybody on this machine may change {path}."
            troubles.append(warned("home", what, f"chmod o-w {path}"))
    yield from troubles or [passed("home", f"{root}, written by {user}.")]


def disk(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    there = home.state if home.state.exists() else home.root
    while not there.exists():
        there = there.parent
    kind = filesystem_of(there)
    name = f"{kind.kind} at {kind.mounted_at}" if kind else "unknown filesystem"
    if kind and kind.network:
        what = f"Database and ledger lie on a network disk ({name}), which can corrupt them."
        yield failed("disk", what, "Move the home to a local disk and name it with --home.")
    if kind and kind.read_only:
        yield failed("disk", f"{name} is mounted read-only.", "Look at dmesg, then remount it.")
    if kind and kind.memory:
        yield warned("disk", f"{name}: a reboot loses all of it.", "Keep the home on a disk.")
    free, files = shutil.disk_usage(there).free, os.statvfs(there)
    what = f"{free / 1e9:.1f} GB free, {name}."
    remedy = "Free some; models/ppo_phase4/earlier and logs/jobs are the largest."
    if free < _LOW:
        yield (failed if free < _OUT else warned)("disk", what, remedy)
    elif files.f_files and files.f_favail < _FEW_FILES:
        yield failed("disk", f"Only {files.f_favail} more files fit on {name}.", remedy)
    else:
        yield passed("disk", what)


def leftovers(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    """Half-written files that no live process can still be writing."""
    folders = [home.state, home.backups, home.model, home.checkpoints, home.daily_summaries]
    found: list[Path] = []
    for folder in (*folders, home.revalidation, home.revalidation_archive, home.ledger.parent):
        found += folder.glob(".*.partial")
    found += home.jobs.glob("*/attempt-*/.*.partial")
    found += [p for p in (home.state / ".restoring", _replayed(home)) if p.exists()]
    old = [path for path in found if now.timestamp() - _changed(path) > _LEFT_AFTER_S]
    torn = home.ledger.with_suffix(".torn")
    if torn.exists():
        what = (
            f"{home.relative(torn)} keeps lines whose writing was cut off; none was acknowledged."
        )
        yield passed("leftovers", what)
    if old:
        names = ", ".join(home.relative(path) for path in old[:5])
        more = f" and {len(old) - 5} more" if len(old) > 5 else ""
        what = f"Half-written by processes that were killed: {names}{more}."
        yield warned("leftovers", what, "Remove them: they are complete nowhere and never read.")
    elif not torn.exists():
        yield passed("leftovers", "No half-written files.")


def _replayed(home: Home) -> Path:
    return home.database.with_suffix(".replay.db")


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # it was written and renamed while we looked
        return float("inf")


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
