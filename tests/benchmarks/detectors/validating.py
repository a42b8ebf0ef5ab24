"""Validations of a run on data that it does not train on, as ``eval/sharpe``.

The validation's market is the training's with other draws. What a class injects is another
relation of signal and return there: what the policy learns then can't carry over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from core.metrics.ratios import sharpe
from tests.benchmarks.detectors.classes import VALIDATED_EVERY
from tests.benchmarks.detectors.toy_market import ToyMarket

if TYPE_CHECKING:
    from tests.benchmarks.detectors.training import Plan

ACCOUNTS, STEPS = 4, 60
HOURS = 24 * 365
_RETURN = 0.01  # of a reward of 1
_TURNS = 12  # iterations in which a relation is reversed
VALIDATED = ("overfit_reversed", "overfit_turning", "hard_validated")


class Validate(BaseCallback):
    """Judges the deterministic policy on its own market, every few iterations."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan, self.iteration = plan, 0

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.iteration += 1
        if self.iteration % VALIDATED_EVERY == 0 and (found := self._sharpe()) is not None:
            self.logger.record("eval/sharpe", found)

    @property
    def edge(self) -> float:
        """The validation's relation of signal and return; the training's is 1."""
        name = self.plan.kind.name
        if name == "overfit_reversed":
            return -1.0
        if name == "overfit_turning":
            passed = (self.iteration - self.plan.onset) / _TURNS
            return 1.0 - 2.0 * float(np.clip(passed, 0.0, 1.0))
        return 1.0

    def _sharpe(self) -> float | None:
        plan = self.plan
        seed = 1000 + 100 * plan.seed + self.iteration
        env = ToyMarket(ACCOUNTS, STEPS, seed, plan.env == "continuous", plan.noise)
        env.edge = self.edge
        observation, returns = env.reset(), []
        for _ in range(STEPS):
            action, _ = self.model.predict(observation, deterministic=True)
            env.step_async(action)
            observation, reward, _, _ = env.step_wait()
            returns.append(_RETURN * reward)
        return sharpe(np.concatenate(returns), HOURS).value
