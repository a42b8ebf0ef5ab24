"""The one runner of a shared store: a row that it renews, by the server's clock.

The epoch fences every write, whatever becomes of this row; the row keeps a second runner from
taking over from one that lives. A lock of a file would hold on one machine only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, cast, delete, func, inspect, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from core.errors import ConflictError
from core.language import Message
from core.timestamps import iso
from runner.records import RunnerStatus
from runner.store.postgresql.server import engine_of
from runner.store.postgresql.tables import runner_lease

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from runner.store.runner_place import RunnerPlace


def require_free(connection: Connection, mine: RunnerPlace, lease_s: float) -> None:
    """Check that no other runner lives.

    One that had the same file's lock on this machine has let go of it, so it is dead.

    :raises ConflictError: one does; names its machine.
    """
    found = _row(connection)
    if found is None or found.age >= lease_s:
        return
    if (found.boot_id, found.home) == (mine.boot_id, mine.home):
        return
    raise ConflictError(
        Message(
            "A runner is already active for this database: on {host}, pid {pid}, since {time}.",
            host=found.host,
            pid=str(found.pid),
            time=iso(found.since),
        ),
        Message(
            "Use that one, or stop it there (trainweek runner --stop). A machine that is gone is"
            " given up after {seconds:g} s.",
            seconds=lease_s,
        ),
    )


def take(connection: Connection, epoch: int, mine: RunnerPlace) -> None:
    """Become the holder, with the transaction that begins the epoch."""
    now = func.clock_timestamp()
    values: dict[str, Any] = {**mine._asdict(), "epoch": epoch, "since": now, "renewed_at": now}
    added = insert(runner_lease).values(one=1, **values)
    connection.execute(added.on_conflict_do_update(index_elements=["one"], set_=values))


def renew(connection: Connection, epoch: int) -> bool:
    """Say that the runner of an epoch lives; whether it is still the holder."""
    query = update(runner_lease).where(runner_lease.c.epoch == epoch)
    return connection.execute(query.values(renewed_at=func.clock_timestamp())).rowcount == 1


def let_go(connection: Connection, epoch: int) -> None:
    """The runner of an epoch has ended: the next one need not wait."""
    connection.execute(delete(runner_lease).where(runner_lease.c.epoch == epoch))


def status(connection: Connection, lease_s: float) -> RunnerStatus:
    """Whether a runner lives, on whatever machine, by the server's clock."""
    row = _row(connection)
    if row is None:
        return RunnerStatus(alive=False)
    return RunnerStatus(row.age < lease_s, row.pid, row.host, row.since, row.age, row.epoch)


def status_at(address: str, lease_s: float) -> RunnerStatus | None:
    """The same, asked of a server; None while it can't be asked."""
    try:
        with engine_of(address).connect() as connection:
            if not inspect(connection).has_table(runner_lease.name):
                return RunnerStatus(alive=False)
            return status(connection, lease_s)
    except DBAPIError:
        return None


def _row(connection: Connection) -> Row[Any] | None:
    since = func.clock_timestamp() - runner_lease.c.renewed_at
    age = cast(func.greatest(func.extract("epoch", since), 0), Float)
    return connection.execute(select(runner_lease, age.label("age"))).first()
