"""The dashboard's log: every unexpected error of a page, with the reference that the page shows."""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from core.error_reference import ErrorReference
from core.language import Message
from core.paths import Home

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger("trainweek.dashboard")
# What Streamlit catches itself, as in a callback outside of our boundaries.
_STREAMLIT = "streamlit.error_util"


class _Appended(logging.Handler):
    """Appends each record to the log of the home, opened each time: the runner may rotate it."""

    def emit(self, record: logging.LogRecord) -> None:
        path = Home.find().dashboard_log
        if _is_stderr(path):
            return  # `trainweek up` sends stderr to this file, where Python's own handler writes
        text = self.format(record)
        if record.name == _STREAMLIT and record.exc_info:
            text = f"{_reference(record.exc_info[1]).line}\n{text}"
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        except OSError:
            self.handleError(record)  # to stderr


def set_up() -> None:
    """Send the errors of pages to ``logs/state/dashboard.log`` as well as to stderr."""
    for name in (log.name, _STREAMLIT):
        logger = logging.getLogger(name)
        if not any(isinstance(handler, _Appended) for handler in logger.handlers):
            logger.addHandler(_Appended())
    if not any(type(handler) is logging.StreamHandler for handler in log.handlers):
        log.addHandler(logging.StreamHandler())
        log.propagate = False


def record(error: Exception) -> str:
    """Write the error with its traceback; returns the reference for the page."""
    found = _reference(error)
    log.error("%s", found.line, exc_info=error)
    return found.reference


def _reference(error: BaseException | None) -> ErrorReference:
    now = datetime.now(UTC).replace(microsecond=0)
    return ErrorReference(uuid4().hex[:8], now, type(error).__name__)


def _is_stderr(path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat())
    except (OSError, ValueError, AttributeError):
        return False  # stderr is closed or replaced, or there is no such file yet


def unexpected(error: Exception) -> Message:
    """The sentence about an error that was not foreseen, with its reference in the log."""
    return Message(
        "Unexpected error ({kind}). Details are in `logs/state/dashboard.log` under the reference "
        "{reference}.",
        kind=type(error).__name__,
        reference=record(error),
    )
