"""The states of all random generators of a training, as JSON."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO


def random_states(model: PPO) -> dict[str, Any]:
    """Of Python, NumPy, torch, the environment and its action space."""
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
        "environment": model.env.np_random.bit_generator.state,
        "action_space": model.action_space.np_random.bit_generator.state,
    }


def restore_random_states(states: Mapping[str, Any], model: PPO) -> None:
    """Put back what :func:`random_states` took."""
    version, internal, gauss = states["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((name, np.asarray(keys, dtype=np.uint32), position, has_gauss, cached))
    torch.set_rng_state(torch.tensor(states["torch"], dtype=torch.uint8))
    model.env.np_random.bit_generator.state = states["environment"]
    if "action_space" in states:
        model.action_space.np_random.bit_generator.state = states["action_space"]
    # The seed that SB3 has left for the first reset would begin the same episodes again.
    model.env._reset_seeds()
