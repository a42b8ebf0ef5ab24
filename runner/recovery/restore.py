"""Restore of ledger and database from a backup, with the verified lines written after it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import InputError, IntegrityError
from core.files import sync_folder, write_bytes
from core.language import Message, joined, plural
from core.ledger_bodies import StoreRestored
from core.path_names import numbered
from core.paths import Home
from core.timestamps import iso
from runner.recovery.rebuild import replace_database, require_no_runner
from runner.store import Store, chain
from runner.store.kept_backups import StoreBackup, backups, verify_backup
from runner.store.proofs import Proofs
from runner.store.write_lock import write_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.people import Person


@dataclass(frozen=True)
class RestoreResult:
    """The result of a restore."""

    backup: str | None  # its name; None: only lines of the present files were used
    lines: int
    from_ledger: int  # lines after the backup, from the present ledger
    from_database: int  # lines that only the database still had
    dropped: int  # complete lines of the present ledger after its first corrupt one
    kept: tuple[str, ...]  # the replaced files, under their new names

    def text(self) -> Message:
        """For a terminal."""
        source = (
            Message("backup {name}", name=self.backup)
            if self.backup
            else Message("the present ledger")
        )
        sentences = [
            plural(
                "Restored {n:,} ledger line from {source}.",
                "Restored {n:,} ledger lines from {source}.",
                self.lines,
                source=source,
            )
        ]
        if self.from_ledger:
            sentences.append(Message("Later, from the ledger: {count:,}.", count=self.from_ledger))
        if self.from_database:
            sentences.append(
                Message("Later, from the database: {count:,}.", count=self.from_database)
            )
        if self.dropped:
            sentences.append(
                plural(
                    "{n:,} line of the replaced ledger could not be verified and is dropped.",
                    "{n:,} lines of the replaced ledger could not be verified and are dropped.",
                    self.dropped,
                )
            )
        kept = (Message("Kept: {name}", name=name) for name in self.kept)
        return joined([joined(sentences), *kept], "\n")


def restore_store(home: Home, name: str | None, by: Person, now: datetime) -> RestoreResult:
    """Replace ledger and database with an intact pair.

    Takes as many lines as can be verified: the present ledger up to its first corrupt line
    if it continues the backup, else the backup's; then every later line that the present
    database still has. The replaced files are kept, and the restore is itself recorded in
    the ledger.

    :param name: a folder in logs/state/backups; None takes the newest intact one.
    :raises ConflictError: a runner is alive.
    :raises InputError: there is no such backup, or nothing to restore from.
    :raises IntegrityError: the named backup is damaged.
    """
    require_no_runner(home)
    backup = _chosen(home, name, now)
    with write_lock(home):
        present = list(_intact(home.ledger))
        base, extra = _verified(backup, present, home.database)
        from_backup = backup.lines if backup else 0
        dropped = max(_complete(home.ledger) - _shared(base, present), 0)
        if not base and not extra:
            raise InputError(
                Message(
                    "There is no backup in {folder}, and no intact line.",
                    folder=home.relative(home.backups),
                ),
                Message("Copy a backup folder there from another disk."),
            )
        text = b"".join(line + b"\n" for line in (*_raw(base), *extra))
        stage = Home(home.state / ".restoring")
        shutil.rmtree(stage.root, ignore_errors=True)
        write_bytes(stage.ledger, text)
        if backup is not None:
            stage.state.mkdir(parents=True)
            if backup.has_database:
                shutil.copyfile(backup.database, stage.database)
        Store(
            stage, proofs=Proofs(home)
        ).require_sound()  # brings the database up to the staged ledger
        kept = [_replace_ledger(home, text)]
        kept.append(replace_database(home, stage.database, "before-restore"))
        shutil.rmtree(stage.root)
    done = RestoreResult(
        backup.folder.name if backup else None,
        len(base) + len(extra),
        len(base) - from_backup if backup else 0,
        len(extra),
        dropped,
        tuple(home.relative(path) for path in kept if path),
    )
    with Store(home).write() as transaction:
        body = StoreRestored(
            backup=done.backup, lines=done.lines, dropped=dropped, kept=list(done.kept)
        )
        transaction.append(body, by=by, at=now, at_week=now)
    return done


def _chosen(home: Home, name: str | None, now: datetime) -> StoreBackup | None:
    stored = _newest_first(backups(home), now)
    if name is not None:
        found = next((b for b in stored if b.folder.name == name), None)
        if found is None:
            names = ", ".join(b.folder.name for b in stored) or "none"
            raise InputError(
                Message("There is no backup {name}.", name=name),
                Message("Use one of: {names}.", names=names),
            )
        verify_backup(found)
        return found
    for backup in stored:
        try:
            verify_backup(backup)
        except IntegrityError:
            continue
        if backup.holds(backup.lines, backup.head):
            return backup
    return None


def _newest_first(stored: list[StoreBackup], now: datetime) -> list[StoreBackup]:
    """A backup from the future was made with a wrong clock: its lines show how new it is."""
    past = [backup for backup in stored if backup.at <= now]
    future = sorted((b for b in stored if b.at > now), key=lambda b: b.lines, reverse=True)
    lines = past[0].lines if past else 0
    newer = [backup for backup in future if backup.lines > lines]
    return [*newer, *past, *(backup for backup in future if backup not in newer)]


def _intact(path: Path) -> Iterator[chain.Line]:
    """The lines up to the first corrupt one."""
    try:
        yield from chain.read(path)
    except IntegrityError:
        return


def _verified(
    backup: StoreBackup | None, present: list[chain.Line], database: Path
) -> tuple[list[chain.Line], list[bytes]]:
    """The lines of backup and present file, and the later ones that the database has."""
    base, backed_up = present, 0
    if backup is not None and backup.lines:
        backed_up = backup.lines
        if [line.sha256 for line in present[backed_up - 1 : backed_up]] != [backup.head]:
            base = list(chain.read_lines(backup.lines_of_ledger()))
    # A file that was rewritten after the backup has an intact chain, but the database has
    # the hashes of the original lines.
    known = _known(database)
    for at in range(backed_up, len(base)):
        if known.get(base[at].seq, base[at].sha256) != base[at].sha256:
            if original := list(_from_database(database, base[at - 1] if at else None)):
                return base[:at], original
            break
    return base, list(_from_database(database, base[-1] if base else None))


def _shared(base: list[chain.Line], present: list[chain.Line]) -> int:
    return sum(a.sha256 == b.sha256 for a, b in zip(base, present, strict=False))


def _known(database: Path) -> dict[int, str]:
    if not database.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return dict(connection.execute("SELECT seq, sha256 FROM ledger"))
    except sqlite3.DatabaseError:
        return {}


def _complete(ledger: Path) -> int:
    return ledger.read_bytes().count(b"\n") if ledger.exists() else 0


def _raw(lines: list[chain.Line]) -> Iterator[bytes]:
    for line in lines:
        yield chain.canonical(line.fields).encode()


def _from_database(database: Path, head: chain.Line | None) -> Iterator[bytes]:
    """The lines after ``head`` from the database, as long as their recomputed hashes match."""
    if not database.exists():
        return
    seq, prev = (head.seq, head.sha256) if head else (0, chain.START)
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            known = connection.execute("SELECT sha256 FROM ledger WHERE seq = ?", (seq,)).fetchone()
            if seq and (known is None or known["sha256"] != prev):
                return
            for row in connection.execute(
                "SELECT * FROM ledger WHERE seq > ? ORDER BY seq", (seq,)
            ):
                moments = {n: iso(datetime.fromisoformat(row[n])) for n in ("at", "at_week")}
                plain = {n: row[n] for n in ("seq", "kind", "week_id", "by", "role", "key")}
                if row["proof"] is not None:
                    plain["proof"] = row["proof"]
                body = {"body": json.loads(row["body"]), "verified": bool(row["verified"])}
                fields = chain.seal({**plain, **moments, **body, "prev": prev})
                if fields["sha256"] != row["sha256"]:
                    return
                prev = fields["sha256"]
                yield chain.canonical(fields).encode()
    except (sqlite3.DatabaseError, ValueError):
        return  # the lines read from a damaged database so far are verified


def _replace_ledger(home: Home, text: bytes) -> Path | None:
    """Rewrite the ledger, if it differs; the old one is kept under a numbered name."""
    if home.ledger.exists():
        if home.ledger.read_bytes() == text:
            return None
        kept = numbered(home.ledger.with_suffix(".before-restore.jsonl"))
        shutil.copy2(home.ledger, kept)
        with kept.open("rb+") as file:
            os.fsync(file.fileno())
        sync_folder(kept.parent)
    else:
        kept = None
    write_bytes(home.ledger, text, private=True)
    sync_folder(home.ledger.parent)
    return kept
