"""The model that is revalidated: verified before a byte of it is used."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from core.canonical_json import canonical_sha256
from core.errors import InputError, IntegrityError, MarketDataError
from core.market import Candles
from core.playbook.settings import TrainingSettings
from core.timestamps import iso, parse_moment
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.evaluation import Policy, greedy
from runner.agent.features import FEATURE_NAMES, OBSERVATION_NAMES, WARM_UP, raw_features
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.normaliser import Normaliser
from runner.agent.policy import build_model, load_weights
from runner.agent.session import settings_with
from runner.agent.split import env_settings, purge_gap
from runner.agent.versions import differences
from runner.models.best_model import RETRAIN, read_best_model

TOO_CLOSE = "Use later candles, or train on earlier ones."


@dataclass(frozen=True)
class Candidate:
    """A model file that agrees with its manifest, and that sees what our agent sees."""

    path: Path
    content: bytes
    manifest: Mapping[str, Any]
    settings: TrainingSettings
    normaliser: Normaliser

    @classmethod
    def read(cls, path: Path) -> Candidate:
        """
        :raises InputError: no model, no manifest, or another observation space.
        :raises IntegrityError: the SHA-256 differs, or the manifest is incomplete.
        """
        path = path if path.suffix == ".zip" else path.with_name(f"{path.name}.zip")
        content, manifest = read_best_model(path)
        try:
            names, shape = list(manifest["feature_names"]), list(manifest["observation_shape"])
            settings = settings_with(TrainingSettings(), **manifest["config"]["settings"])
            normaliser = Normaliser.from_dict(manifest["normaliser"])
            parse_moment(manifest["train_first"]), parse_moment(manifest["train_last"])
        except (KeyError, TypeError, InputError) as error:
            raise IntegrityError(
                f"The manifest of {path.name} is incomplete: {error}.", RETRAIN
            ) from error
        if names != list(OBSERVATION_NAMES) or shape != [len(OBSERVATION_NAMES)]:
            raise InputError(
                f"{path.name} has another observation space: {shape} of"
                f" {', '.join(map(str, names))};"
                f" this version sees {[len(OBSERVATION_NAMES)]} of {', '.join(OBSERVATION_NAMES)}.",
                "Revalidate it with the version that trained it, or train again.",
            )
        normaliser.require_names(FEATURE_NAMES, path.name)
        return cls(path, content, manifest, settings, normaliser)

    def require_unseen(self, candles: Candles) -> None:
        """Refuse candles that the model was trained or chosen on.

        Two conditions: the files share no bar, and the first scored bar lies further
        behind the training data than any feature or training episode reaches.

        :raises MarketDataError: names both ranges.
        """
        trained_until = parse_moment(self.manifest["train_last"])
        reach = max(purge_gap(self.settings), WARM_UP) * timedelta(hours=1)
        scored_from = candles.first + WARM_UP * candles.interval + candles.interval
        ranges = (
            f"backtest {iso(candles.first)} to {iso(candles.last)}, training"
            f" {self.manifest['train_first']} to {self.manifest['train_last']}"
        )
        if candles.first <= trained_until:
            raise MarketDataError(
                f"The backtest data overlap the training range: {ranges}.", TOO_CLOSE
            )
        if scored_from <= trained_until + reach:
            raise MarketDataError(
                f"The backtest begins within {reach} of the training range: {ranges}.", TOO_CLOSE
            )

    def warnings(self) -> list[str]:
        """What a reader of its numbers must know of the model; mostly nothing."""
        found = differences(self.manifest.get("versions"), f"The model {self.path.name}")
        if (imported := self.manifest.get("imported")) is not None:
            found.append(
                f"The model was imported from {imported['file']} by {imported['by']}; its training"
                f" range is the word of {imported['range_by']}."
            )
        return found

    def features(self, market: Market) -> np.ndarray:
        """Features of unseen bars by the training's own statistics."""
        return self.normaliser.apply(raw_features(market))

    def policy(self, market: Market, features: np.ndarray) -> Policy:
        """The deterministic policy, its weights put into a freshly built network.

        :raises IntegrityError: the weights don't fit the network.
        """
        single = settings_with(self.settings, n_envs=1, batch_size=max(self.settings.n_steps, 2))
        span = ChronologicalEpisodes([(0, len(market) - 1)])
        env = MarketEnv(market, features, span, env_settings(single, exit_at_end=True), 1)
        model = build_model(single, env, single.seed)
        load_weights(model, io.BytesIO(self.content), self.path.name)
        return greedy(model)

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
            "validation": self.manifest["validation"],
            "settings": self.manifest["config"]["settings"],
            "versions": self.manifest["versions"],
        }
