"""The best model of a training run, as a zip with its manifest."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from typing import TYPE_CHECKING, Any

from runner.agent.code_version import code_version
from runner.agent.numerics import numerics
from runner.agent.policy import require_finite
from runner.agent.versions import versions
from runner.models.model_files import write_model
from runner.processes.procfs import cpu_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stable_baselines3 import PPO

SCHEMA = 1


def save_best_model(zip_path: Path, model: PPO, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the best model and verify it.

    :param facts: what the manifest has besides hashes, versions, code and machine (run, step,
        config, normaliser, observation, ranges); strict JSON.
    :returns: the manifest.
    :raises TrainingDivergedError: the weights hold NaN or infinity; nothing is written.
    :raises SetupError: no disk space or no permission; the previous best model is intact.
    :raises IntegrityError: the data read back differ from what was written.
    """
    require_finite(model)
    content = io.BytesIO()
    model.save(content)
    manifest = {
        "schema": SCHEMA,
        "model": zip_path.name,
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        **facts,
        "versions": versions(),
        "numerics": numerics(),
        "cpu": cpu_name(),
        "code": _code(),
        "weights_sha256": weights_sha256(model),
    }
    write_model(zip_path, content.getvalue(), manifest)
    return manifest


def weights_sha256(model: PPO) -> str:
    """Hash of the policy's weights, by name; the zip's own also has the time of its writing."""
    found = hashlib.sha256()
    for name, values in sorted(model.policy.state_dict().items()):
        found.update(f"{name} {tuple(values.shape)} {values.dtype}\n".encode())
        found.update(values.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


@cache
def _code() -> dict[str, object]:
    """Of this process; reading every source file takes as long as a few hundred steps."""
    return code_version()
