"""The best model of a training run, as a zip with its manifest."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from runner.agent.numerics import numerics
from runner.agent.policy import require_finite
from runner.agent.versions import versions
from runner.models.model_files import write_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stable_baselines3 import PPO

SCHEMA = 1


def save_best_model(zip_path: Path, model: PPO, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the best model and verify it.

    :param facts: what the manifest has besides hash, versions and numerics (run, step,
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
    }
    write_model(zip_path, content.getvalue(), manifest)
    return manifest
