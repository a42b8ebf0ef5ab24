"""Lines of ``training.log``: ``2026-02-23T14:00:01Z [INFO] Starting PPO training...``"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError, SetupError
from core.facts import LogFacts
from core.language import Message
from core.timestamps import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

TAGS = ("INFO", "WARN", "ERROR", "ISSUE", "CHECK", "PERFORMANCE")

KEPT = 1000  # lines kept per tag
_LINE = re.compile(r"(?:(?P<at>\d{4}-\d\d-\d\dT\S+)\s+)?\[(?P<tag>[A-Z]+)\]\s?(?P<message>.*)")


@dataclass(frozen=True)
class LogLine:
    """One line. ``tag`` is "" for a line without one (a traceback, a library's print)."""

    text: str  # the whole line, as written
    tag: str = ""
    message: str = ""
    at: datetime | None = None  # real; a line without a time has that of the line before


def parse_lines(lines: Iterable[str]) -> Iterator[LogLine]:
    """Parse lines in order. Every line is accepted; one without a tag gets the tag ""."""
    at: datetime | None = None
    for text in lines:
        text = text.rstrip("\r\n")
        match = _LINE.match(text)
        if match is None:
            yield LogLine(text, at=at, message=text)
            continue
        if match["at"]:
            at = _moment(match["at"]) or at
        yield LogLine(text, match["tag"], match["message"], at)


def read_log(
    path: Path, since: datetime | None = None, until: datetime | None = None
) -> Iterator[LogLine]:
    """Lines of a log between two real moments, both included.

    Lines before the first timestamp have no time and are always included.

    :raises FileNotFoundError: there is no such log.
    :raises SetupError: no permission to read it.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in parse_lines(file):
                if line.at is not None and until is not None and line.at > until:
                    continue
                if line.at is not None and since is not None and line.at < since:
                    continue
                yield line
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SetupError(
            Message(
                "{path} can't be read: {error}.",
                path=str(path),
                error=error.strerror or str(error),
            ),
            Message("Fix the file's permissions."),
        ) from error


def read_log_facts(
    path: Path,
    shown_as: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> LogFacts:
    """The log's facts between two real moments. An unreadable log counts as missing.

    :param shown_as: name of the file for people.
    """
    found: dict[str, list[str]] = {"ERROR": [], "WARN": [], "ISSUE": []}
    last: datetime | None = None
    try:
        for line in read_log(path, _whole_second(since), until):
            last = line.at or last
            kept = found.get(line.tag)
            if kept is not None and len(kept) < KEPT:
                kept.append(line.text)
    except (FileNotFoundError, SetupError):
        return LogFacts(shown_as or str(path), exists=False)
    return LogFacts(
        shown_as or str(path),
        exists=True,
        errors=tuple(found["ERROR"]),
        warnings=tuple(found["WARN"]),
        issues=tuple(found["ISSUE"]),
        last_line_at=last,
    )


def _moment(text: str) -> datetime | None:
    try:
        return parse_moment(text)
    except InputError:
        return None


def _whole_second(moment: datetime | None) -> datetime | None:
    """Log times have whole seconds: a line written right after the start must not precede it."""
    return None if moment is None else moment.replace(microsecond=0)
