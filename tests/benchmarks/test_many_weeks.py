"""The data directory that *All weeks* is measured on has as many runs in progress as it says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.paths import Home
from dashboard.panels.all_weeks.standings import Standings
from tests.benchmarks.many_weeks import SYMBOLS, ManyWeeks

if TYPE_CHECKING:
    from pathlib import Path


def test_each_simulated_run_is_in_progress_and_goes_on(tmp_path: Path) -> None:
    place = ManyWeeks(Home(tmp_path / "home"), 4, datetime(2026, 11, 30, 9, tzinfo=UTC))
    place.write()
    standings = Standings()
    board = standings.look(place.client, 60.0)
    assert {row.week.symbol for row in board.rows} == set(SYMBOLS)
    assert all(row.standing is not None and row.standing.live for row in board.rows)
    place.go_on()
    place.go_on()
    again = standings.look(place.client, 60.0)
    read = {row.standing.read for row in again.rows if row.standing is not None}
    assert read == {place.now}
