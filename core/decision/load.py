"""Reading decisions back, with their hashes checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from core.decision.archive import DECISION
from core.decision.record import (
    SCHEMA_VERSION,
    DecisionRecord,
    RecordedDecision,
    sentences_of,
)
from core.decision.skill import EvidenceRecord
from core.errors import InputError, IntegrityError
from core.kept_results import KeptResults
from core.language import Message
from core.limited_files import MOST_CAPSULE, json_of, read_limited
from core.timestamps import parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.paths import Home

RESTORE = Message("Restore it, or revalidate again.")
_HEADS: KeptResults[tuple[object, str]] = KeptResults(4_096)
FIRST_VERSION = 1  # had no uncertainty, robustness, trust and change


@dataclass(frozen=True)
class SavedDecision:
    """A decision whose hash and tables were verified."""

    decision: RecordedDecision
    sha256: str
    archive: Path

    def file(self, name: str) -> Path:
        """A file of the archive: ``memo.html``, ``equity.csv``, ..."""
        return self.archive / name


def read_decision(path: str | Path) -> SavedDecision:
    """Read and verify a decision: an archive folder, or any copy of its ``decision.json``.

    A dated copy is verified against the archive beside it.

    :raises InputError: no such file, or no decision.
    :raises IntegrityError: the copy is not in the archive, or a table was altered.
    """
    path = Path(path)
    file = path / DECISION if path.is_dir() else path
    content = _content(file)
    sha256 = hashlib.sha256(content).hexdigest()
    archived = file.name == DECISION
    archive = file.parent if archived else file.parent / "archive" / sha256
    if archive.name != sha256 or not (archive / DECISION).is_file():
        raise IntegrityError(
            Message(
                "{file} was altered: its hash {hash}... is not in the archive.",
                file=str(file),
                hash=sha256[:12],
            ),
            Message("Use the archived decision, or revalidate again."),
        )
    decision = parse_decision(file, content)
    for name, expected in decision.artifacts.items():
        table = archive / name
        if not table.is_file():
            raise IntegrityError(Message("{file} is missing.", file=str(table)), RESTORE)
        if hashlib.sha256(table.read_bytes()).hexdigest() != expected:
            raise IntegrityError(
                Message("{file} was altered: its hash is not the decision's.", file=str(table)),
                RESTORE,
            )
    return SavedDecision(decision, sha256, archive)


def history(home: Home, week: str | None = None) -> list[SavedDecision]:
    """All archived revalidations (of a week) that verify, oldest first.

    A folder that doesn't verify is skipped; :func:`read_decision` says what is wrong with it.
    """
    found = []
    for folder in home.revalidation_archive.glob("[0-9a-f]*"):
        try:
            saved = read_decision(folder)
        except (InputError, IntegrityError):
            continue
        if week is None or saved.decision.week == week:
            found.append(saved)
    return sorted(found, key=lambda saved: (saved.decision.created_at, saved.sha256))


def latest_decision(
    home: Home, week: str | None = None, until: datetime | None = None
) -> SavedDecision | None:
    """The newest revalidation (of a week); None if there is none.

    The archive is the record; :func:`dated_problem` checks the dated copy.

    :param until: real time; those that were made later are left out.
    :raises IntegrityError: its archive was altered.
    """
    newest: tuple[str, Path] | None = None
    for folder in home.revalidation_archive.glob("[0-9a-f]*"):
        file = folder / DECISION
        if not file.is_file():
            continue
        of_week, created_at = _HEADS.get(file, [file], partial(_head, file))
        if (week is None or of_week == week) and made_by(created_at, until):
            newest = max(newest or ("", folder), (created_at, folder))
    if newest is None:
        return None
    return read_decision(newest[1])


def made_by(created_at: str, until: datetime | None) -> bool:
    """Whether a decision was made by a real moment; an unreadable time counts as not."""
    if until is None:
        return True
    try:
        return parse_moment(created_at) <= until
    except InputError:
        return False


def _head(file: Path) -> tuple[object, str]:
    """Week and creation time of a decision, as written."""
    fields = _fields(file, _content(file))
    return fields.get("week"), str(fields.get("created_at"))


def dated_problem(home: Home, saved: SavedDecision) -> str | None:
    """What is wrong with the dated copy of a decision; None if it is intact or missing."""
    dated = home.revalidation / f"{saved.decision.day}_{DECISION}"
    if not dated.is_file():
        return None
    try:
        read_decision(dated)
    except (InputError, IntegrityError) as error:
        return error.what
    return None


def files_of(archive: Path) -> list[Path]:
    """The files of an archive folder, by name."""
    return sorted(file for file in archive.iterdir() if file.is_file())


def archive_problem(archive: Path, written: Mapping[str, str]) -> Message | None:
    """The first file that is altered, missing or extra; None if there is none.

    :param written: name to SHA-256, of everything in the folder.
    """
    there = {file.name: file for file in files_of(archive)}
    for name in sorted(there.keys() | written.keys()):
        if name not in there:
            return Message("The archived {name} is missing.", name=name)
        if name not in written:
            return Message(
                "{name} is in the archive, but the revalidation did not write it.", name=name
            )
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != written[name]:
            return Message(
                "The archived {name} was altered after the revalidation wrote it.", name=name
            )
    return None


def _content(file: Path) -> bytes:
    try:
        return read_limited(file, MOST_CAPSULE)
    except OSError as error:
        raise InputError(
            Message("{file} can't be read: {why}.", file=str(file), why=error.strerror),
            Message("There is no decision. Revalidate first."),
        ) from error


def parse_decision(file: Path, content: bytes) -> RecordedDecision:
    """A decision from its text; no hash is checked.

    :param file: its name in messages.
    :raises IntegrityError: it is none, or of a later version.
    """
    fields = _fields(file, content)
    try:
        known = sentences_of(fields)
        if fields["schema_version"] == SCHEMA_VERSION:
            return DecisionRecord.model_validate(fields, context=known)
        return RecordedDecision.model_validate(_completed(fields))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        what = f"{place}: {first['msg']}"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = str(error)
    raise IntegrityError(
        Message("{file} is not a complete decision: {what}.", file=str(file), what=what), RESTORE
    )


def _fields(file: Path, content: bytes) -> dict[str, Any]:
    try:
        fields = json_of(content)
    except ValueError as error:
        raise IntegrityError(
            Message("{file} is not JSON: {why}.", file=str(file), why=str(error)), RESTORE
        ) from error
    known = range(FIRST_VERSION, SCHEMA_VERSION + 1)
    if not isinstance(fields, dict) or fields.get("schema_version") not in known:
        raise IntegrityError(
            Message(
                "{file} is not a decision of schema version {version} or earlier.",
                file=str(file),
                version=SCHEMA_VERSION,
            ),
            Message("Use the version of trainweek that wrote it, or revalidate again."),
        )
    return fields


def _completed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of version 1, with what it did not measure as null."""
    evidence = fields["evidence"]
    rest = {name: None for name in EvidenceRecord.model_fields if name not in evidence}
    return {
        **{name: fields[name] for name in RecordedDecision.model_fields if name in fields},
        "evidence": {**rest, **evidence, "have_days": evidence["days"], "rules": ()},
        "facts": {"mean_exposure": None, **fields["facts"]},
        "baselines": {"sma": None, **fields["baselines"]},
    }
