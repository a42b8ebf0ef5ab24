"""Places at which a test makes a real process fail. Without a plan they do nothing.

``TRAINWEEK_FAIL=after_spawn:kill`` kills the process when it first reaches
``fail_here("after_spawn")``. The actions: ``kill`` (SIGKILL), ``stop`` (SIGSTOP),
``exit`` (code 70, without any clean-up), ``raise`` (:class:`Failpoint`) and ``enospc``
(``OSError``, the disk is full). ``:kill@3`` means the third time, ``:enospc@3+`` the third
and every later time; commas separate several.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "TRAINWEEK_FAIL"
_FAULT = re.compile(r"(?P<place>\w+):(?P<action>\w+)(?:@(?P<hit>[1-9]\d*)(?P<on>\+?))?")


class Failpoint(Exception):
    """A requested failure."""


@dataclass
class _Fault:
    action: Callable[[str], None]
    hit: int
    later: bool  # at every later hit too
    hits: int = 0


def _send(number: signal.Signals) -> Callable[[str], None]:
    # To this thread, which handles it at once. A signal to the process may wait for another
    # thread to be scheduled, while this one continues.
    return lambda place: signal.pthread_kill(threading.get_ident(), number)


def _raise(place: str) -> None:
    raise Failpoint(f"{VARIABLE} requested a failure at {place}")


def _no_space(place: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place)


_ACTIONS: dict[str, Callable[[str], None]] = {
    "kill": _send(signal.SIGKILL),
    "stop": _send(signal.SIGSTOP),
    "exit": lambda place: os._exit(70),
    "raise": _raise,
    "enospc": _no_space,
}

_faults: dict[str, _Fault] = {}


def arm(text: str) -> None:
    """Plan these failures and discard earlier plans.

    :raises ValueError: not of the form above; a test with a fault that is never injected
        would pass without a reason.
    """
    faults = {}
    for part in filter(None, text.split(",")):
        found = _FAULT.fullmatch(part.strip())
        if found is None or found["action"] not in _ACTIONS:
            raise ValueError(f"{VARIABLE} has {part!r}; write place:action, place:action@2.")
        faults[found["place"]] = _Fault(
            _ACTIONS[found["action"]], int(found["hit"] or 1), bool(found["on"])
        )
    _faults.clear()
    _faults.update(faults)


def fail_here(place: str) -> None:
    """Fail, if a failure is planned at this place."""
    if not _faults or (fault := _faults.get(place)) is None:
        return
    fault.hits += 1
    if fault.hits == fault.hit or (fault.later and fault.hits > fault.hit):
        fault.action(place)


arm(os.environ.get(VARIABLE, ""))
