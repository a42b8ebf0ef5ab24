"""A record that several machines share: its server, and what is kept of it here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.language import Message, literal
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.store.schema import REVISION
from runner.store_address import shown_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.paths import Home

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
