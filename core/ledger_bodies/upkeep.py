"""Runners, and repairs of the store."""

from __future__ import annotations

from core.ledger_bodies.body import Body, PlainText


class RunnerStarted(Body):
    """A runner began a new epoch."""

    kind = "runner"
    action = "start"

    epoch: int
    host: PlainText
    pid: int
    machine: PlainText | None = None  # on a shared database: what tells it from any other


class RunnerEnded(Body):
    """A runner ended in order."""

    kind = "runner"
    action = "end"

    epoch: int


class LedgerReplayed(Body):
    """The database was rebuilt from the ledger."""

    kind = "store"
    action = "replay"

    lines: int
    kept: list[PlainText]  # the replaced files, under their new names


class StoreRestored(Body):
    """Ledger and database were restored."""

    kind = "store"
    action = "restore"

    backup: PlainText | None  # None: only lines of the present files were used
    lines: int
    dropped: int  # lines of the replaced ledger that could not be verified
    kept: list[PlainText]
