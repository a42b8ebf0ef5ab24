"""``trainweek executor manifest`` prints a Job for a placed attempt, marked as not run here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from core.paths import Home
from core.vocabulary import JobKind
from runner.client import Client
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH, LEAD, Place, place, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["place"]
GIVEN = ("--image", "registry/trainweek:1", "--claim", "week")


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, str]]:
    """A training whose engine does not answer: it is placed, and nothing runs."""
    monkeypatch.setenv("TRAINWEEK_RAY_ADDRESS", "http://127.0.0.1:1")
    placed = {"train": {"executor": "ray", "cpus": 3}}
    own = {"id": "placed", "extends": "phase4", "training": {"placements": placed}}
    root = tmp_path / "placed"
    root.mkdir()
    (root / "own.yaml").write_text(yaml.safe_dump(own))
    Client(Home(root), LEAD).create_week(LAUNCH, root / "own.yaml")
    made = Place(root)
    job = made.submit(JobKind.TRAIN)
    service = made.service()
    wait_for(ticking(service, lambda: "(ray_address)" in made.job(job).reason))
    service.close()
    yield made, job.id
    made.clear()


def test_it_prints_one_job_that_is_never_repeated(waiting: tuple[Place, str]) -> None:
    place, own = waiting
    done = trainweek("executor", "manifest", own, *GIVEN, "--gpus", "1", home=place.home.root)
    assert done.stdout.startswith("# A Kubernetes Job for attempt 1 of ")
    assert "trainweek does not run it, and it was tried on no cluster" in done.stdout
    job = yaml.safe_load(done.stdout)
    assert (job["spec"]["backoffLimit"], job["spec"]["parallelism"]) == (0, 1)
    pod = job["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert container["resources"]["requests"]["cpu"] == 3
    assert container["resources"]["limits"] == {"nvidia.com/gpu": 1}
    folder = place.home.root / place.lead.attempts(own)[-1].folder
    assert container["command"][-1] == str(folder)
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == "week"


def test_an_attempt_of_this_machine_has_none(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    service.close()
    done = trainweek("executor", "manifest", job.id, *GIVEN, home=place.home.root)
    assert done.returncode == 2
    assert "placed on the runner's machine, without a lease" in done.stderr


def test_a_job_that_is_not_there_is_said_so(place: Place) -> None:
    done = trainweek("executor", "manifest", "nope", *GIVEN, home=place.home.root)
    assert done.returncode == 2
    assert "nope has no attempt." in done.stderr
