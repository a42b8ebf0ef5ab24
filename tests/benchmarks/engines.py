"""From a submission to the program's first step: local processes, Slurm, Ray, where they are installed."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from core.paths import Home
from core.vocabulary import JobKind, JobState
from runner.client import Client
from tests.engines.cluster import PATH, Cluster, missing
from tests.engines.ray_cluster import RayCluster
from tests.engines.ray_cluster import missing as ray_missing
from tests.runner.place import LAUNCH, LEAD, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 5


def main() -> None:
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'':<8} submit to first step, s: median of {TIMES}, slowest")
    for executor in ("local", "slurm", "ray"):
        with _engine(executor) as absent:
            if absent:
                print(f"{executor:<8} not measured: {absent}")
                continue
            taken = [_taken(executor) for _ in range(TIMES)]
            print(f"{executor:<8} {statistics.median(taken):.2f}  {max(taken):.2f}", flush=True)


def _taken(executor: str) -> float:
    """Seconds of one training, in a home of its own, with the runner's own interval of questions."""
    with TemporaryDirectory(prefix="trainweek-bench-") as folder:
        root = Path(folder)
        training = {"placements": {"train": {"executor": executor}}}
        own = {"id": "placed", "extends": "phase4", "training": training}
        (root / "own.yaml").write_text(yaml.safe_dump(own))
        Client(Home(root), LEAD).create_week(LAUNCH, root / "own.yaml")
        place = Place(root)
        service = place.service()
        began = time.monotonic()
        job = place.submit(JobKind.TRAIN, do="complete", wait=True)
        place.until(service, job, JobState.RUNNING)
        taken = time.monotonic() - began
        place.go(job)
        place.until(service, job)
        service.close()
        place.clear()
        return taken


@contextmanager
def _engine(executor: str) -> Iterator[str]:
    """The engine, found as by a user's shell; yields what is missing."""
    before, absent = dict(os.environ), ""
    made: Cluster | RayCluster | None = None
    with TemporaryDirectory(prefix="trainweek-slurm-") as folder:
        try:
            if executor == "slurm" and not (absent := ", ".join(missing())):
                made = Cluster(Path(folder))
                os.environ |= {"SLURM_CONF": str(made.conf), "PATH": PATH}
            elif executor == "ray" and not (absent := ray_missing()):
                made = RayCluster()
                os.environ |= {"TRAINWEEK_RAY_ADDRESS": made.address, "RAY_AUTH_TOKEN": made.token}
            if made is not None:
                made.start()
            yield absent
        finally:
            if made is not None:
                made.end()
            os.environ.clear()
            os.environ.update(before)
