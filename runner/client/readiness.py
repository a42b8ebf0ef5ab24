"""Whether a data directory is in a state in which its week can be run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import IntegrityError, TrainweekError
from core.language import Message, literal
from runner.client.base import BaseClient
from runner.home.filesystem import OUT_BYTES
from runner.home.runner_identity import runner_status
from runner.store import chain, schema
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from collections.abc import Iterator


class Readiness(BaseClient):
    """Asks what a probe wants to know. Cheap: no file is read as a whole."""

    def unready(self) -> list[Message]:
        """What keeps the week from being run now; nothing: it can be.

        The store must be readable and writable, the ledger's end the one that the database
        knows, the runner alive (unless the week is only watched), and the disk not full.
        """
        return [*self._of_store(), *self._of_disk()]

    def _of_store(self) -> Iterator[Message]:
        table = schema.ledger
        query = select(table.c.sha256, table.c.end).order_by(table.c.seq.desc()).limit(1)
        try:
            with self.store.read() as connection:
                week = self._meant_week(connection)
                head = connection.execute(query).first()
            self.store.require_sound()
            if shared_address(self.home) is not None:
                self.store.require_ledger()  # the file is written after the commit
            elif head is not None and chain.last_sum(self.home.ledger, head.end) != head.sha256:
                raise IntegrityError(
                    Message("Database and ledger disagree about the ledger's last line."),
                    chain.RESTORE,
                )
        except (TrainweekError, OSError) as error:
            yield literal(str(error))
            return
        supervised = week is None or week.watched is None
        if supervised and not runner_status(self.home, self.now()).alive:
            yield Message("The runner is not alive.")

    def _of_disk(self) -> Iterator[Message]:
        try:
            free = shutil.disk_usage(self.home.root).free
        except OSError as error:
            yield literal(str(error))
            return
        if free < OUT_BYTES:
            yield Message("{free:.1f} GB free.", free=free / 1e9)
