"""The connection to the database server, its one lock for writers, and its errors as ours."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError

from core.errors import InputError, SetupError, TrainweekError
from core.language import Message
from runner.store.damage import busy
from runner.store_address import shown_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

SETTING = "store_url"
_CONNECT_S = 5
_STUCK_S = 30  # a writer that was stopped in the middle keeps all others waiting for so long
_WRITERS = 0x747261696E7765  # any number that all machines know: "trainwe"
_SERIALIZATION, _LOCK_TIMEOUT = ("40001", "40P01"), "55P03"
_REFUSED = ("25006", "42501", "53100")  # read-only, no permission, disk full
_UNUSABLE_TEXT = ("22021", "22P05")


class ServerAway(SetupError):
    """The database server can't be reached; what needs it can be done when it is back."""


def engine_of(address: str) -> Engine:
    """The connections of this process to a server; they are opened when needed."""
    return _engines_of(os.getpid())(address)  # a connection must not cross a fork


@cache
def _engines_of(_process: int) -> Callable[[str], Engine]:
    return cache(_new_engine)


def _new_engine(address: str) -> Engine:
    return create_engine(
        make_url(address).set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",  # a read sees one moment
        pool_pre_ping=True,  # the server may have been restarted since
        pool_recycle=1800,
        max_overflow=20,
        connect_args={
            "application_name": "trainweek",
            "connect_timeout": _CONNECT_S,
            "prepare_threshold": None,  # a pooler gives each transaction another connection
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


@contextmanager
def locked(engine: Engine, timeout_s: float) -> Iterator[Connection]:
    """A write transaction that no other machine has at the same time.

    The lock ends with the transaction. The block commits; what it has not committed is undone.

    :raises sqlalchemy.exc.DBAPIError: the server is away, or others held the lock for too long.
    """
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        connection.execute(
            text(
                "SELECT set_config('lock_timeout', :lock, true), "
                "set_config('idle_in_transaction_session_timeout', :stuck, true)"
            ),
            {"lock": f"{max(int(timeout_s * 1000), 1)}ms", "stuck": f"{_STUCK_S}s"},
        )
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield connection


def is_gone(error: DBAPIError) -> bool:
    """Whether the connection was lost, so that nothing tells what became of a commit."""
    state = _state(error)
    if error.connection_invalidated:
        return True
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(("08", "57P")) or state in ("53300", "25P03")


def may_repeat(error: DBAPIError) -> bool:
    """Whether the same transaction can succeed if it is done again."""
    return is_gone(error) or _state(error) in _SERIALIZATION


def is_locked_out(error: DBAPIError) -> bool:
    """Whether others held the writers' lock for too long."""
    return _state(error) == _LOCK_TIMEOUT


@contextmanager
def server_errors(address: str) -> Iterator[None]:
    """Raise the server's errors as ours.

    :raises ServerAway: it can't be reached, or refused to let us in.
    :raises ConflictError: others kept it busy.
    :raises SetupError: it refuses to write.
    :raises InputError: a text that it can't hold.
    """
    try:
        yield
    except DBAPIError as error:
        if (ours := _told(error, address)) is None:
            raise
        raise ours from error


def away(address: str, error: DBAPIError) -> ServerAway:
    """What is told of a server that can't be reached."""
    said = " ".join(str(error.orig).split())
    where = {"setting": SETTING, "address": shown_address(address), "error": said}
    what = Message("{setting}: the database server {address} can't be reached: {error}", **where)
    if "password" in said or "authentication" in said or "role" in said:
        return ServerAway(
            what,
            Message(
                "Give the user's password in PGPASSWORD or in the file that PGPASSFILE names;"
                " nothing was saved."
            ),
        )
    if "database" in said and "does not exist" in said:
        return ServerAway(
            what, Message("Create it (createdb), or correct the setting; nothing was saved.")
        )
    return ServerAway(
        what,
        Message(
            "Start the server, or correct the setting. Runner and pages go on by themselves when"
            " it is back; nothing was saved."
        ),
    )


def _told(error: DBAPIError, address: str) -> TrainweekError | None:
    state = _state(error)
    if state == _LOCK_TIMEOUT or state in _SERIALIZATION:
        return busy()
    if is_gone(error):
        return away(address, error)
    if state in _REFUSED:
        return SetupError(
            Message(
                "NOT saved: the database of {setting} ({address}) can't be written: {error}",
                setting=SETTING,
                address=shown_address(address),
                error=" ".join(str(error.orig).split()),
            ),
            Message("Its administrator has to give it space, or our user the right to write."),
        )
    if state in _UNUSABLE_TEXT or (isinstance(error, DataError) and state is None):
        return InputError(
            Message("NOT saved: the text has a character that the database can't hold."),
            Message("Remove that character."),
        )
    return None


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
