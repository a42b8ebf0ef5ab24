"""The model under revalidation, verified before use."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.checks.log_summary import JudgedModel
from core.decision.training_range import OutsideTraining, outside_training
from core.errors import InputError, IntegrityError, MarketDataError
from core.language import Message
from core.playbook.settings import TrainingSettings
from core.timestamps import parse_moment
from core.trading.training_bars import purge_gap
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.evaluation import Policy, greedy
from runner.agent.features import FEATURE_NAMES, raw_features
from runner.agent.market_env import MarketEnv
from runner.agent.normaliser import Normaliser
from runner.agent.numerics import numeric_differences
from runner.agent.policy import build_model, load_weights
from runner.agent.session import settings_with
from runner.agent.split import env_settings
from runner.agent.versions import differences
from runner.models.best_model import RETRAIN, read_best_model, with_zip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

    from core.market import Candles
    from runner.agent.env_settings import EnvSettings
    from runner.agent.market import Market

TOO_CLOSE = Message("Use later candles, or train on earlier ones.")


@dataclass(frozen=True)
class Candidate:
    """A model file that matches its manifest and has our agent's observations."""

    path: Path
    content: bytes
    manifest: Mapping[str, Any]
    settings: TrainingSettings
    normaliser: Normaliser
    validation: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> Candidate:
        """Read and verify a model.

        :raises InputError: no model, no manifest, or a different observation space.
        :raises IntegrityError: the SHA-256 differs, or the manifest is incomplete.
        """
        path = with_zip(path)
        content, manifest = read_best_model(path)
        try:
            names, shape = list(manifest["feature_names"]), list(manifest["observation_shape"])
            settings = settings_with(TrainingSettings(), **manifest["config"]["settings"])
            normaliser = Normaliser.from_dict(manifest["normaliser"])
            parse_moment(manifest["train_first"]), parse_moment(manifest["train_last"])
        except (KeyError, TypeError, InputError) as error:
            raise IntegrityError(
                Message(
                    "The manifest of {file} is incomplete: {error}.",
                    file=path.name,
                    error=str(error),
                ),
                RETRAIN,
            ) from error
        own = FEATURE_NAMES + normaliser.position
        if names != list(own) or shape != [len(own)]:
            raise InputError(
                Message(
                    "{file} has a different observation space: {shape} of {names}; this version has"
                    " {own_shape} of {own_names}.",
                    file=path.name,
                    shape=str(shape),
                    names=", ".join(map(str, names)),
                    own_shape=str([len(own)]),
                    own_names=", ".join(own),
                ),
                Message("Revalidate it with the version that trained it, or train again."),
            )
        normaliser.require_names(FEATURE_NAMES, path.name)
        return cls(path, content, manifest, settings, normaliser, manifest.get("validation"))

    def require_unseen(self, candles: Candles) -> None:
        """Refuse candles that the model was trained or selected on.

        Two conditions: the data share no bar, and the first scored bar is later than the
        training data by more than any feature or training episode spans.

        :raises MarketDataError: names both ranges.
        """
        trained_until = parse_moment(self.manifest["train_last"])
        reach = max(purge_gap(self.settings), WARM_UP) * timedelta(hours=1)
        scored_from = candles.first + WARM_UP * candles.interval + candles.interval
        ranges = Message(
            "backtest {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, training "
            "{train_first:%Y-%m-%d %H:%M} to {train_last:%Y-%m-%d %H:%M} UTC",
            first=candles.first,
            last=candles.last,
            train_first=parse_moment(self.manifest["train_first"]),
            train_last=trained_until,
        )
        if candles.first <= trained_until:
            raise MarketDataError(
                Message("The backtest data overlap the training range: {ranges}.", ranges=ranges),
                TOO_CLOSE,
            )
        if scored_from <= trained_until + reach:
            raise MarketDataError(
                Message(
                    "The backtest begins within {reach} of the training range: {ranges}.",
                    reach=str(reach),
                    ranges=ranges,
                ),
                TOO_CLOSE,
            )

    def warnings(self) -> list[Message]:
        """Facts about the model that limit its results; usually none."""
        name = Message("The model {file}", file=self.path.name)
        found = differences(self.manifest.get("versions"), name)
        found += numeric_differences(self._trained_with(), name)
        if (imported := self.manifest.get("imported")) is not None:
            found.append(
                Message(
                    "The model was imported from {file} by {by}; its training range was stated by"
                    " {source}.",
                    file=imported["file"],
                    by=imported["by"],
                    source=imported["range_by"],
                )
            )
        return found

    def _trained_with(self) -> Mapping[str, str] | None:
        """Numerics of its training run; None: not recorded. An import only copied the weights."""
        return None if self.manifest.get("imported") else self.manifest.get("numerics")

    @property
    def env_settings(self) -> EnvSettings:
        """Of its evaluation: the position's numbers are computed as in its training run."""
        return env_settings(self.settings, exit_at_end=True, position=self.normaliser.position)

    def features(self, market: Market) -> np.ndarray:
        """Features of unseen bars, normalised with the training statistics."""
        return self.normaliser.apply(raw_features(market))

    def outside_training(self, observations: np.ndarray) -> OutsideTraining | None:
        """The bars on which it extrapolates; None: its training run recorded no range."""
        seen = self.normaliser.seen
        if seen is None:
            return None
        return outside_training(seen.names, observations, seen.low, seen.high)

    def policy(self, market: Market, features: np.ndarray) -> Policy:
        """The deterministic policy, with its weights in a newly built network.

        :raises IntegrityError: the weights don't fit the network.
        """
        single = settings_with(self.settings, n_envs=1, batch_size=max(self.settings.n_steps, 2))
        span = ChronologicalEpisodes([(0, len(market) - 1)])
        env = MarketEnv(market, features, span, self.env_settings, 1)
        model = build_model(single, env, single.seed)
        load_weights(model, io.BytesIO(self.content), self.path.name)
        return greedy(model)

    def judged(self) -> JudgedModel:
        """What the decision's documents must be about."""
        manifest = self.manifest
        imported = manifest.get("imported") is not None
        return JudgedModel(manifest["run"], manifest["step"], manifest["sha256"], imported)

    def record(self, shown_path: str) -> dict[str, Any]:
        """The ``model`` record of decision.json."""
        return {
            "path": shown_path,
            "sha256": self.manifest["sha256"],
            "manifest_sha256": canonical_sha256(self.manifest),
            "run": self.manifest["run"],
            "step": self.manifest["step"],
            "train_range": [self.manifest["train_first"], self.manifest["train_last"]],
            "data_sha256": self.manifest["data_sha256"],
            "synthetic": self.manifest["synthetic"],
            "validation": self.validation,
            "settings": self.manifest["config"]["settings"],
            "versions": self.manifest["versions"],
            "numerics": self._trained_with(),
        }
