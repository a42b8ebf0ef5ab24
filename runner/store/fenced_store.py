"""Writing as the runner: each write proves first that this runner is still the one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from core.errors import ConflictError
from core.people import Person
from core.vocabulary import Role
from runner.records import LedgerEntry
from runner.store import Store, Transaction
from runner.store.queries import week_moment

RUNNER = Person("runner", Role.ENGINEER)


class StaleRunner(ConflictError):
    """Another runner has taken over; this one must end without another write."""


class FencedWrite:
    """A transaction in the runner's name."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.now = now

    def append(self, kind: str, body: Mapping[str, Any], week_id: str | None) -> LedgerEntry:
        return self.transaction.append(
            kind,
            body,
            by=RUNNER,
            at=self.now,
            at_week=week_moment(self.connection, week_id, self.now),
            week_id=week_id,
        )


class FencedStore:
    """Guards the writes of one runner by its epoch."""

    def __init__(self, store: Store, epoch: int) -> None:
        self.store = store
        self.epoch = epoch

    @classmethod
    def claim(cls, store: Store, host: str, pid: int, now: datetime) -> FencedStore:
        """Begin a new epoch; every older runner is stale from here on."""
        with store.write() as transaction:
            epoch = store.epoch(transaction.connection) + 1
            body = {"action": "start", "epoch": epoch, "host": host, "pid": pid}
            FencedWrite(transaction, now).append("runner", body, None)
        return cls(store, epoch)

    @contextmanager
    def write(self, now: datetime) -> Iterator[FencedWrite]:
        """
        :raises StaleRunner: another runner took over; nothing was written.
        """
        with self.store.write() as transaction:
            self._require(self.store.epoch(transaction.connection))
            yield FencedWrite(transaction, now)

    def check(self) -> None:
        """
        :raises StaleRunner: another runner took over.
        """
        with self.store.read() as look:
            self._require(self.store.epoch(look))

    def _require(self, present: int) -> None:
        if present != self.epoch:
            raise StaleRunner(
                f"Runner epoch {present} has taken over from epoch {self.epoch}.",
                "Nothing to do: the newer runner goes on.",
            )
