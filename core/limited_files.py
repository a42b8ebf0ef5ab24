"""Files and archives from outside, read with a limit: their size, their members, their depth."""

from __future__ import annotations

import errno
import json
import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

MB = 1_000_000
# Bytes. A record is what we write as JSON or a person as YAML: playbook, manifest, settings.
MOST_RECORD, MOST_CAPSULE, MOST_TABLE, MOST_MODEL = 32 * MB, 256 * MB, 256 * MB, 512 * MB
MOST_DEPTH = 100  # of JSON; ours has less than 15 levels
_ENDING, _ENDING_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_COMMENT = 1 << 16


def read_limited(path: Path, most: int) -> bytes:
    """The content of an ordinary file; never of a device, a pipe or a socket.

    :param most: bytes that it may have.
    :raises OSError: it is none, has more, or can't be read; ``strerror`` says which.
    """
    # Without waiting: to open a pipe blocks until somebody writes.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most / MB:,.0f} MB", str(path))
    return content


def read_limited_text(path: Path, most: int = MOST_RECORD, encoding: str = "utf-8") -> str:
    """:func:`read_limited` as text, with the newlines of Unix.

    :raises OSError: see :func:`read_limited`.
    :raises UnicodeDecodeError: other bytes than the encoding's.
    """
    text = read_limited(path, most).decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_of(content: bytes | str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """JSON of at most :data:`MOST_DEPTH` levels.

    :raises ValueError: not JSON, or nested deeper.
    """
    try:
        read = json.loads(content, parse_constant=parse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level = [read]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                inner += (each for each in part.values() if isinstance(each, dict | list))
            elif isinstance(part, list):
                inner += (each for each in part if isinstance(each, dict | list))
        if not inner:
            return read
        level = inner
    raise ValueError("nested too deeply")


class ArchiveLimitError(zipfile.BadZipFile):
    """An archive holds more than it may; the argument is a :class:`Message`."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold, before any of it is unpacked."""

    members: int
    unpacked: int  # bytes of all members together
    ratio: int  # unpacked bytes for each byte of the archive
    small: int = 16 * MB  # so many unpacked bytes may have any ratio


def limited_archive(file: BinaryIO, limits: ArchiveLimits) -> zipfile.ZipFile:
    """Open a zip whose members keep the limits.

    The sizes that it states are binding: zipfile reads no more of a member than that.

    :param file: seekable.
    :raises ArchiveLimitError: it holds more.
    :raises zipfile.BadZipFile: it is no zip.
    """
    size = file.seek(0, os.SEEK_END)
    _require_short_list(file, size, limits)
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.members:
        archive.close()
        raise ArchiveLimitError(
            Message("it has more than {most:,} files inside", most=limits.members)
        )
    if unpacked > min(limits.unpacked, max(limits.small, limits.ratio * size)):
        archive.close()
        raise ArchiveLimitError(
            Message(
                "its {size:.1f} MB unpack to {unpacked:,.0f} MB",
                size=size / MB,
                unpacked=unpacked / MB,
            )
        )
    return archive


def _require_short_list(file: BinaryIO, size: int, limits: ArchiveLimits) -> None:
    """Look at the length of the list of members, as zipfile finds it, before zipfile reads it."""
    file.seek(max(0, size - _COMMENT - 100))
    end = file.read()
    at = len(end) - 22 if end[-22:-18] == _ENDING and end[-2:] == b"\0\0" else end.rfind(_ENDING)
    if at < 0 or len(end) - at < 22:
        return  # zipfile says that it is no zip
    (length,) = struct.unpack_from("<L", end, at + 12)
    if at >= 76 and end[at - 20 : at - 16] == _LOCATOR and end[at - 76 : at - 72] == _ENDING_64:
        (length,) = struct.unpack_from("<Q", end, at - 76 + 40)
    if length > 300 * limits.members:  # bytes; an entry has 46, its name and extra fields
        raise ArchiveLimitError(
            Message("it has more than {most:,} files inside", most=limits.members)
        )
