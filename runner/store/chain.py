"""The ledger file: append-only, hash-chained JSON lines.

Each line holds the SHA-256 of the line before it (``prev``) and its own, computed from
its canonical form. A changed, removed, added or reordered line breaks the chain; a chain
that was rewritten as a whole disagrees with the database, which has the hashes too. Only
:mod:`runner.store.transactions` appends, under a lock.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical
from core.errors import IntegrityError, SetupError
from core.files import OWNER_ONLY, sync_folder
from core.language import Message
from runner.store.damage import too_many_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

START = "0" * 64  # ``prev`` of the first line
RESTORE = Message("Keep both files, stop the runner, then: trainweek ledger restore")


@dataclass(frozen=True)
class Line:
    """One complete line of the file, verified against the line before it."""

    fields: Mapping[
        str, Any
    ]  # seq, at, at_week, kind, week_id, by, role, verified, key, body, prev, sha256
    end: int  # byte offset after its newline

    @property
    def seq(self) -> int:
        """Its number, from 1."""
        return int(self.fields["seq"])

    @property
    def sha256(self) -> str:
        """Its hash, which the next line repeats as ``prev``."""
        return str(self.fields["sha256"])


def seal(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their own hash; ``prev`` must be among them."""
    body = {name: value for name, value in fields.items() if name != "sha256"}
    return {**body, "sha256": hashlib.sha256(canonical(body).encode()).hexdigest()}


_OWN_HASH = b',"sha256":"'
_OWN_PREV = b',"prev":"'


def stated_hash(raw: bytes) -> str | None:
    """The hash that a line states of itself, if it is right; None if it is not.

    Without parsing: the line is canonical, so without its own hash it is the very text that
    was hashed. The last such name is the line's own, as no text can hold a bare quote.

    :param raw: with its newline.
    """
    at = raw.rfind(_OWN_HASH)
    if at < 0 or not raw.endswith(b"}\n"):
        return None
    begin = at + len(_OWN_HASH)
    stated, rest = raw[begin : begin + 64], raw[:at] + raw[begin + 65 : -1]
    right = hashlib.sha256(rest).hexdigest()
    return right if stated == right.encode() else None


def continues(raw: bytes, seq: int, prev: str) -> bool:
    """Whether a line with a right hash says that it is line ``seq``, after the one of hash ``prev``.

    Without parsing, as :func:`stated_hash`; of the line's own fields only plain values follow
    ``prev``, and its number stands right before its hash.
    """
    before = raw[: raw.rfind(_OWN_HASH)]
    at = before.rfind(_OWN_PREV)
    begin = at + len(_OWN_PREV)
    return (
        at >= 0
        and before[begin : begin + 65] == f'{prev}"'.encode()
        and before.endswith(f',"seq":{seq}'.encode())
    )


def not_continued(seq: int) -> IntegrityError:
    """What is told of a line with another number or predecessor than its place has."""
    return IntegrityError(
        Message(
            "Line {line:,} of the ledger does not continue the chain: a line was removed, added"
            " or reordered.",
            line=seq,
        ),
        RESTORE,
    )


def parse(raw: bytes, seq: int, prev: str, end: int) -> Line:
    """One line, without its newline.

    :raises IntegrityError: not canonical JSON, or a wrong hash, number or predecessor.
    """
    try:
        fields = json.loads(raw)
        # The canonical text of the fields is the line, so its hash can be taken of the bytes.
        intact = (
            isinstance(fields, dict)
            and canonical(fields).encode() == raw
            and (own := stated_hash(raw + b"\n")) is not None
            and own == fields.get("sha256")
        )
    except (ValueError, RecursionError):
        intact = False
    if not intact:
        raise IntegrityError(Message("Line {line:,} of the ledger was changed.", line=seq), RESTORE)
    if fields.get("seq") != seq or fields.get("prev") != prev:
        raise not_continued(seq)
    return Line(fields, end)


def read(path: Path, start: int = 0, seq: int = 0, prev: str = START) -> Iterator[Line]:
    """The complete lines after byte ``start``, which is the end of line ``seq``.

    A last line without its newline is an interrupted write; it was never acknowledged and
    is not returned.

    :raises IntegrityError: at the first line that breaks the chain.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        yield from read_lines(file, start, seq, prev)


def read_lines(
    raws: Iterable[bytes], start: int = 0, seq: int = 0, prev: str = START
) -> Iterator[Line]:
    """The same of lines that were read already, each with its newline.

    :raises IntegrityError: see :func:`read`.
    """
    end = start
    for raw in raws:
        if not raw.endswith(b"\n"):
            return
        end += len(raw)
        seq += 1
        line = parse(raw[:-1], seq, prev, end)
        prev = line.sha256
        yield line


def first_sum(path: Path) -> str:
    """The hash of the first line, the same on all machines that share a record; "" without one."""
    try:
        with path.open("rb") as file:
            return stated_hash(file.readline(1 << 20)) or ""
    except OSError:
        return ""


def last_sum(path: Path, end: int) -> str | None:
    """The hash of the line that ends at byte ``end``; None if no line ends there."""
    if end == 0:
        return START
    with path.open("rb") as file:
        span = 4096
        while True:
            begin = max(0, end - span)
            file.seek(begin)
            tail = file.read(end - begin)
            if not tail.endswith(b"\n"):
                return None
            cut = tail.rfind(b"\n", 0, -1)
            if cut >= 0 or begin == 0:
                break
            span *= 8
    try:
        fields = json.loads(tail[cut + 1 :])
        return str(fields["sha256"]) if seal(fields)["sha256"] == fields["sha256"] else None
    except (ValueError, KeyError, TypeError):
        return None


def require_lines(path: Path, lines: int, end: int) -> int:
    """Check that the file still has the lines of the database; returns its size in bytes.

    :param end: byte offset at which the last of these lines ends.
    :raises IntegrityError: the file was truncated or changed.
    """
    size = path.stat().st_size if path.exists() else 0
    if size < end or (size and last_sum(path, end) is None):
        raise IntegrityError(
            Message(
                "The database has {lines:,} ledger lines; {path} was truncated or changed"
                " before that.",
                lines=lines,
                path=str(path),
            ),
            RESTORE,
        )
    return size


def append(path: Path, text: bytes, size: int) -> None:
    """Write after byte ``size`` and sync it to the disk.

    Bytes that follow ``size`` are an incomplete, unacknowledged line; they are moved to
    ``audit.torn`` next to the ledger.

    :raises SetupError: not written; the file is unchanged.
    """
    fresh = not path.exists()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    except OSError as error:
        raise _not_saved(path, error) from error
    try:
        torn = os.pread(descriptor, 1 << 20, size)
        if torn:
            with path.with_suffix(".torn").open("ab") as kept:
                kept.write(torn + b"\n")
            os.ftruncate(descriptor, size)
        written = 0
        while written < len(text):
            written += os.pwrite(descriptor, text[written:], size + written)
        os.fsync(descriptor)
        if fresh:
            sync_folder(path.parent)
    except OSError as error:
        os.ftruncate(descriptor, size)
        raise _not_saved(path, error) from error
    finally:
        os.close(descriptor)


def withdraw(path: Path, size: int) -> None:
    """Remove lines whose database commit failed: they were not acknowledged."""
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def _not_saved(path: Path, error: OSError) -> SetupError:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return too_many_files()
    return SetupError(
        Message(
            "NOT saved: {path} can't be written ({error}).", path=str(path), error=error.strerror
        ),
        Message("Free disk space or fix the folder's permissions, then retry."),
    )
