"""What the manual's procedures do to files the moment they are opened.

Safe forms of its ``cp`` lines: the evidence is copied, an earlier copy stays under a
numbered name.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from datetime import datetime
from pathlib import Path

from core.moments import iso
from core.paths import Home, numbered
from core.playbook import EscalationSpec
from runner.model_files import manifest_path


def protect(home: Home, procedure: str) -> str | None:
    """Keep the evidence of a procedure; where it lies now, None if there is none.

    ``crash`` keeps training.log as CRASH_backup.log, ``data`` keeps the best model as
    backup_before_bad_data.zip.
    """
    match procedure:
        case "crash":
            source, target = home.training_log, home.crash_backup_log
        case "data":
            source, target = home.best_model, home.bad_data_backup
        case _:
            return None
    if not source.is_file():
        return None
    _keep(source, target)
    if procedure == "data" and manifest_path(source).is_file():
        _keep(manifest_path(source), manifest_path(target))  # or nobody could tell what it is
    return home.relative(target)


def _keep(source: Path, target: Path) -> None:
    if target.exists():
        if filecmp.cmp(source, target, shallow=False):
            return  # a runner that was killed here has copied it already
        target.rename(numbered(target))
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)


def write_issue_line(home: Home, spec: EscalationSpec, now: datetime) -> None:
    """The procedure's line in training.log, to the letter of the manual, if it has one."""
    if spec.log_line is None:
        return
    home.training_log.parent.mkdir(parents=True, exist_ok=True)
    with home.training_log.open("a", encoding="utf-8") as log:
        log.write(f"{iso(now.replace(microsecond=0))} {spec.log_line}\n")
