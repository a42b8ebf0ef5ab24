"""SB3 callbacks of a training run.

They act at the end of a rollout: SB3 writes its scalars right after that, so each value is
written at its own step.
"""

from __future__ import annotations

import math
import time
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from core.errors import SetupError
from core.language import Message
from runner.agent.evaluation import Evaluation, evaluate, greedy
from runner.agent.observed_range import ObservedRange
from runner.agent.policy import TrainingDivergedError, non_finite_parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from stable_baselines3 import PPO

    from runner.agent.market_env import MarketEnv

# SB3 logs NaN for it when all returns of a rollout are equal; that is not a failure.
UNDEFINED_WITHOUT_VARIANCE = "train/explained_variance"

FIRST_AFTER_S = 60.0  # of a new run's first checkpoint, however far apart the later ones are


class PPOCallback(BaseCallback):
    """A callback whose model is a PPO, so that its attributes are typed."""

    model: PPO


class StopWhen(PPOCallback):
    """Ends training between two steps when ``requested()`` is true.

    The interrupted rollout was not learned from, so its steps don't count:
    ``num_timesteps`` is set back to its start.
    """

    def __init__(self, requested: Callable[[], bool]) -> None:
        super().__init__()
        self.requested = requested
        self.stopped = False
        self._rollout_start = 0

    def _on_rollout_start(self) -> None:
        self._rollout_start = self.model.num_timesteps

    def _on_step(self) -> bool:
        self.stopped = self.requested()
        return not self.stopped

    def _on_training_end(self) -> None:
        if self.stopped:
            self.model.num_timesteps = self._rollout_start


class RequireFinite(PPOCallback):
    """Ends training when a reward, a loss or a weight is NaN or infinite.

    Rewards are checked before the update, so that the weights stay good; losses and weights
    right after it.
    """

    def _on_step(self) -> bool:
        return True

    def check(self) -> None:
        """Check losses and weights.

        :raises TrainingDivergedError: names the first one that is not finite.
        """
        for name, value in self.logger.name_to_value.items():
            loss = name.startswith("train/") and isinstance(value, Real)
            if loss and name != UNDEFINED_WITHOUT_VARIANCE and not math.isfinite(value):
                self._fail(Message("{name} is {value}", name=name, value=str(value)))
        if (parameter := non_finite_parameter(self.model)) is not None:
            self._fail(Message("The weights {name} contain NaN or infinity", name=parameter))

    def _on_rollout_end(self) -> None:
        buffer = self.model.rollout_buffer
        for problem, values in (
            (Message("The rewards of the rollout contain NaN or infinity"), buffer.rewards),
            (
                Message("The observations of the rollout contain NaN or infinity"),
                buffer.observations,
            ),
            (Message("The value estimates of the rollout contain NaN or infinity"), buffer.values),
        ):
            if not np.isfinite(values).all():
                self._fail(problem)

    def _on_rollout_start(self) -> None:
        self.check()  # right after an update

    def _on_training_end(self) -> None:
        self.check()

    def _fail(self, what: Message) -> None:
        raise TrainingDivergedError(what, self.model.num_timesteps)


class RewardScalars(PPOCallback):
    """Logs the mean reward per step, total and by component: ``reward/*``."""

    def __init__(self, env: MarketEnv) -> None:
        super().__init__()
        self.env = env

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        means = self.env.take_sums()
        if not self.env.settings.reward.drawdown_penalty:
            means.pop("drawdown")  # not part of this reward: its curve would always be 0
        for name, mean in means.items():
            self.logger.record(f"reward/{name}", mean)
        self.logger.record("reward/total", sum(means.values()))
        unshaped = (means["market"] + means["cost"]) / self.env.settings.reward.scale
        self.logger.record("reward/log_return", unshaped)


