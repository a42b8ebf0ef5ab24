"""A small network, and checkpoints of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.agent.checkpoint import save_checkpoint
from runner.agent.session import Session
from runner.agent.split import TrainingData
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    from pathlib import Path


def fresh(**changed: object) -> Session:
    settings = small_settings(total_steps=2_000, **changed)
    return Session(TrainingData.prepare(candles(1500), settings), settings, 2_000, 8760)


def save(session: Session, root: Path, step: int) -> Path:
    session.model.num_timesteps = step
    config = {"settings": session.settings.model_dump(mode="json"), "total_steps": 40_000}
    return save_checkpoint(root, session.model, "run-a", session.data.normaliser, config)
