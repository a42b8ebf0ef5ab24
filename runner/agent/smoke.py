"""The pre-flight's smoke training: a few hundred real PPO steps, in a temporary folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.language import Message
from core.market import load_candles
from core.telemetry import RunReader
from core.trading.warm_up import WARM_UP
from runner.agent.policy import non_finite_parameter
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData

if TYPE_CHECKING:
    from core.paths import Home
    from core.playbook import Playbook

ENVS = 16
EPISODE_BARS = 24  # so short that some of them end within 512 steps
BARS = 2 * WARM_UP + 30 * EPISODE_BARS


@dataclass(frozen=True)
class SmokeResult:
    """The result of a smoke training.

    :ivar remedy: None if it is ok.
    """

    ok: bool
    why: Message
    steps: int
    remedy: Message | None = None


def smoke(steps: int, home: Home, playbook: Playbook) -> SmokeResult:
    """Train on the last bars of the training data and check the result.

    Weights, events and folders of the real run are not touched.

    :raises MarketDataError: no training data, or too few bars.
    """
    settings = settings_with(
        playbook.training,
        n_envs=ENVS,
        n_steps=max(steps // ENVS // 2, 2),
        batch_size=max(steps // 2, 2),
        episode_bars=EPISODE_BARS,
    )
    candles = load_candles(home.train_data_of(playbook.symbol))
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
    done = session.steps
    if (name := non_finite_parameter(session.model)) is not None:
        why = Message(
            "After {steps} steps the weights {name} are not finite.", steps=done, name=name
        )
        return SmokeResult(False, why, done, Message("Lower training.learning_rate."))
    if done < steps or not {"rollout/ep_rew_mean", "train/loss"} <= set(tags):
        why = Message(
            "{steps} steps wrote only these scalars: {tags}.",
            steps=done,
            tags=", ".join(tags) or "-",
        )
        return SmokeResult(False, why, done, Message("Check the installation of tensorboard."))
    why = Message(
        "{steps} PPO steps wrote {count} scalars; all weights are finite.",
        steps=done,
        count=len(tags),
    )
    return SmokeResult(True, why, done)
