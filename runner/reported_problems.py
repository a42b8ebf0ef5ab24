"""Log lines for recurring problems: one when a problem appears or changes, one when it is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


class ReportedProblems:
    """The present problem of each subject, so that a full disk does not fill its own log."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._reported: dict[str, str] = {}

    def report(self, subject: str, what: object) -> None:
        """Log the subject's problem, unless it is the one logged last."""
        text = str(what)
        if self._reported.get(subject) != text:
            self._reported[subject] = text
            self._log.error("%s: %s", subject, text)

    def solved(self, subject: str) -> None:
        """Clear the subject's problem, and log that if it had one."""
        if self._reported.pop(subject, None) is not None:
            self._log.info("%s: the problem is solved.", subject)
