"""Errors, grouped by what the operator must do. Each carries its remedy.

::

    TrainweekError
    ├── InputError        fix the input: a file, a flag, a date
    │   ├── PlaybookError     the playbook, with the place in the file
    │   ├── MarketDataError   candles
    │   └── TelemetryError    event files
    ├── SetupError        fix the machine or the data directory: permissions, disk, port
    ├── ConflictError     something else is already there: check before you act
    ├── PermissionDenied  ask a person with that right
    └── IntegrityError    the stored data contradict each other: stop and inspect
"""

from __future__ import annotations


class TrainweekError(Exception):
    """Base of all our errors.

    :param what: one sentence that names the object and what is wrong with it. It may be a
        :class:`core.language.Message`, for pages that show it in the reader's language.
    :param remedy: one sentence that says what to do about it; it may be a message, too.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} {remedy}".strip())


class InputError(TrainweekError, ValueError):
    """Invalid input. Fix it and retry."""


class PlaybookError(InputError):
    """The playbook is wrong; ``what`` names the place in the file."""


class MarketDataError(InputError):
    """Candles are missing, unreadable or not clean enough."""


class TelemetryError(InputError):
    """An event folder can't be read at all (damaged files are problems, not errors)."""


class SetupError(TrainweekError):
    """Fix the machine or the data directory."""


class ConflictError(TrainweekError):
    """Something else is already there."""


class PermissionDenied(TrainweekError):
    """The person lacks the right."""


class IntegrityError(TrainweekError):
    """The stored data contradict each other."""
