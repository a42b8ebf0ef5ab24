"""The Kubernetes Job that is printed: its structure, as no cluster has seen it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.playbook.placement import Placement
from runner.executors.engine import Submission
from runner.executors.kubernetes import QUEUE, manifest

if TYPE_CHECKING:
    import pytest

FOLDER = Path("/week/logs/jobs/a/attempt-1")
KEEPS = ["/x/python", "keeper.py", str(FOLDER)]


def made(**resources: object) -> dict[str, Any]:
    placement = Placement.model_validate({"executor": "slurm", **resources})
    wanted = Submission("AN-ID", KEEPS, FOLDER, Path("/checkout"), placement, 59.5)
    return dict(manifest(wanted, "registry/trainweek:1", "week", Path("/week"), 1000, 1001))


def test_nothing_of_it_is_started_twice() -> None:
    job = made()
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    assert job["metadata"]["name"] == "trainweek-an-id"
    spec = job["spec"]
    assert (spec["backoffLimit"], spec["parallelism"], spec["completions"]) == (0, 1, 1)
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 60


def test_it_runs_the_keeper_on_the_shared_folder_as_its_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAINWEEK_TOKEN", "secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    pod = made()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"] == KEEPS
    assert container["volumeMounts"] == [{"name": "home", "mountPath": "/week"}]
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "week"}
    assert pod["securityContext"] == {"runAsUser": 1000, "runAsGroup": 1001}
    assert {"name": "TRAINWEEK_ATTEMPT", "value": "AN-ID"} in container["env"]
    assert "secret" not in str(pod)


def test_its_resources_are_the_placements() -> None:
    job = made(cpus=4, memory_gb=1.5, gpus=2, partition="team", time_limit_h=0.5)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["resources"] == {
        "requests": {"cpu": 4, "memory": "1536Mi"},
        "limits": {"memory": "1536Mi", "nvidia.com/gpu": 2},
    }
    assert job["spec"]["activeDeadlineSeconds"] == 1800
    assert job["metadata"]["labels"][QUEUE] == "team"
    assert QUEUE not in made()["metadata"]["labels"]
