"""An external model: only its weights, never its pickled objects.

SB3's zip has ``policy.pth`` (tensors), and ``data``, whose JSON contains pickled objects.
The tensors are read by ``torch.load(weights_only=True)``; of ``data`` only the plain JSON
values are read. The result is a new model of ours.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.errors import InputError
from core.language import Message
from core.limited_files import ArchiveLimitError, json_of, read_limited
from core.market.synthetic import make_market
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.features import FEATURE_NAMES, OBSERVATION_NAMES
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.model_archive import largest_archive, opened_model
from runner.agent.policy import build_model, require_finite
from runner.agent.session import settings_with
from runner.agent.split import env_settings

if TYPE_CHECKING:
    from pathlib import Path

    from stable_baselines3 import PPO

    from core.playbook.settings import TrainingSettings

FIRST_LAYER = "mlp_extractor.policy_net.0.weight"  # (units, observations)
WEIGHTS, DATA = "policy.pth", "data"
_UNREADABLE = (
    zipfile.BadZipFile, UnpicklingError, RuntimeError, EOFError, ValueError, TypeError,
    AttributeError, IndexError, NotImplementedError,
)  # fmt: skip


def model_of_weights(path: Path, settings: TrainingSettings) -> tuple[PPO, dict[str, Any]]:
    """A PPO built from ``settings``, with the policy weights of an SB3 zip.

    :returns: the model, and the file's own plain JSON facts (``steps``).
    :raises InputError: not a zip of SB3, different observations (named), or a different network.
    :raises TrainingDivergedError: weights that are not finite.
    """
    model = _empty_model(settings)
    weights, facts = _read(path, largest_archive(model))
    _require_observations(path, weights)
    _require_network(path, model, weights)
    model.policy.load_state_dict(weights)
    model.num_timesteps = int(facts.get("steps") or 0)
    require_finite(model)
    return model, facts


def _read(path: Path, most: int) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    remedy = Message("Give the .zip of a PPO, written by stable-baselines3's save().")
    try:
        with opened_model(read_limited(path, most), most) as archive:
            content = io.BytesIO(archive.read(WEIGHTS))
            data = archive.read(DATA) if DATA in archive.namelist() else b"{}"
        weights = torch.load(content, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(
            Message("{path} can't be read: {error}.", path=str(path), error=error.strerror), remedy
        ) from error
    except KeyError as error:
        raise InputError(
            Message("{file} has no {part}.", file=path.name, part=WEIGHTS), remedy
        ) from error
    except _UNREADABLE as error:
        raise InputError(
            Message(
                "The weights of {file} can't be read: {error}",
                file=path.name,
                error=error.args[0] if isinstance(error, ArchiveLimitError) else str(error),
            ),
            remedy,
        ) from error
    tensors = isinstance(weights, dict) and all(torch.is_tensor(v) for v in weights.values())
    if not tensors:
        raise InputError(
            Message("{part} of {file} is not a state dict.", part=WEIGHTS, file=path.name),
            remedy,
        )
    return dict(weights), _plain(data)


def _plain(data: bytes) -> dict[str, Any]:
    try:
        read = json_of(data)
        steps = read.get("num_timesteps")
    except (ValueError, AttributeError):
        return {}
    return {"steps": steps} if isinstance(steps, int) and not isinstance(steps, bool) else {}


def _require_observations(path: Path, weights: dict[str, torch.Tensor]) -> None:
    layer = weights.get(FIRST_LAYER)
    if layer is None or layer.ndim != 2 or layer.shape[1] == len(OBSERVATION_NAMES):
        return
    raise InputError(
        Message(
            "{file} has a different observation space: {size} numbers; this version has {own_size}:"
            " {names}.",
            file=path.name,
            size=layer.shape[1],
            own_size=len(OBSERVATION_NAMES),
            names=", ".join(OBSERVATION_NAMES),
        ),
        Message("Only a model that was trained on these observations can be revalidated."),
    )


def _require_network(path: Path, model: PPO, weights: dict[str, torch.Tensor]) -> None:
    ours = {name: tuple(values.shape) for name, values in model.policy.state_dict().items()}
    theirs = {name: tuple(values.shape) for name, values in weights.items()}
    if ours == theirs:
        return
    name = next(n for n in sorted(ours | theirs) if ours.get(n) != theirs.get(n))
    raise InputError(
        Message(
            "{file} has a different network: {layer} is {shape}; the playbook's training.net_arch"
            " gives {own_shape}.",
            file=path.name,
            layer=name,
            shape=str(theirs.get(name, "-")),
            own_shape=str(ours.get(name, "-")),
        ),
        Message("Use a playbook with the net_arch and max_exposure of the model's training run."),
    )


def _empty_model(settings: TrainingSettings) -> PPO:
    """A new model on a small synthetic market: only the spaces of its environment matter."""
    market = Market.from_frame(
        make_market(1, 2 * WARM_UP, datetime(2020, 1, 1, tzinfo=UTC)).candles.frame
    )
    single = settings_with(settings, n_envs=1, batch_size=max(settings.n_steps, 2))
    env = MarketEnv(
        market,
        np.zeros((len(market), len(FEATURE_NAMES)), dtype=np.float32),
        ChronologicalEpisodes([(0, len(market) - 1)]),
        env_settings(single, exit_at_end=True),
        1,
    )
    return build_model(single, env, settings.seed)
