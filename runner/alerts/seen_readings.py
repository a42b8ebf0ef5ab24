"""Which readings of each tag were known at the last look: a firing that began later is new.

By what was read, not by the clock: a trainer writes late, and the runner may be away for a while.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runner.alerts.alert_store import AlertStore

_TABLE = "create table if not exists seen_readings (name text primary key, newest real not null)"


@dataclass(frozen=True)
class SeenReadings:
    """What was known at a look.

    :ivar at: when it was taken, in real time; None: there was none.
    :ivar newest: name of the readings to the time of the newest one, in seconds since the epoch.
    """

    at: datetime | None = None
    newest: Mapping[str, float] = field(default_factory=dict)

    def until(self, name: str) -> float | None:
        """Up to when the readings were known; None: there was no look."""
        if self.at is None:
            return None
        return self.newest.get(name, self.at.timestamp())


class SeenStore:
    """Keeps it in the database of the alerts.

    :raises SetupError: from every call: the database can't be used.
    """

    def __init__(self, store: AlertStore) -> None:
        self.store = store

    def read(self) -> SeenReadings:
        """What was known at the last look."""
        look = self.store.last_look()
        if look is None:
            return SeenReadings()
        with self.store.opened() as connection:
            connection.execute(_TABLE)
            rows = connection.execute("select name, newest from seen_readings").fetchall()
        return SeenReadings(look.at, dict(rows))

    def save(self, newest: Mapping[str, float]) -> None:
        """Keep what a look knew."""
        with self.store.opened() as connection:
            connection.execute(_TABLE)
            with connection:
                connection.execute("delete from seen_readings")
                connection.executemany(
                    "insert into seen_readings values (?, ?)", list(newest.items())
                )
