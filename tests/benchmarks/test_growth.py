"""The data directory that growth is measured on is one as trainweek makes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.paths import Home
from core.people import RUNNER
from core.vocabulary import JobState
from runner.client import Client
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from tests.benchmarks.growth.years import LEAD, Size, Years

if TYPE_CHECKING:
    from pathlib import Path


def test_the_ledger_of_the_years_rebuilds_and_verifies(tmp_path: Path) -> None:
    home, size = Home(tmp_path / "home"), Size(lines=400, weeks=2, runs=4, revalidations=2)
    made = Years(home, size, ["a" * 64, "b" * 64]).write()
    replay(home, RUNNER, datetime.now(UTC))
    report = verify_ledger(home, tables=True)
    assert report.ok, report.text()
    assert report.lines == size.lines + 1
    client = Client(home, LEAD)
    assert [week.id for week in client.weeks()] == ["2023-07-03", "2023-07-10"]
    runs = {job.run for job in client.jobs() if job.run}
    assert runs == {run for run, _, _ in made.runs}
    assert {job.state for job in client.jobs()} == {JobState.SUCCEEDED}
