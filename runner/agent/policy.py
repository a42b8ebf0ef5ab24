"""PPO, built from settings. Only weights are loaded, never pickled objects."""

from __future__ import annotations

import io
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile

import torch
from stable_baselines3.common.logger import Logger

from core.errors import IntegrityError, TrainweekError
from core.language import Message
from core.limited_files import ArchiveLimitError, read_limited
from runner.agent.model_archive import largest_archive, opened_model
from runner.agent.ppo import WrittenOutPPO

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import VecEnv

    from core.playbook.settings import TrainingSettings

_UNREADABLE = (
    BadZipFile, NotImplementedError, ValueError, KeyError, RuntimeError, OSError, EOFError,
    UnpicklingError,
)  # fmt: skip


class TrainingDivergedError(TrainweekError):
    """Rewards, losses or weights are NaN or infinite."""

    def __init__(self, problem: Message, step: int) -> None:
        super().__init__(
            Message("{problem} at step {step:,}: training diverged.", problem=problem, step=step),
            Message("Restart from a checkpoint with a lower learning rate."),
        )


def build_model(settings: TrainingSettings, env: VecEnv, seed: int) -> PPO:
    """A new PPO with these settings, on the CPU, in one torch thread.

    Networks as small as ours are slower with two threads. It has a logger without outputs:
    SB3 would create an unused folder in /tmp.
    """
    torch.set_num_threads(1)
    model = WrittenOutPPO(
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


def load_weights(model: PPO, source: Path | io.BytesIO, name: str) -> None:
    """Load weights and optimizer state into ``model``.

    Reads tensors only (``torch.load(weights_only=True)`` inside SB3's ``set_parameters``):
    the pickled part of the zip, which could run code, is never opened. ``model`` keeps its
    learning rate and entropy coefficient.

    :param name: the source in an error message.
    :raises IntegrityError: the file is not a model, or its tensors have different shapes.
    """
    try:
        most = largest_archive(model)
        content = read_limited(source, most) if isinstance(source, Path) else source.getvalue()
        opened_model(content, most).close()
        # SB3 takes open files too, as its save() does; its annotation names only paths.
        model.set_parameters(cast("str", io.BytesIO(content)), device="cpu")
    except _UNREADABLE as error:
        raise IntegrityError(
            Message(
                "The weights of {model} could not be loaded into this network: {error}",
                model=name,
                error=error.args[0] if isinstance(error, ArchiveLimitError) else str(error),
            ),
            Message("Train again, or restore a backup."),
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
    """Refuse a model that can't be trained further.

    :raises TrainingDivergedError: a weight or an optimizer state is NaN or infinite.
    """
    if (name := non_finite_parameter(model)) is not None:
        raise TrainingDivergedError(
            Message("The weights {name} contain NaN or infinity", name=name),
            int(model.num_timesteps),
        )
    for state in model.policy.optimizer.state.values():
        for name, values in state.items():
            if torch.is_tensor(values) and not torch.isfinite(values).all():
                raise TrainingDivergedError(
                    Message("The optimizer's {name} contains NaN or infinity", name=name),
                    int(model.num_timesteps),
                )
