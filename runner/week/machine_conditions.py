"""What is wrong with the machine: its disk, the record and its backups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.alerts.conditions import Condition, said_in_all
from core.alerts.kinds import EventKind
from core.language import Message
from core.timestamps import age_text
from core.vocabulary import Severity
from runner.home.filesystem import LOW_BYTES, OUT_BYTES, free_bytes
from runner.home.runner_identity import read_identity
from runner.recovery.kept_verification import found_problem
from runner.store import schema
from runner.store.kept_backups import LATE, backups
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings
    from runner.store import Store

_FIRST_BACKUP = timedelta(minutes=5)
_AWAY = timedelta(minutes=1)  # a restart is quicker


def machine_conditions(
    home: Home, settings: Settings, began: datetime, now: datetime
) -> Iterator[Condition]:
    """Disk, record and backups of a home at a real moment.

    :param began: when the runner began; it needs some time for its first backup.
    """
    yield from _disk(home, now)
    yield from _record(home)
    if now - began > _FIRST_BACKUP:
        yield from _backups(home, settings, began, now)


def _disk(home: Home, now: datetime) -> Iterator[Condition]:
    free = free_bytes(home)
    if free is not None and free < LOW_BYTES:
        yield Condition(
            key="disk",
            kind=EventKind.DISK,
            level=Severity.CRITICAL if free < OUT_BYTES else Severity.WARNING,
            subject=said_in_all(Message("Disk almost full")),
            text=said_in_all(Message("{free:.2f} GB are free.", free=free / 1e9)),
            page="jobs",
            since=now,
            since_known=False,
        )


def _record(home: Home) -> Iterator[Condition]:
    """What the last verification of everything found: until a start, nothing else may see it."""
    found = found_problem(home)
    if found is None or not found.grave:
        return
    yield Condition(
        key="record:verified",
        kind=EventKind.RECORD,
        level=Severity.CRITICAL,
        subject=said_in_all(Message("The record was changed")),
        text=said_in_all(found.what),
        since=found.at,
    )


def _backups(home: Home, settings: Settings, began: datetime, now: datetime) -> Iterator[Condition]:
    interval = settings.backup_interval_s
    newest = next((each.at for each in backups(home) if each.at <= now), None)
    since = newest or began
    age = (now - since).total_seconds()
    if not interval or shared_address(home) is not None or age <= LATE * interval:
        return
    text = (
        Message("No backup of the record was made in {age}.", age=age_text(age))
        if newest is None
        else Message("The newest backup of the record is {age} old.", age=age_text(age))
    )
    yield Condition(
        key="backups",
        kind=EventKind.BACKUP,
        level=Severity.WARNING,
        subject=said_in_all(Message("Backups are overdue")),
        text=said_in_all(text),
        since=since,
    )


def unplanned_absence(home: Home, store: Store, began: datetime) -> Condition | None:
    """That the runner before this one did not end by itself, and since when it was away.

    To be asked before this one writes its own identity.

    :param began: when this runner began.
    """
    before = read_identity(home)
    if before is None or began - before.heartbeat < _AWAY:
        return None
    runners = schema.runners
    with store.read() as connection:
        ended = connection.scalar(select(runners.c.ended_at).where(runners.c.epoch == before.epoch))
    if ended is not None:
        return None
    text = Message(
        "It was away for {age} without having been stopped; jobs went on without supervision.",
        age=age_text(began - before.heartbeat),
    )
    return Condition(
        key=f"runner-away:{before.epoch}",
        kind=EventKind.UNREACHABLE,
        level=Severity.WARNING,
        subject=said_in_all(Message("The runner is back")),
        text=said_in_all(text),
        todo=said_in_all(Message("Look at its log, and at what happened on the machine.")),
        page="jobs",
        since=before.heartbeat,
    )
