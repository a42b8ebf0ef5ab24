"""Copies of the evidence, made when an incident opens.

These are safe forms of the manual's ``cp`` lines: an earlier copy stays under a numbered
name.
"""

from __future__ import annotations

import contextlib
import filecmp
import logging
import os
import shutil
from typing import TYPE_CHECKING

from core.language import Message
from core.path_names import numbered
from core.timestamps import iso
from runner.models.best_model import manifest_path

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home
    from core.playbook import EscalationSpec

log = logging.getLogger("trainweek.runner")


def copy_evidence(home: Home, procedure: str) -> tuple[str | None, Message | None]:
    """Copy the evidence of a procedure.

    ``crash`` copies training.log to CRASH_backup.log, ``data`` copies the newest best model (of
    the run in progress, or the one in use) to backup_before_bad_data.zip. A full disk must not
    prevent the incident from opening: a copy that failed is returned as a sentence for the
    summary, and no partial copy is left.

    :returns: the copy's path relative to the data directory, None if there is nothing to copy; and
        a sentence about what could not be copied, None if the copy succeeded.
    """
    match procedure:
        case "crash":
            source, target = home.training_log, home.crash_backup_log
        case "data":
            source, target = _newest_model(home), home.bad_data_backup
        case _:
            return None, None
    try:
        if not source.is_file():
            return None, None
        _keep(source, target)
        if procedure == "data" and manifest_path(source).is_file():
            _keep(manifest_path(source), manifest_path(target))  # identifies the model
    except OSError as error:
        why = error.strerror or str(error)
        log.error("Could not copy %s to %s: %s", source, target, why)
        return None, Message(
            "The evidence was NOT saved: {file} could not be copied ({error}).",
            file=source.name,
            error=why,
        )
    return home.relative(target), None


def _newest_model(home: Home) -> Path:
    found = [
        path
        for path in (home.best_model, *home.run_models.glob(f"*/{home.best_model.name}"))
        if path.is_file()
    ]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=home.best_model)


def _keep(source: Path, target: Path) -> None:
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return  # copied already by a runner that was killed here
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.copyfile(source, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        if target.exists():
            target.rename(numbered(target))
        partial.replace(target)
    finally:
        with contextlib.suppress(OSError):  # a partial copy must not use a full disk's last bytes
            partial.unlink(missing_ok=True)


def write_issue_line(home: Home, spec: EscalationSpec, now: datetime) -> None:
    """Append the procedure's line to training.log, exactly as in the manual, if it has one.

    The incident is in the store already, so on a full disk only this line is lost.
    """
    if spec.log_line is None:
        return
    try:
        home.training_log.parent.mkdir(parents=True, exist_ok=True)
        with home.training_log.open("a", encoding="utf-8") as file:
            file.write(f"{iso(now.replace(microsecond=0))} {spec.log_line}\n")
    except OSError as error:
        log.error("Could not write %s to %s: %s", spec.log_line, home.training_log, error)
