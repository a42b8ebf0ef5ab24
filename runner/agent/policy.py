"""PPO, built from settings. Weights are put in, never whole pickled objects."""

from __future__ import annotations

import random
from pathlib import Path
from pickle import UnpicklingError
from typing import BinaryIO

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

from core.errors import IntegrityError
from core.playbook.settings import TrainingSettings


def build_model(settings: TrainingSettings, env: VecEnv, seed: int) -> PPO:
    """A fresh PPO with the settings' numbers, on the CPU, in one torch thread.

    Networks as small as ours are slower on two threads than on one.

    """
    torch.set_num_threads(1)
    return PPO(
        "MlpPolicy",
        env,
        learning_rate=settings.learning_rate,
        n_steps=settings.n_steps,
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        gamma=settings.gamma,
        gae_lambda=settings.gae_lambda,
        clip_range=settings.clip_range,
        ent_coef=settings.ent_coef,
        vf_coef=settings.vf_coef,
        max_grad_norm=settings.max_grad_norm,
        policy_kwargs={"net_arch": list(settings.net_arch)},
        seed=seed,
        device="cpu",
        verbose=0,
    )


def load_weights(model: PPO, source: Path | BinaryIO, name: str) -> None:
    """Put saved weights and optimizer state into ``model``.

    Reads tensors only (``torch.load(weights_only=True)`` inside SB3's
    ``set_parameters``): the pickled part of the zip, which could run code, is never
    opened. Learning rate and entropy weight stay those that ``model`` was built with.

    :param name: what to call the source in an error.
    :raises IntegrityError: the file is no model, or one of another shape.
    """
    try:
        model.set_parameters(source, device="cpu")
    except (ValueError, KeyError, RuntimeError, OSError, EOFError, UnpicklingError) as error:
        raise IntegrityError(
            f"{name} does not hold the weights of this network: {error}",
            "Train again, or restore a backup.",
        ) from error
    for group in model.policy.optimizer.param_groups:
        group["lr"] = model.lr_schedule(1.0)


def non_finite_parameter(model: PPO) -> str | None:
    """Name of the first weight tensor with NaN or infinity in it, or None."""
    for name, values in model.policy.named_parameters():
        if not torch.isfinite(values).all():
            return name
    return None


def rng_states(env_rng: np.random.Generator) -> dict[str, object]:
    """States of all random generators of a training, as JSON values."""
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
        "environment": env_rng.bit_generator.state,
    }


def restore_rng_states(states: dict, env_rng: np.random.Generator) -> None:
    """Put back what :func:`rng_states` took."""
    version, internal, gauss = states["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((name, np.asarray(keys, dtype=np.uint32), position, has_gauss, cached))
    torch.set_rng_state(torch.tensor(states["torch"], dtype=torch.uint8))
    env_rng.bit_generator.state = states["environment"]
