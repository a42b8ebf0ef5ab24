"""A model file from elsewhere: its weights alone, never the objects that it pickles.

SB3's zip holds ``policy.pth`` (tensors), and ``data``, whose JSON has pickled objects in
it. The tensors are read by ``torch.load(weights_only=True)``; of ``data`` only the plain
JSON values are looked at. What comes out is a fresh model of ours.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO

from core.errors import InputError
from core.market.synthetic import make_market
from core.playbook.settings import TrainingSettings
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.features import FEATURE_NAMES, OBSERVATION_NAMES, WARM_UP
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.policy import build_model, require_finite
from runner.agent.session import settings_with
from runner.agent.split import env_settings

LARGEST = 1 << 30  # bytes of weights; more is no policy of ours but a zip bomb
FIRST_LAYER = "mlp_extractor.policy_net.0.weight"  # (units, observations)
WEIGHTS, DATA = "policy.pth", "data"
_UNREADABLE = (
    zipfile.BadZipFile, UnpicklingError, RuntimeError, EOFError, ValueError, TypeError,
    AttributeError, IndexError,
)  # fmt: skip


def model_of_weights(path: Path, settings: TrainingSettings) -> tuple[PPO, dict[str, Any]]:
    """A PPO built from ``settings``, with the policy's weights of an SB3 zip in it.

    :returns: the model, and what the file says of itself in plain JSON (``steps``).
    :raises InputError: no zip of SB3's, other observations (named), another network,
        weights that are no numbers.
    """
    weights, said = _read(path)
    _require_observations(path, weights)
    model = _empty_model(settings)
    _require_network(path, model, weights)
    model.policy.load_state_dict(weights)
    model.num_timesteps = int(said.get("steps") or 0)
    require_finite(model)
    return model, said


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    remedy = "Give the .zip that stable-baselines3's save() wrote of a PPO."
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(WEIGHTS).file_size
            if size > LARGEST:
                raise InputError(f"{path.name} has {size} bytes of weights.", remedy)
            content = io.BytesIO(archive.read(WEIGHTS))
            data = archive.read(DATA) if DATA in archive.namelist() else b"{}"
        weights = torch.load(content, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy) from error
    except KeyError as error:
        raise InputError(f"{path.name} holds no {WEIGHTS}.", remedy) from error
    except _UNREADABLE as error:
        raise InputError(f"The weights of {path.name} can't be read: {error}", remedy) from error
    tensors = isinstance(weights, dict) and all(torch.is_tensor(v) for v in weights.values())
    if not tensors:
        raise InputError(f"{WEIGHTS} of {path.name} is no table of weights.", remedy)
    return dict(weights), _plain(data)


def _plain(data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data)
        steps = read.get("num_timesteps")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return {"steps": steps} if isinstance(steps, int) and not isinstance(steps, bool) else {}


def _require_observations(path: Path, weights: dict[str, torch.Tensor]) -> None:
    layer = weights.get(FIRST_LAYER)
    if layer is None or layer.ndim != 2 or layer.shape[1] == len(OBSERVATION_NAMES):
        return
    raise InputError(
        f"{path.name} has another observation space: it sees {layer.shape[1]} numbers, this"
        f" version {len(OBSERVATION_NAMES)}: {', '.join(OBSERVATION_NAMES)}.",
        "Only a model that was trained on these observations can be revalidated.",
    )


def _require_network(path: Path, model: PPO, weights: dict[str, torch.Tensor]) -> None:
    ours = {name: tuple(values.shape) for name, values in model.policy.state_dict().items()}
    theirs = {name: tuple(values.shape) for name, values in weights.items()}
    if ours == theirs:
        return
    name = next(n for n in sorted(ours | theirs) if ours.get(n) != theirs.get(n))
    raise InputError(
        f"{path.name} has another network: {name} is {theirs.get(name, 'absent')}, by the"
        f" playbook's training.net_arch it is {ours.get(name, 'absent')}.",
        "Use a playbook with the net_arch and max_exposure that the model was trained with.",
    )


def _empty_model(settings: TrainingSettings) -> PPO:
    """A network needs the spaces of an environment; the market in it is of no account."""
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
