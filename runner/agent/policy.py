"""PPO, built from settings. Weights are put in, never whole pickled objects."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import BinaryIO

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecEnv

from core.errors import IntegrityError, TrainweekError
from core.playbook.settings import TrainingSettings


class TrainingDivergedError(TrainweekError):
    """Rewards, losses or weights are no numbers any more."""

    def __init__(self, what: str, step: int) -> None:
        super().__init__(
            f"{what} at step {step}: the training has diverged.",
            "Restart from a checkpoint with a lower learning rate.",
        )


def build_model(settings: TrainingSettings, env: VecEnv, seed: int) -> PPO:
    """A fresh PPO with the settings' numbers, on the CPU, in one torch thread.

    Networks as small as ours are slower on two threads than on one. It logs nowhere until
    it is told where: SB3 itself would make a folder for nothing in the machine's /tmp.
    """
    torch.set_num_threads(1)
    model = PPO(
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
    model.set_logger(Logger(folder=None, output_formats=[]))
    return model


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


def require_finite(model: PPO) -> None:
    """Refuse a model that no training could go on from.

    :raises TrainingDivergedError: a weight or a moment of the optimizer is NaN or infinite.
    """
    if (name := non_finite_parameter(model)) is not None:
        raise TrainingDivergedError(
            f"The weights {name} hold NaN or infinity", int(model.num_timesteps)
        )
    for state in model.policy.optimizer.state.values():
        for name, values in state.items():
            if torch.is_tensor(values) and not torch.isfinite(values).all():
                raise TrainingDivergedError(
                    f"The optimizer's {name} holds NaN or infinity", int(model.num_timesteps)
                )
