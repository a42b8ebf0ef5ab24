"""Sending through Apprise, and what may be said about a failure: never a part of the address."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from core.language import Message

if TYPE_CHECKING:
    from core.alerts.messages import AlertMessage

_STATUS = re.compile(r"error=([1-5][0-9]{2})\b")
_NOT_KNOWN = Message("the address is not one that Apprise knows")


class _Statuses(logging.Handler):
    """Collects HTTP statuses; the lines themselves may hold what is secret."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status of a line that has one."""
        self.found += _STATUS.findall(record.getMessage())


def problem_of_address(address: str) -> Message | None:
    """Why nothing can be sent there; None if it can be tried. Sends nothing."""
    import apprise  # a third of a second; only senders and the doctor need it

    with _quiet():
        return None if apprise.Apprise.instantiate(address) is not None else _NOT_KNOWN


def send(address: str, message: AlertMessage) -> Message | None:
    """Send one message; returns why it did not arrive, None if the receiver took it."""
    import apprise

    # No threads: the process ends by its alarm. No files: Apprise would keep what it learned.
    asset = apprise.AppriseAsset(
        app_id="trainweek",
        app_desc="trainweek",
        async_mode=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    kind = apprise.NotifyType.INFO
    if message.resolved:
        kind = apprise.NotifyType.SUCCESS
    elif message.level == "critical":
        kind = apprise.NotifyType.FAILURE
    elif message.level == "warning":
        kind = apprise.NotifyType.WARNING
    with _quiet() as statuses:
        target = apprise.Apprise(asset=asset)
        if not target.add(address):
            return _NOT_KNOWN
        taken = target.notify(
            title=message.title,
            body=message.body,
            notify_type=kind,
            body_format=apprise.NotifyFormat.TEXT,
        )
    if taken:
        return None
    if statuses.found:
        return Message("the receiver answered {status}", status=statuses.found[-1])
    return Message("the receiver can't be reached, or refused it")


class _quiet:  # noqa: N801
    """Apprise's own log goes nowhere but to the collector of statuses."""

    def __enter__(self) -> _Statuses:
        self._log, self._handler = logging.getLogger("apprise"), _Statuses()
        self._before = self._log.propagate, self._log.level
        self._log.addHandler(self._handler)
        self._log.propagate = False
        self._log.setLevel(logging.DEBUG)
        return self._handler

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self._handler)
        self._log.propagate, level = self._before
        self._log.setLevel(level)
