"""Errors, grouped by what the operator must do. Each carries its remedy.

::

    TrainweekError
    ├── InputError        mend what you gave: a file, a flag, a date
    │   ├── PlaybookError     the playbook, with the place in the file
    │   ├── MarketDataError   candles
    │   └── TelemetryError    event files
    ├── SetupError        mend the machine or the home folder: rights, disk, port
    ├── ConflictError     somebody or something else is there: look before you act
    ├── PermissionDenied  ask a person with that right
    └── IntegrityError    what is stored disagrees with itself: stop and inspect
"""

from __future__ import annotations


class TrainweekError(Exception):
    """Base of all our errors.

    :param what: one sentence that names the thing and what is wrong with it.
    :param remedy: one sentence that says what to do about it.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} {remedy}".strip())


class InputError(TrainweekError, ValueError):
    """Mend what you gave."""


class PlaybookError(InputError):
    """The playbook is wrong; ``what`` names the place in the file."""


class MarketDataError(InputError):
    """Candles are missing, unreadable or not clean enough."""


class TelemetryError(InputError):
    """An event folder can't be read at all (damaged files are problems, not errors)."""


class SetupError(TrainweekError):
    """Mend the machine or the home folder."""


class ConflictError(TrainweekError):
    """Somebody or something else is there."""


class PermissionDenied(TrainweekError):
    """The person lacks the right."""


class IntegrityError(TrainweekError):
    """What is stored disagrees with itself."""
