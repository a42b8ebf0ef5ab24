"""What client and runner both ask of the tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind
from runner.outcomes import Refused
from runner.store import Store, queries
from tests.expected import recorded

if TYPE_CHECKING:
    from runner.incident_records import Incident
    from tests.runner.place import Place


def blocking(place: Place) -> Incident | None:
    with place.lead.store.read() as connection:
        return queries.blocking_incident(connection, place.week.id)


def test_the_oldest_open_incident_of_a_blocking_procedure_blocks_every_start(place: Place) -> None:
    assert blocking(place) is None
    place.lead.open_incident(place.week.id, "performance", "flat for two hours")
    assert blocking(place) is None  # its procedure blocks nothing
    data = recorded(place.lead.open_incident(place.week.id, "data", "gaps in the candles"))
    crash = recorded(place.lead.open_incident(place.week.id, "crash", "it fell over"))
    assert blocking(place) == data
    assert data.is_blocking
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "gaps in the candles" in refused.reason
    for incident in (data, crash):
        place.lead.close_incident(incident.id, "Checked.")
    assert blocking(place) is None
    with place.lead.store.read() as connection:
        assert queries.blocking_incident(connection, None) is None


@pytest.mark.sqlite
def test_a_database_without_the_index_gets_it_and_lines_of_a_kind_are_found_by_it(
    place: Place,
) -> None:
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute("DROP INDEX ix_ledger_kind")
    Store(place.home)
    with closing(sqlite3.connect(place.home.database)) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT body FROM ledger WHERE kind IN ('decision', 'week')"
        ).fetchall()
    assert "USING INDEX ix_ledger_kind" in plan[0][-1]
