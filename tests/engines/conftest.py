"""Executors to run the same cases on: local processes, and a real Slurm and Ray where there are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.engines.cluster import PATH, Cluster, missing
from tests.engines.placed_home import EnginePlace, placed_home
from tests.engines.ray_cluster import RayCluster
from tests.engines.ray_cluster import missing as ray_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


REQUIRED = "TRAINWEEK_ENGINES"  # set by make test-engines: nothing is skipped there


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if absent := missing():
        why = f"Slurm is not installed ({', '.join(absent)}): make test-engines installs it"
        if REQUIRED in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    made = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def slurm(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """The cluster, found by this process as by a user's shell; whole again after the test."""
    monkeypatch.setenv("SLURM_CONF", str(cluster.conf))
    monkeypatch.setenv("PATH", PATH)
    yield cluster
    cluster.heal()


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RayCluster]:
    if why := ray_missing():
        if REQUIRED in os.environ:
            pytest.fail(why)
        pytest.skip(f"{why}: make test-engines, as root, installs Ray")
    made = RayCluster()
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def ray(ray_cluster: RayCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[RayCluster]:
    """The cluster, with its address and token; whole again after the test."""
    monkeypatch.setenv("TRAINWEEK_RAY_ADDRESS", ray_cluster.address)
    monkeypatch.setenv("RAY_AUTH_TOKEN", ray_cluster.token)
    yield ray_cluster
    ray_cluster.heal()


@pytest.fixture(params=["slurm", "ray"])
def engine(request: pytest.FixtureRequest) -> Cluster | RayCluster:
    """Each engine, whole."""
    found: Cluster | RayCluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["local", "slurm", "ray"])
def executor(request: pytest.FixtureRequest) -> str:
    """The name of each executor; its engine is there."""
    if request.param != "local":
        request.getfixturevalue(request.param)
    return str(request.param)


@pytest.fixture
def placed(tmp_path: Path) -> Iterator[Callable[..., EnginePlace]]:
    """Make a home whose playbook places trainings so."""
    made: list[EnginePlace] = []

    def make(executor: str, **resources: object) -> EnginePlace:
        root = tmp_path / f"home-{len(made)}"
        root.mkdir()
        made.append(placed_home(root, executor, **resources))
        return made[-1]

    yield make
    for place in made:
        place.clear()
