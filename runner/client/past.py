"""A data directory as it was at a real moment, for all who look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.client import Client
from runner.store.past_store import PastStore

if TYPE_CHECKING:
    from datetime import datetime

    from core.people import Person
    from runner.client.entry import Entry


class Past:
    """The ledger's lines up to a moment, applied once for all clients of it.

    :param client: of now.
    :param at: real time.
    :param week_id: the week whose ticks and notes are wanted; None: of all.
    :param shown: the week time to show; None: what the week's clock showed then.
    """

    def __init__(
        self,
        client: Client,
        at: datetime,
        shown: datetime | None = None,
        week_id: str | None = None,
    ) -> None:
        self.at = at
        self.shown = shown
        self._home = client.home
        self._store = PastStore(client.store, at, week_id)

    def client(self, person: Person, entry: Entry | None = None) -> Client:
        """A person's client there: its time stands still, and it refuses every act."""
        client = Client(self._home, person, now=lambda: self.at, entry=entry)
        client.store = self._store
        client.moment = self.at
        client.shown_week_time = self.shown
        return client
