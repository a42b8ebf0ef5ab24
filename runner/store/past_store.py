"""The store as it was at a real moment: the ledger's lines up to then, applied again."""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from sqlalchemy import StaticPool, create_engine, func, select

from core.errors import ConflictError
from core.language import Message
from core.timestamps import iso
from runner.store import schema
from runner.store.apply import apply
from runner.store.row_writer import RowWriter
from runner.store.transactions import Store, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection


class PastStore(Store):
    """In memory, and only to be read. Safe to share between threads.

    A live write and a rebuild change the tables by the same functions, and so does this: no
    table has to be undone, and nothing that was recorded later can get in.

    :param store: the store of now.
    :param at: real time; the lines of that very moment are included.
    """

    def __init__(self, store: Store, at: datetime) -> None:
        self.home = store.home
        self.at = at
        self._one_at_a_time = RLock()  # all threads share the one connection of the memory
        self._engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        with store.read() as source, self._engine.begin() as target:
            schema.metadata.create_all(target)
            table = schema.ledger
            last = source.scalar(select(func.max(table.c.seq)).where(table.c.at <= at))
            lines = source.execute(
                select(table).where(table.c.seq <= (last or 0)).order_by(table.c.seq)
            ).all()
            rows = RowWriter(target)
            for line in lines:
                moments = {"at": iso(line.at), "at_week": iso(line.at_week)}
                apply(rows, {**line._mapping, **moments}, line.end, line.proved)
            rows.flush()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read; others wait for it."""
        with self._one_at_a_time, self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """:raises ConflictError: always."""
        raise ConflictError(
            Message("The past can't be changed."), Message("Go back to now and try again.")
        )
        yield

    def require_sound(self) -> None:
        """It was read from a sound store."""

    def require_ledger(self) -> None:
        """It has no file of its own."""
