"""States of all random generators of a training run, as JSON."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from runner.agent.market_env import MarketEnv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stable_baselines3 import PPO


def random_states(model: PPO) -> dict[str, Any]:
    """The states of Python, NumPy, torch, the environment and its action space."""
    version, internal, gauss = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state()
    return {
        "python": [version, list(internal), gauss],
        "numpy": [
            str(name),
            np.asarray(keys).tolist(),
            int(position),
            int(has_gauss),
            float(cached),
        ],
        "torch": torch.get_rng_state().tolist(),
        "environment": _env(model).np_random.bit_generator.state,
        "action_space": model.action_space.np_random.bit_generator.state,
    }


def restore_random_states(states: Mapping[str, Any], model: PPO) -> None:
    """Restore the states that :func:`random_states` returned."""
    version, internal, gauss = states["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((name, np.asarray(keys, dtype=np.uint32), position, has_gauss, cached))
    torch.set_rng_state(torch.tensor(states["torch"], dtype=torch.uint8))
    _env(model).np_random.bit_generator.state = states["environment"]
    if "action_space" in states:
        model.action_space.np_random.bit_generator.state = states["action_space"]
    # Otherwise the seed that SB3 keeps for the first reset would repeat the same episodes.
    _env(model)._reset_seeds()


def _env(model: PPO) -> MarketEnv:
    if not isinstance(model.env, MarketEnv):
        raise TypeError("The model has no MarketEnv.")
    return model.env
