"""Where faults enter a training run: between the environment and its Monitor, or in a callback."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from stable_baselines3.common.vec_env import VecEnvWrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

WANDERS = 10  # iterations after which a drifting level has forgotten a third of where it was
DRIFT = 0.4  # its standard deviation, where a good policy earns 0.5 a step


class FaultyEnv(VecEnvWrapper):
    """Passes everything on, until one of its switches is set."""

    delay = 0.0  # real seconds of sleep in each rollout, in the first of its steps
    wait: Callable[[float], None] = staticmethod(time.sleep)
    rollout = 1  # steps of a rollout
    steps = 0
    blocked = False  # step never returns
    error: str | None = None  # step raises
    nan_reward = False  # one reward is NaN
    random_reward: np.random.Generator | None = None  # rewards are noise
    factor = 1.0  # of every reward: its scale, or its sign
    sparse = False  # an episode's whole reward comes with its last step
    wandering: np.random.Generator | None = None  # the level of all rewards drifts to and fro
    level = 0.0  # that drift now
    _owed: np.ndarray | float = 0.0

    def reset(self) -> VecEnvObs:
        return self.venv.reset()

    def step_wait(self) -> VecEnvStepReturn:
        while self.blocked:
            time.sleep(3600)
        # One long wait instead of many short ones: each of them ends in a queue for a core.
        if self.delay and self.steps % self.rollout == 0:
            self.wait(self.delay)
        self.steps += 1
        if self.error:
            raise RuntimeError(self.error)
        observation, reward, done, info = self.venv.step_wait()
        if self.random_reward is not None:
            reward = self.random_reward.normal(size=reward.shape).astype(np.float32)
        if self.factor != 1.0:
            reward = (self.factor * reward).astype(np.float32)
        if self.sparse:
            self._owed = self._owed + reward
            reward = np.where(done, self._owed, 0.0).astype(np.float32)
            self._owed = np.where(done, 0.0, self._owed)
        if self.wandering is not None:
            kept = 1 - 1 / (WANDERS * self.rollout)
            pushed = DRIFT * np.sqrt(1 - kept**2) * self.wandering.normal()
            self.level = kept * self.level + pushed
            reward = (reward + self.level).astype(np.float32)
        if self.nan_reward:
            reward, self.nan_reward = reward.copy(), False
            reward[0] = np.nan
        return observation, reward, done, info
