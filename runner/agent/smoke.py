"""The pre-flight's smoke training: a few hundred real PPO steps, in a temporary folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.market import load_candles
from core.paths import Home
from core.playbook import Playbook
from core.telemetry import RunReader
from runner.agent.features import WARM_UP
from runner.agent.policy import non_finite_parameter
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData

ENVS = 16
EPISODE_BARS = 24  # so short that some of them end within 512 steps
BARS = 2 * WARM_UP + 30 * EPISODE_BARS


def smoke(steps: int, home: Home, playbook: Playbook) -> dict[str, Any]:
    """Train on the last bars of the training data, and look at what came of it.

    Weights, events and folders of the real training are not touched.

    :returns: ``ok``, ``why`` (one sentence), ``steps``, ``events`` (scalar tags written)
        and, where not ok, ``remedy``.
    :raises MarketDataError: no training data, or too few bars.
    """
    settings = settings_with(
        playbook.training,
        n_envs=ENVS,
        n_steps=max(steps // ENVS // 2, 2),
        batch_size=max(steps // 2, 2),
        episode_bars=EPISODE_BARS,
    )
    candles = load_candles(home.train_data)
    candles = replace(candles, frame=candles.frame.iloc[-BARS:])
    data = TrainingData.prepare(candles, settings)
    session = Session(data, settings, steps, playbook.revalidation.bars_per_year)
    with tempfile.TemporaryDirectory(prefix="trainweek-smoke-") as folder:
        session.log_to(Path(folder), {"steps": steps})
        session.learn(Hooks())
        session.model.logger.close()
        reader = RunReader(folder)
        reader.refresh()
        tags = reader.tags()
    found = {"steps": session.steps, "events": len(tags)}
    if (name := non_finite_parameter(session.model)) is not None:
        why = f"After {session.steps} steps the weights {name} are not finite."
        return {"ok": False, "why": why, "remedy": "Lower training.learning_rate.", **found}
    if session.steps < steps or not {"rollout/ep_rew_mean", "train/loss"} <= set(tags):
        why = f"{session.steps} steps wrote only the scalars {', '.join(tags) or 'none'}."
        return {
            "ok": False,
            "why": why,
            "remedy": "See if tensorboard is installed whole.",
            **found,
        }
    why = f"{session.steps} PPO steps wrote {len(tags)} scalars; all weights are finite."
    return {"ok": True, "why": why, **found}
