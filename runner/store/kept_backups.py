"""The backups of database and ledger that there are: how each is laid out, and whether it is intact."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError
from core.files import file_sha256
from core.language import Message
from core.timestamps import parse_moment
from runner.store import chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home

DATABASE, LEDGER, MANIFEST = "trainweek.db", "audit.jsonl", "backup.json"
LATE = 2  # intervals without a backup, after which something is wrong


@dataclass(frozen=True)
class StoreBackup:
    """A complete backup, as its manifest describes it."""

    folder: Path
    at: datetime  # real
    lines: int  # of the ledger
    head: str  # the hash of the last one
    size: int  # bytes of the ledger
    sums: dict[str, str]  # SHA-256 of each file

    @property
    def database(self) -> Path:
        """The copy of the database file; older backups have none, as the ledger has all of it."""
        return self.folder / DATABASE

    @property
    def has_database(self) -> bool:
        """Whether it has such a copy."""
        return DATABASE in self.sums

    @property
    def parts(self) -> list[Path]:
        """The ledger's bytes in files, in order; backups of older versions have one whole file."""
        return [self.folder / name for name in sorted(self.sums) if name.startswith(LEDGER)]

    def lines_of_ledger(self) -> Iterator[bytes]:
        """Its lines, each with its newline; a last one without it too."""
        rest = b""
        for part in self.parts:
            *lines, rest = (rest + part.read_bytes()).splitlines(keepends=True) or [b""]
            if rest.endswith(b"\n"):
                lines, rest = [*lines, rest], b""
            yield from lines
        if rest:
            yield rest

    def holds(self, lines: int, head: str) -> bool:
        """Whether its chain is unbroken up to this line, which has this hash: so all before it are the same."""
        if lines == 0:
            return True
        try:
            last = next(islice(chain.read_lines(self.lines_of_ledger()), lines - 1, None), None)
        except IntegrityError:
            return False
        return last is not None and last.sha256 == head


def backups(home: Home) -> list[StoreBackup]:
    """Every complete backup, newest first. Their hashes are not verified here."""
    found = [_read(path.parent) for path in home.backups.glob(f"[0-9]*/{MANIFEST}")]
    return sorted(filter(None, found), key=lambda backup: backup.at, reverse=True)


def verify_backup(backup: StoreBackup) -> None:
    """Verify the hash of each file.

    :raises IntegrityError: a file is missing or changed.
    """
    for name, sha256 in backup.sums.items():
        path = backup.folder / name
        if not path.is_file() or file_sha256(path) != sha256:
            raise IntegrityError(
                Message("{path} is missing or changed.", path=str(path)),
                Message("Use another backup."),
            )


def _read(folder: Path) -> StoreBackup | None:
    try:
        stored = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return StoreBackup(
            folder,
            parse_moment(stored["at"]),
            int(stored["lines"]),
            str(stored["head"]),
            int(stored["size"]),
            {str(name): str(sha256) for name, sha256 in stored["sha256"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None
