"""A list reads a part of the past: which part, and how much there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from runner.client import Client
from tests.benchmarks.growth.years import LEAD, Size, Years
from tests.dashboard.reads import counted

if TYPE_CHECKING:
    from pathlib import Path

HASHES = [f"{n:064x}" for n in range(8)]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Eight weeks with two runs each."""
    return _client(tmp_path_factory.mktemp("years"), weeks=8)


def _client(folder: Path, weeks: int) -> Client:
    home = Home(folder / "home")
    Years(home, Size(60 * weeks, weeks, 2 * weeks, weeks), HASHES[:weeks]).write()
    client = Client(home, LEAD, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    client.weeks()  # which builds the database
    return client


def test_a_window_of_weeks_is_of_the_newest_with_the_active_one(years: Client) -> None:
    every = [one.week.id for one in reversed(years.listed_weeks())]
    assert len(every) == 8
    found = years.week_window(3, 3)
    assert [one.week.id for one in found.weeks] == every[3:6]
    assert (found.first, found.count, found.archived) == (3, 8, 0)
    assert found.active is not None
    assert found.active.week.id == every[0]
    last = years.week_window(3, 30)
    assert (last.first, [one.week.id for one in last.weeks]) == (6, every[6:])


def test_a_window_of_runs_is_of_the_newest_or_has_the_asked_one(years: Client) -> None:
    every = [run.run for run in years.runs()]
    found = years.run_window(5, 5)
    assert [run.run for run in found.runs] == every[5:10]
    assert (found.count, found.weeks) == (16, 8)
    asked = years.run_window(5, 0, run=every[12])
    assert (asked.first, [run.run for run in asked.runs]) == (10, every[10:15])
    week = found.runs[0].week_id
    own = years.run_window(5, 0, week)
    assert [run.run for run in own.runs] == [run.run for run in years.runs() if run.week_id == week]


def test_a_window_costs_the_same_whatever_is_before_it(years: Client, tmp_path: Path) -> None:
    young = _client(tmp_path, weeks=4)
    costs = []
    for client in (young, years):
        client.week_window(3)  # what is kept until the next write
        with counted() as cost:
            client.week_window(3)
            client.run_window(4)
        costs.append(len(cost.statements))
    assert costs[0] == costs[1]