class _Retry:
    """Retries a save that fails because the disk is full.

    :param steps: how many steps it may keep failing; a crash must not lose more than that.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._failing_since: int | None = None  # the step at which it first failed

    def done(self, step: int, act: Callable[[], None]) -> bool:
        """Call ``act``; False if it failed and must be retried.

        :raises SetupError: it has failed for too long.
        """
        try:
            act()
        except SetupError:
            if self._failing_since is None:
                self._failing_since = step
            if step - self._failing_since >= self.steps:
                raise
            return False
        self._failing_since = None
        return True


class Validation(PPOCallback):
    """Evaluates the deterministic policy on the validation slice at an interval: ``eval/*``.

    :param every: steps between two evaluations.
    :param total: the last evaluation, at this step, is run by the caller after the last
        update.
    :param on_evaluation: called with each result. If it raises SetupError (a full disk), the
        evaluation is repeated at the next rollout; after a full interval of failures the error
        ends training.
    """

    def __init__(
        self,
        env: MarketEnv,
        every: int,
        total: int,
        bars_per_year: int,
        on_evaluation: Callable[[Evaluation, float | None], None],
    ) -> None:
        super().__init__()
        self.env, self.every, self.total = env, every, total
        self.bars_per_year = bars_per_year
        self.on_evaluation = on_evaluation
        self._done = 0  # number of completed intervals
        self._retry = _Retry(every)

    def _on_training_start(self) -> None:
        self._done = self.model.num_timesteps // self.every

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        passed = self.model.num_timesteps // self.every
        steps = self.model.num_timesteps
        due = passed > self._done and steps < self.total
        if due and self._retry.done(steps, self.run):
            self._done = passed

    def run(self) -> None:
        """Evaluate now. Without volatility there is no Sharpe, and none is logged."""
        result = evaluate(greedy(self.model), self.env)
        sharpe = result.sharpe(self.bars_per_year)
        if sharpe is not None:
            self.logger.record("eval/sharpe", sharpe)
        self.logger.record("eval/return_pct", result.return_pct)
        self.logger.record("eval/max_drawdown_pct", result.max_drawdown_pct)
        self.on_evaluation(result, sharpe)


class RecordRange(PPOCallback):
    """Records the range of all observations that the policy acted on.

    :ivar seen: over all attempts of the run; None: nothing yet, or the run began without a record,
        and the range of its rest would be too narrow.
    """

    def __init__(self, names: tuple[str, ...], seen: ObservedRange | None) -> None:
        super().__init__()
        self.names, self.seen = names, seen
        self._complete = True

    def _on_training_start(self) -> None:
        self._complete = self.seen is not None or self.model.num_timesteps == 0

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        if self._complete:
            rollout = ObservedRange.of(self.names, self.model.rollout_buffer.observations)
            self.seen = rollout if self.seen is None else self.seen.with_more(rollout)


class EverySteps(PPOCallback):
    """Calls ``act()`` at the start of the first rollout after each ``every`` steps.

    A run that began at step 0 calls it once more, at the first rollout after
    :data:`FIRST_AFTER_S`: until its first checkpoint a crash loses everything.

    At the start of a rollout the update of the last one is complete. If ``act`` raises
    SetupError (a full disk), it is retried at each rollout; after a full interval of failures
    the error ends training, because a crash would lose more than that.
    """

    def __init__(self, every: int, act: Callable[[], None]) -> None:
        super().__init__()
        self.every, self.act = every, act
        self._done = 0
        self._first_at: float | None = None  # of time.monotonic
        self._retry = _Retry(every)

    def _on_training_start(self) -> None:
        self._done = self.model.num_timesteps // self.every
        if self.model.num_timesteps == 0:
            self._first_at = time.monotonic() + FIRST_AFTER_S

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        steps = self.model.num_timesteps
        early = self._first_at is not None and time.monotonic() >= self._first_at
        if (passed := steps // self.every) <= self._done and not (early and steps):
            return
        if self._retry.done(steps, self.act):
            self._done, self._first_at = passed, None


class EntropyWeight(PPOCallback):
    """Logs ``train/ent_coef``, which SB3 does not log."""

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.logger.record("train/ent_coef", self.model.ent_coef)


class AfterRollout(PPOCallback):
    """Calls ``act()`` after each rollout; used last, to report progress."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.act()
