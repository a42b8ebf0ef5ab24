"""The dead man's switch: an address that is called while all is well, so that silence is noticed."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from core.errors import SetupError, TrainweekError
from core.language import Message
from runner.alerts.channels import address_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.alerts.alerts_file import Heartbeat
    from core.ledger_bodies.body import LedgerHead
    from core.paths import Home
    from runner.reported_problems import ReportedProblems

TIMEOUT_S = 10.0
_SUBJECT = "The heartbeat"  # of its problems in the log


class HeartbeatCalls:
    """Calls the address at an interval, in a thread: a receiver that hangs gets no second call.

    :param variables: the environment.
    """

    def __init__(
        self, home: Home, variables: Mapping[str, str], problems: ReportedProblems
    ) -> None:
        self.home, self.variables, self._problems = home, variables, problems
        self._next: float | None = None
        self._call: threading.Thread | None = None

    def tick(self, heartbeat: Heartbeat, head: LedgerHead | None, now_s: float) -> None:
        """Call the address if it is time; only to be called while all is well.

        :param head: the ledger's last line, which is sent along if the file says so.
        :param now_s: monotonic seconds.
        """
        if self._next is not None and now_s < self._next:
            return
        if self._call is not None and self._call.is_alive():
            return
        self._next = now_s + heartbeat.every_s
        body = f"{head.line} {head.sha256}\n" if head and heartbeat.ledger_head else None
        self._call = threading.Thread(
            target=self._send, args=(heartbeat, body), name="heartbeat", daemon=True
        )
        self._call.start()

    def close(self) -> None:
        """Wait for a call that is at work, but not for long."""
        if self._call is not None:
            self._call.join(1.0)

    def _send(self, heartbeat: Heartbeat, body: str | None) -> None:
        try:
            call(address_of(heartbeat, self.home, self.variables), body)
        except urllib.error.HTTPError as error:
            self._problems.report(_SUBJECT, f"the receiver answered {error.code}")
        except TrainweekError as error:
            self._problems.report(_SUBJECT, error)
        except Exception as error:  # its text may hold the address
            self._problems.report(_SUBJECT, f"not received: {type(error).__name__}")
        else:
            self._problems.solved(_SUBJECT)


def call(address: str, body: str | None) -> None:
    """Call an address once: GET, or POST with a body.

    :raises SetupError: it is no web address.
    :raises OSError: it can't be reached, or answers with an error.
    """
    if not address.startswith(("http://", "https://")):
        raise SetupError(
            Message("The address of the heartbeat is not a web address."),
            Message("Use one that begins with https:// or http://."),
        )
    request = urllib.request.Request(
        address,
        data=None if body is None else body.encode(),
        headers={"User-Agent": "trainweek", "Content-Type": "text/plain; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):
        pass
