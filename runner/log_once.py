"""Errors that come back at each look: said once until they change, and once when they are over."""

from __future__ import annotations

import logging


class Troubles:
    """What is wrong now, by subject, so that a full disk does not fill its own log."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: dict[str, str] = {}

    def tell(self, subject: str, what: object) -> None:
        """Log it, if it is another trouble than the subject's last one."""
        text = str(what)
        if self._told.get(subject) != text:
            self._told[subject] = text
            self._log.error("%s: %s", subject, text)

    def over(self, subject: str) -> None:
        """The subject is well; said if it was not."""
        if self._told.pop(subject, None) is not None:
            self._log.info("%s: the trouble is over.", subject)
