"""A record that several machines share: its server, and what is kept of it here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.language import Message, literal
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.home.shared_folders import not_the_runners, unmarked
from runner.store.opening import shared_address
from runner.store.schema import REVISION
from runner.store_address import shown_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"


def database(address: str) -> Iterator[CheckResult]:
    """Whether the server answers, how fast, and whether the schema is ours. Changes nothing."""
    from runner.store.postgresql.server import away, engine_of

    try:
        with engine_of(address).connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
            began = time.monotonic()
            there = connection.scalar(text(_REVISION))
            took = time.monotonic() - began
            present = (
                connection.scalar(text("SELECT version_num FROM alembic_version"))
                if there
                else None
            )
    except DBAPIError as error:
        told = away(address, error)
        yield failed("database", literal(told.what), literal(told.remedy))
        return
    state = Message(
        "PostgreSQL {version}, {address}, schema {revision}, answers in {ms:.1f} ms.",
        version=str(version),
        address=shown_address(address),
        revision=present or "-",
        ms=took * 1000,
    )
    if present is None:
        yield passed("database", Message("The database is empty; the first start fills it."))
    elif present > REVISION:
        what = Message(
            "It has schema {present}; this trainweek knows schemas up to {known}.",
            present=present,
            known=REVISION,
        )
        yield failed("database", what, Message("Use the newer trainweek on this machine too."))
    elif present != REVISION:
        what = Message(
            "It has schema {present}; this trainweek uses {known}.",
            present=present,
            known=REVISION,
        )
        yield warned("database", what, Message("The next start migrates it: back it up first."))
    else:
        yield passed("database", state)


def folders(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether logs, models, reports and candles here are the runner's, where the record is shared.

    :raises ConflictError: one of them is another record's.
    """
    if shared_address(home) is None:
        return
    bare = unmarked(home)
    if not bare:
        yield passed("folders", Message("Logs, models, reports and data are the runner's."))
    elif settings.sync_url is not None:
        yield passed("folders", Message("Logs, models and reports are fetched (sync_url)."))
    else:
        yield failed("folders", *not_the_runners(home, bare))


def backups(home: Home) -> CheckResult:
    """What stands in for the hourly backups of a file."""
    return passed(
        "backups",
        Message(
            "The database is its administrator's to back up (pg_dump); {file} is a copy of the"
            " whole record.",
            file=home.relative(home.ledger),
        ),
    )
