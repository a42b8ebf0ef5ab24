"""A trainer of a user's own: SB3's PPO on environments in worker processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import SubprocVecEnv


class Coin(gym.Env):
    observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        return np.zeros(2, np.float32), float(action), False, False, {}


if __name__ == "__main__":
    env = SubprocVecEnv([Coin, Coin], start_method="fork")
    pids = " ".join(str(process.pid) for process in env.processes)
    Path(sys.argv[1], "workers").write_text(pids)
    model = PPO("MlpPolicy", env, n_steps=64, batch_size=64, device="cpu")
    model.set_logger(Logger(folder=None, output_formats=[]))  # else SB3 leaves a folder in /tmp
    model.learn(10**9)
