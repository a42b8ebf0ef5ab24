"""What the manual's procedures do to files the moment they are opened.

Safe forms of its ``cp`` lines: the evidence is copied, an earlier copy stays under a
numbered name.
"""

from __future__ import annotations

import contextlib
import filecmp
import logging
import os
import shutil
from datetime import datetime
from pathlib import Path

from core.paths import Home, numbered
from core.playbook import EscalationSpec
from core.timestamps import iso
from runner.models.best_model import manifest_path

log = logging.getLogger("trainweek.runner")


def protect(home: Home, procedure: str) -> tuple[str | None, str]:
    """Keep the evidence of a procedure: where it lies now, None if there is none.

    A full disk must not keep the incident from opening: what could not be kept is said
    in a sentence for its summary, "" if all went well, and no half copy is left.

    ``crash`` keeps training.log as CRASH_backup.log, ``data`` keeps the best model as
    backup_before_bad_data.zip.
    """
    match procedure:
        case "crash":
            source, target = home.training_log, home.crash_backup_log
        case "data":
            source, target = home.best_model, home.bad_data_backup
        case _:
            return None, ""
    try:
        if not source.is_file():
            return None, ""
        _keep(source, target)
        if procedure == "data" and manifest_path(source).is_file():
            _keep(manifest_path(source), manifest_path(target))  # or nobody could tell what it is
    except OSError as error:
        why = error.strerror or str(error)
        log.error("%s is not kept as %s: %s", source, target, why)
        return None, f" The evidence was NOT kept: {source.name} could not be copied ({why})."
    return home.relative(target), ""


def _keep(source: Path, target: Path) -> None:
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return  # a runner that was killed here has copied it already
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.copyfile(source, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        if target.exists():
            target.rename(numbered(target))
        partial.replace(target)
    finally:
        with contextlib.suppress(OSError):  # half a copy must not eat a full disk's last bytes
            partial.unlink(missing_ok=True)


def write_issue_line(home: Home, spec: EscalationSpec, now: datetime) -> None:
    """The procedure's line in training.log, to the letter of the manual, if it has one.

    The incident stands in the store already; a disk that is full costs this line alone.
    """
    if spec.log_line is None:
        return
    try:
        home.training_log.parent.mkdir(parents=True, exist_ok=True)
        with home.training_log.open("a", encoding="utf-8") as file:
            file.write(f"{iso(now.replace(microsecond=0))} {spec.log_line}\n")
    except OSError as error:
        log.error("%s is not written to %s: %s", spec.log_line, home.training_log, error)
