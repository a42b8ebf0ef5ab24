"""The fault matrix: each case with its number, how it is injected and what must follow.

A test that injects a case bears :func:`fault`; what it really saw it tells the fixture
``seen``. ``make faults`` prints the table. A case that can't be injected on the kind of
machine that runs the tests stands in :data:`NOT_INJECTED`, with the reason and with what
is tested in its place. ``test_matrix.py`` proves that no number is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

CASES = range(1, 57)


@dataclass(frozen=True)
class NotInjected:
    """A case that this kind of machine can't show."""

    case: str
    reason: str
    instead: str


NOT_INJECTED: dict[int, NotInjected] = {
    18: NotInjected(
        "systemctl --user restart of the runner: jobs live on",
        "needs a systemd user instance, which containers and CI machines don't have",
        "kill -9 of the runner's whole process group, which is more than KillMode=process does, "
        "in test_processes.py; the printed units' KillMode in tests/runner/cli/test_operate.py",
    ),
}


def fault(number: int, *, injected: str, expected: str, no_home: str = "") -> pytest.MarkDecorator:
    """Mark a test as a case of the matrix.

    :param injected: how the fault is made, in a few words.
    :param expected: what the promise is.
    :param no_home: why the case has no database that could be damaged; "" if it has one.
    """
    if number not in CASES:
        raise ValueError(f"The matrix has no case {number}.")
    return pytest.mark.fault(number, injected=injected, expected=expected, no_home=no_home)
