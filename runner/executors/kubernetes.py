"""A Kubernetes Job for an attempt, for those who have a cluster. trainweek prints it and does not run it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from runner.executors.executor import job_environment
from runner.processes.attempt_processes import ATTEMPT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.playbook.placement import Placement
    from runner.executors.engine import Submission

QUEUE = "kueue.x-k8s.io/queue-name"  # Kueue's label; without Kueue it means nothing
_GIB = 1024


def manifest(
    wanted: Submission, image: str, claim: str, mounted: Path, user: int, group: int
) -> Mapping[str, Any]:
    """The Job: one pod, started once, never again.

    :param claim: the PersistentVolumeClaim that holds the data directory, ReadWriteMany.
    :param mounted: where it is mounted: the data directory's own path, which is in all files.
    """
    asked = wanted.placement
    name = f"trainweek-{wanted.attempt_id}".lower()
    labels = {"app.kubernetes.io/name": "trainweek", "trainweek/attempt": wanted.attempt_id}
    given = {
        own: value
        for own, value in sorted(job_environment().items())
        if own.startswith("TRAINWEEK_") and own not in ("TRAINWEEK_TOKEN", ATTEMPT_VARIABLE)
    }
    container = {
        "name": "attempt",
        "image": image,
        "command": list(wanted.command),
        "workingDir": str(wanted.cwd),
        "env": [
            {"name": own, "value": value}
            for own, value in {ATTEMPT_VARIABLE: wanted.attempt_id, **given}.items()
        ],
        "resources": _resources(asked),
        "securityContext": {"allowPrivilegeEscalation": False},
        "volumeMounts": [{"name": "home", "mountPath": str(mounted)}],
    }
    pod = {
        "restartPolicy": "Never",  # a second copy is never started by the cluster
        "terminationGracePeriodSeconds": math.ceil(wanted.warning_s),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsUser": user, "runAsGroup": group},
        "containers": [container],
        "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": claim}}],
    }
    spec: dict[str, Any] = {
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 0,
        "podReplacementPolicy": "Failed",
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    if asked.time_limit_h is not None:
        spec["activeDeadlineSeconds"] = math.ceil(asked.time_limit_h * 3600)
    queue = {QUEUE: asked.partition} if asked.partition else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels | queue},
        "spec": spec,
    }


def _resources(asked: Placement) -> dict[str, dict[str, Any]]:
    requests: dict[str, Any] = {"cpu": asked.cpus or 1}
    limits: dict[str, Any] = {}
    if asked.memory_gb is not None:
        memory = f"{math.ceil(asked.memory_gb * _GIB)}Mi"
        requests["memory"] = limits["memory"] = memory
    if asked.gpus:
        limits["nvidia.com/gpu"] = asked.gpus
    return {"requests": requests} | ({"limits": limits} if limits else {})
