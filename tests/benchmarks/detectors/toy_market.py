"""A market with a signal, as a vectorised environment that costs microseconds a step.

An account holds -1, 0 or 1 (or any share between, with continuous actions) for one step:

    reward = position * (edge * signal + noise) - cost * |change of position| + offset

The signal is an AR(1) process and observed among useless features. So a policy can learn,
the optimum is far from the start, and a training run of a few seconds holds hundreds of
episodes: what a trend is judged by.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv

FEATURES = 4  # the signal, two useless ones, the held position


class ToyMarket(VecEnv):
    """``num_envs`` accounts on independent signals.

    ``edge``, ``noise``, ``offset`` and ``delay`` may be changed while it runs: that is how
    faults are injected.
    """

    def __init__(
        self, num_envs: int, episode: int, seed: int, continuous: bool = False, noise: float = 0.5
    ) -> None:
        actions = spaces.Box(-1.0, 1.0, (1,), np.float32) if continuous else spaces.Discrete(3)
        self.render_mode = None
        super().__init__(num_envs, spaces.Box(-np.inf, np.inf, (FEATURES,), np.float32), actions)
        self.episode, self.continuous = episode, continuous
        self.edge, self.noise, self.cost, self.offset = 1.0, noise, 0.05, 0.0
        self.np_random = np.random.default_rng(seed)
        self._signal = self.np_random.normal(size=num_envs)
        # Accounts end one after another, not all in the same step.
        self._age = self.np_random.integers(0, episode, num_envs)
        self._held = np.zeros(num_envs)

    def reset(self) -> np.ndarray:
        return self._observation()

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        wanted = self._actions
        wanted = np.clip(wanted[:, 0], -1, 1) if self.continuous else wanted - 1.0
        moves = self.edge * self._signal + self.np_random.normal(0, self.noise, self.num_envs)
        reward = wanted * moves - self.cost * np.abs(wanted - self._held) + self.offset
        self._held = wanted
        self._signal = 0.8 * self._signal + self.np_random.normal(0, 0.6, self.num_envs)
        self._age += 1
        done = self._age >= self.episode
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        last = self._observation()
        for i in np.flatnonzero(done):
            infos[i] = {"terminal_observation": last[i], "TimeLimit.truncated": True}
        self._age[done], self._held[done] = 0, 0.0
        self._signal[done] = self.np_random.normal(size=int(done.sum()))
        return self._observation(), reward.astype(np.float32), done, infos

    def _observation(self) -> np.ndarray:
        useless = self.np_random.normal(size=(2, self.num_envs))
        return np.stack([self._signal, *useless, self._held], axis=1).astype(np.float32)

    def close(self) -> None:
        return None

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [getattr(self, attr_name)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        setattr(self, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list:
        return [getattr(self, method_name)(*args, **kwargs)] * self.num_envs

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs
