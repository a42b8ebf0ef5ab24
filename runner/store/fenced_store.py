"""Writes of the runner: each one first checks that no other runner has taken over."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import ConflictError
from core.language import Message
from core.ledger_bodies import RunnerStarted
from core.people import RUNNER
from runner.store.queries import week_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.ledger_bodies import Body
    from runner.records import LedgerEntry
    from runner.store import Store, Transaction
    from runner.store.runner_place import RunnerPlace


class StaleRunner(ConflictError):
    """Another runner has taken over; this one must end without another write."""

    def __init__(self, present: int, own: int) -> None:
        super().__init__(
            Message(
                "Runner epoch {present} has taken over from epoch {own}.", present=present, own=own
            ),
            Message("Nothing to do: the newer runner continues."),
        )


class FencedWrite:
    """A write transaction in the runner's name."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.now = now

    def append(self, body: Body, week_id: str | None) -> LedgerEntry:
        """Append a line and apply it to the tables."""
        return self.transaction.append(
            body,
            by=RUNNER,
            at=self.now,
            at_week=week_moment(self.connection, week_id, self.now),
            week_id=week_id,
        )


class FencedStore:
    """The store for one runner. Its epoch is the fencing token of each write."""

    def __init__(self, store: Store, epoch: int) -> None:
        self.store = store
        self.epoch = epoch

    @classmethod
    def claim(
        cls,
        store: Store,
        mine: RunnerPlace,
        now: datetime,
        *,
        take_over: bool = False,
        machine: str | None = None,
    ) -> FencedStore:
        """Begin a new epoch; from here on every earlier runner is stale.

        :param machine: on a shared store: what tells this machine from any other.
        :param take_over: also from a runner on another machine that seems to live.
        :raises ConflictError: a runner on another machine lives.
        """
        with store.write() as transaction:
            epoch = store.epoch(transaction.connection) + 1
            store.claim_runner(transaction, epoch, mine, take_over)
            started = RunnerStarted(epoch=epoch, host=mine.host, pid=mine.pid)
            if machine is not None:
                started = started.model_copy(update={"machine": machine})
            FencedWrite(transaction, now).append(started, None)
        return cls(store, epoch)

    @contextmanager
    def write(self, now: datetime) -> Iterator[FencedWrite]:
        """A write transaction.

        :raises StaleRunner: another runner has taken over; nothing was written.
        """
        with self.store.write() as transaction:
            self._require(self.store.epoch(transaction.connection))
            yield FencedWrite(transaction, now)

    def renew(self) -> None:
        """Say on a shared database that this runner lives.

        :raises StaleRunner: another runner has taken over.
        """
        if not self.store.renew_runner(self.epoch):
            self.check()

    def check(self) -> None:
        """Check the epoch.

        :raises StaleRunner: another runner has taken over.
        """
        with self.store.read() as connection:
            self._require(self.store.epoch(connection))

    def _require(self, present: int) -> None:
        if present != self.epoch:
            raise StaleRunner(present, self.epoch)
