"""The live jobs of the load are requested for every kind that can be requested alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.paths import Home
from core.vocabulary import JobKind
from runner.client import Client
from tests.benchmarks.growth.years import LEAD
from tests.benchmarks.overhead import submit_jobs

if TYPE_CHECKING:
    from pathlib import Path


def test_jobs_of_every_kind_but_training_and_trials_are_requested(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    client = Client(home, LEAD)
    client.create_week(datetime.now(UTC))
    submit_jobs(home, client, 2 * len(JobKind))
    asked = {job.kind for job in client.jobs()}
    assert asked == set(JobKind) - {JobKind.TRAIN, JobKind.TRIAL}
