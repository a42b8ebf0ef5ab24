"""A trainer of your own with stable-baselines3. Any environment, any callbacks.

In the playbook::

    training:
      command: ["{python}", "{checkout}/examples/own_trainer_sb3.py", --logdir, "{tensorboard_dir}",
                --steps, "{steps}"]

trainweek reads the TensorBoard events and supervises the process; success is exit code 0.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gymnasium as gym
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import configure


def main() -> None:
    """Train with the options of the command line; events go to ``--logdir``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, required=True, help="folder for the event files")
    parser.add_argument("--steps", type=int, required=True, help="environment steps in total")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()

    torch.set_num_threads(1)  # so small a network is quicker without the others
    env = make_vec_env(lambda: gym.make("CartPole-v1"), n_envs=4, seed=given.seed)
    model = PPO("MlpPolicy", env, n_steps=256, batch_size=256, seed=given.seed, device="cpu")
    # Our folder as it is: SB3's own `tensorboard_log` would add a sub-folder PPO_1.
    model.set_logger(configure(str(given.logdir), ["stdout", "tensorboard"]))
    model.learn(total_timesteps=given.steps)
    model.save(given.logdir / "model")
    env.close()


if __name__ == "__main__":
    main()
