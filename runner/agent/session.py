"""One PPO training session on prepared data: model, environments and callbacks.

The job, the smoke test and the benchmarks all use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stable_baselines3.common.callbacks import CallbackList
from stable_baselines3.common.logger import HParam, configure

from core.errors import InputError
from core.language import Message
from core.playbook.settings import TrainingSettings
from runner.agent.callbacks import (
    AfterRollout,
    EntropyWeight,
    EverySteps,
    PPOCallback,
    RecordRange,
    RequireFinite,
    RewardScalars,
    StopWhen,
    Validation,
)
from runner.agent.policy import TrainingDivergedError, build_model, non_finite_parameter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stable_baselines3 import PPO

    from runner.agent.evaluation import Evaluation
    from runner.agent.market_env import MarketEnv
    from runner.agent.normaliser import Normaliser
    from runner.agent.split import TrainingData

# The least number of evaluations and checkpoints of a run, however short it is.
FEWEST_EVALUATIONS = 8
FEWEST_CHECKPOINTS = 4


def _nothing(*_: Any) -> None:
    return None


@dataclass(frozen=True)
class Hooks:
    """Callbacks of the caller."""

    stop_requested: Callable[[], bool] = field(default=lambda: False)
    on_evaluation: Callable[[Evaluation, float | None], None] = _nothing
    on_rollout: Callable[[], None] = _nothing
    on_checkpoint_due: Callable[[], None] = _nothing


class Session:
    """A training run that can be started, or resumed from restored weights.

    :param total_steps: the step at which the run is complete, over all its attempts.
    :raises InputError: batch_size does not divide n_envs * n_steps.
    """

    def __init__(
        self, data: TrainingData, settings: TrainingSettings, total_steps: int, bars_per_year: int
    ) -> None:
        self.data, self.settings, self.total_steps = data, settings, total_steps
        self.bars_per_year = bars_per_year
        self.rollout_steps = settings.n_envs * settings.n_steps
        if self.rollout_steps % settings.batch_size:
            raise InputError(
                Message(
                    "training.batch_size {size} does not divide the {steps} steps of a rollout.",
                    size=settings.batch_size,
                    steps=self.rollout_steps,
                ),
                Message("Choose a divisor of n_envs x n_steps."),
            )
        self.env: MarketEnv = data.training_env(settings, settings.seed)
        self.model: PPO = build_model(settings, self.env, settings.seed)
        self.validation: Validation | None = None
        self.also: list[PPOCallback] = []  # of the caller, called after all others
        self._range = RecordRange(data.normaliser.observation, data.normaliser.seen)

    @property
    def steps(self) -> int:
        """Steps trained so far."""
        return int(self.model.num_timesteps)

    @property
    def normaliser(self) -> Normaliser:
        """Of the observations, with the range seen so far."""
        return replace(self.data.normaliser, seen=self._range.seen)

    @property
    def mean_episode_reward(self) -> float | None:
        """The mean of SB3's last hundred episodes; None before the first one ends."""
        episodes = self.model.ep_info_buffer
        return sum(info["r"] for info in episodes) / len(episodes) if episodes else None

    def log_to(self, folder: Path, hyperparameters: dict[str, Any]) -> None:
        """Write SB3's events to this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        logger = configure(str(folder), ["tensorboard"])
        self.model.set_logger(logger)
        known = {name: value for name, value in hyperparameters.items() if value is not None}
        metrics = {"rollout/ep_rew_mean": 0.0, "eval/sharpe": 0.0}
        logger.record(
            "hyperparameters", HParam(known, metrics), exclude=("stdout", "log", "json", "csv")
        )

    def learn(self, hooks: Hooks) -> bool:
        """Train to ``total_steps``; True if it is complete, False if it was stopped.

        :raises TrainingDivergedError: rewards, weights or losses are NaN or infinite.
        :raises SetupError: no checkpoint could be saved for a whole interval.
        """
        stop = StopWhen(hooks.stop_requested)
        self.validation = Validation(
            self.data.validation_env(self.settings),
            self._interval(self.settings.evaluate_every_steps, FEWEST_EVALUATIONS),
            self.total_steps,
            self.bars_per_year,
            hooks.on_evaluation,
        )
        checkpoints = self._interval(self.settings.checkpoint_every_steps, FEWEST_CHECKPOINTS)
        callbacks = CallbackList(
            [
                stop,
                RequireFinite(),
                self._range,
                EverySteps(checkpoints, hooks.on_checkpoint_due),
                RewardScalars(self.env),
                EntropyWeight(),
                self.validation,
                AfterRollout(hooks.on_rollout),
                *self.also,
            ]
        )
        self.validation.init_callback(
            self.model
        )  # a run resumed at its end never starts the callbacks
        if self.steps < self.total_steps:
            self._learn(callbacks)
        if stop.stopped:
            return False
        self.validation.run()
        # After the last update: SB3 would not log these scalars.
        self.model.logger.dump(self.steps)
        return True

    def _learn(self, callbacks: CallbackList) -> None:
        try:
            # SB3 adds the steps made so far to this number.
            self.model.learn(
                self.total_steps - self.steps, callback=callbacks, reset_num_timesteps=False
            )
        except ValueError as error:
            # torch refuses a distribution with NaN during an update.
            if (name := non_finite_parameter(self.model)) is None:
                raise
            raise TrainingDivergedError(
                Message("The weights {name} contain NaN or infinity", name=name), self.steps
            ) from error

    def _interval(self, wanted: int, fewest: int) -> int:
        return min(wanted, max(self.rollout_steps, self.total_steps // fewest))


def settings_with(settings: TrainingSettings, **changes: Any) -> TrainingSettings:
    """The settings with some fields changed, validated; None changes nothing.

    :raises InputError: a value out of the playbook's bounds.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        return TrainingSettings.model_validate({**settings.model_dump(), **given})
    except ValueError as error:
        names = ", ".join(given)
        raise InputError(
            Message("Invalid values of {names}: {error}", names=names, error=str(error)),
            Message("Give values within the playbook's bounds."),
        ) from error
