"""A training run whose best model can't be saved: what ends it, and what that is called."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import ENDED_STATES, JobKind, JobState
from runner.models.best_model import read_best_model
from runner.outcomes import Refused
from tests.runner.jobs.training_home import make_home
from tests.runner.place import Place, own_programs, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.records import Job

pytestmark = pytest.mark.slow

# The disk gives back something else than was written, from the second save on.
LYING_DISK = """
from runner.models import model_files
from core.errors import IntegrityError
saves = []

def reads_differently(zip_path, manifest):
    saves.append(zip_path)
    if len(saves) > 1:
        raise IntegrityError("best_model.zip reads differently from what was written.", "Look.")

model_files._require_same = reads_differently
from runner.jobs.train_ppo import main
raise SystemExit(main())
"""
# Without this the second evaluation need not be better than the first.
ALWAYS_BETTER = """
from runner.agent.evaluation import Evaluation
count = [0]

def sharpe(self, bars_per_year):
    count[0] += 1
    return float(count[0])

Evaluation.sharpe = sharpe
"""
FULL_DISK = """
from runner import failpoints
failpoints.arm("best_model_announced:enospc@2{on}")
from runner.jobs.train_ppo import main
raise SystemExit(main())
"""


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Place]:
    make_home(tmp_path / "home")
    made = Place(tmp_path / "home")
    yield made
    made.clear()


def ended(training: Place, code: str) -> Job:
    program = (sys.executable, "-c", ALWAYS_BETTER + code)
    service = training.service(commands=own_programs() | {JobKind.TRAIN: program})
    job = training.submit(JobKind.TRAIN, steps=16_000)
    wait_for(ticking(service, lambda: training.job(job).state in ENDED_STATES), 120)
    return training.job(job)


def test_what_goes_wrong_at_work_is_no_refusal(training: Place) -> None:
    job = ended(training, LYING_DISK)
    assert (job.state, job.exit_code) == (JobState.FAILED, 1)
    assert "reads differently" in job.reason
    assert "Refused" not in job.reason
    (incident,) = training.lead.incidents(training.week.id)
    assert (incident.procedure, incident.blocks_start) == ("crash", True)
    assert isinstance(
        training.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )


def test_one_full_disk_at_a_best_model_ends_no_training(training: Place) -> None:
    job = ended(training, FULL_DISK.format(on=""))
    assert (job.state, job.reason) == (JobState.SUCCEEDED, "")
    log = training.home.training_log.read_text(encoding="utf-8")
    assert log.count("The best model was not saved: No space left on device.") == 1
    assert read_best_model(training.home.run_model(str(job.run)))[1]["step"] == 16_000
    assert read_best_model(training.home.best_model)[1]["step"] == 16_000


def test_a_disk_that_stays_full_ends_the_training_after_an_interval(training: Place) -> None:
    job = ended(training, FULL_DISK.format(on="+"))
    assert (job.state, job.exit_code) == (JobState.FAILED, 1)
    assert "The best model was not saved: No space left on device" in job.reason
    log = training.home.training_log.read_text(encoding="utf-8")
    first = int(log.split("Validation at step ")[1].split(":")[0])
    own = training.home.run_model(str(job.run))
    assert read_best_model(own)[1]["step"] == first  # the one before is whole
    assert not training.home.best_model.exists(), "a run that failed puts no model in use"
    assert [each.procedure for each in training.lead.incidents(training.week.id)] == ["crash"]
