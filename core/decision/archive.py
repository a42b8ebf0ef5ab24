"""Writing a revalidation: an archive folder named by its hash, and the dated latest view.

The archive is the record: complete or absent, never overwritten. The dated files
are copies for people, replaced by the next revalidation of the same day.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.metrics_csv import metrics_csv
from core.errors import IntegrityError, SetupError
from core.files import sync_folder, write_bytes
from core.language import Message
from core.metrics.records import records_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from core.decision.record import DecisionRecord, RecordedDecision
    from core.paths import Home

DECISION = "decision.json"
LOG_SUMMARY = "training_log_summary.txt"


@dataclass(frozen=True)
class ReportPaths:
    """Where a revalidation was written.

    :ivar files: archive name (``decision.json``) to the dated file.
    :ivar hashes: archive name to the SHA-256 of what was written.
    """

    sha256: str
    archive: Path
    files: Mapping[str, Path]
    hashes: Mapping[str, str]

    @property
    def decision(self) -> Path:
        """The dated decision.json."""
        return self.files[DECISION]

    @property
    def metrics(self) -> Path:
        """The dated metrics.csv."""
        return self.files["metrics.csv"]


def decision_bytes(decision: RecordedDecision) -> bytes:
    """The bytes of a new decision's file: strict JSON, keys in their order.

    Hashes and signatures cover these bytes, so a decision that was read is never rewritten.
    """
    text = json.dumps(decision.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def decision_sha256(decision: RecordedDecision) -> str:
    """What ``sha256sum decision.json`` prints; the name of the archive folder."""
    return hashlib.sha256(decision_bytes(decision)).hexdigest()


def write_reports(
    home: Home,
    day: date,
    decision: DecisionRecord,
    *,
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    text: str,
    memo_html: str,
    log_summary: str,
    others: Mapping[str, str] | None = None,
) -> ReportPaths:
    """Write ``archive/<sha256>/`` and ``<day>_*``. The same decision twice is written once.

    :param others: further documents by name.
    :raises IntegrityError: equity or trades are not the ones that the decision was built from.
    :raises SetupError: the folder can't be written.
    """
    contents = {
        DECISION: decision_bytes(decision),
        "metrics.csv": metrics_csv(decision.episodes).encode(),
        "equity.csv": records_csv(equity).encode(),
        "trades.csv": records_csv(trades).encode(),
        "decision.txt": text.encode(),
        "memo.html": memo_html.encode(),
        LOG_SUMMARY: log_summary.encode(),
        **{name: document.encode() for name, document in (others or {}).items()},
    }
    for name, expected in decision.artifacts.items():
        if hashlib.sha256(contents[name]).hexdigest() != expected:
            raise IntegrityError(
                Message(
                    "{name} differs from the version that the decision was built from.", name=name
                ),
                Message("Build the decision from the same tables that are saved with it."),
            )
    sha256 = hashlib.sha256(contents[DECISION]).hexdigest()
    archive = home.revalidation_archive / sha256
    if (kept := archive / LOG_SUMMARY).is_file():  # of the first time; the log has grown since
        contents[LOG_SUMMARY] = kept.read_bytes()
    try:
        _write_archive(archive, contents)
    except OSError as error:
        raise SetupError(
            Message(
                "{path} can't be written: {why}.",
                path=str(archive),
                why=error.strerror or str(error),
            ),
            Message("Check the folder's permissions and the free space."),
        ) from error
    files = {name: home.revalidation / f"{day.isoformat()}_{name}" for name in contents}
    # The decision last: a reader of the new one finds all its other files.
    for name in sorted(contents, key=lambda name: name == DECISION):
        write_bytes(files[name], contents[name])
    sync_folder(home.revalidation)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return ReportPaths(sha256=sha256, archive=archive, files=files, hashes=hashes)


def _write_archive(archive: Path, contents: Mapping[str, bytes]) -> None:
    if archive.exists():
        return
    partial = archive.with_name(f".{archive.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for name, content in contents.items():
            write_bytes(partial / name, content)
        sync_folder(partial)
        try:
            partial.rename(archive)
        except OSError:
            if not archive.exists():  # else the same decision was archived meanwhile
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    sync_folder(archive.parent)
