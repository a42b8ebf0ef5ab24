"""Log lines for recurring problems: one when a problem appears or changes, one when it is solved."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import TrainweekError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator


class ReportedProblems:
    """The present problem of each subject, so that a full disk does not fill its own log."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._reported: dict[str, str] = {}

    @contextmanager
    def guarding(self, subject: str, through: type[Exception]) -> Iterator[None]:
        """Report whatever goes wrong with one subject, so that the others are still supervised.

        A problem that is not of the machine or the input is a fault of ours: it is logged
        with its traceback, and must not end the runner of all other jobs.

        :param through: an exception that does end the work.
        """
        try:
            yield
        except through:
            raise
        except (TrainweekError, OSError) as error:
            self.report(subject, error)
        except Exception as error:  # the runner must survive the fault of one job or week
            self.report(subject, f"unexpected {type(error).__name__}: {error}", error)
        else:
            self.solved(subject)

    def report(self, subject: str, what: object, fault: Exception | None = None) -> None:
        """Log the subject's problem, unless it is the one logged last.

        :param fault: an exception whose traceback is logged with it.
        """
        text = str(what)
        if self._reported.get(subject) != text:
            self._reported[subject] = text
            self._log.error("%s: %s", subject, text, exc_info=fault)

    def solved(self, subject: str) -> None:
        """Clear the subject's problem, and log that if it had one."""
        if self._reported.pop(subject, None) is not None:
            self._log.info("%s: the problem is solved.", subject)
