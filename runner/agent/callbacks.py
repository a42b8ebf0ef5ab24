"""What happens beside the learning, in SB3's callback shape.

All of it happens at the end of a rollout: SB3 dumps its scalars right behind that,
so each number is written at the step that it belongs to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from core.errors import SetupError
from runner.agent.evaluation import Evaluation, evaluate, greedy
from runner.agent.market_env import MarketEnv
from runner.agent.policy import TrainingDivergedError, non_finite_parameter

# SB3 gives NaN for it whenever all returns of a rollout are equal; that is no failure.
UNDEFINED_WITHOUT_VARIANCE = "train/explained_variance"


class StopWhen(BaseCallback):
    """Ends the training between two steps, once ``requested()`` says so.

    The rollout that was cut short was never learned from, so its steps don't count:
    ``num_timesteps`` goes back to where it began.
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


class RequireFinite(BaseCallback):
    """Fails the training as soon as a reward, a loss or a weight is NaN or infinite.

    Rewards are looked at before the update, so that what broke them is not learned from
    and the weights stay good; losses and weights right behind it.
    """

    def _on_step(self) -> bool:
        return True

    def check(self) -> None:
        """:raises TrainingDivergedError: names the first culprit."""
        for name, value in self.logger.name_to_value.items():
            loss = name.startswith("train/") and isinstance(value, Real)
            if loss and name != UNDEFINED_WITHOUT_VARIANCE and not math.isfinite(value):
                self._fail(f"{name} is {value}")
        if (name := non_finite_parameter(self.model)) is not None:
            self._fail(f"The weights {name} hold NaN or infinity")

    def _on_rollout_end(self) -> None:
        buffer = self.model.rollout_buffer
        for name, values in (
            ("rewards", buffer.rewards),
            ("observations", buffer.observations),
            ("value estimates", buffer.values),
        ):
            if not np.isfinite(values).all():
                self._fail(f"The {name} of the rollout hold NaN or infinity")

    def _on_rollout_start(self) -> None:
        self.check()  # right behind an update

    def _on_training_end(self) -> None:
        self.check()

    def _fail(self, what: str) -> None:
        raise TrainingDivergedError(what, self.model.num_timesteps)


class RewardScalars(BaseCallback):
    """Logs the mean reward a step, whole and by component: ``reward/*``."""

    def __init__(self, env: MarketEnv) -> None:
        super().__init__()
        self.env = env

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        means = self.env.take_sums()
        if not self.env.settings.reward.drawdown_penalty:
            means.pop("drawdown")  # not part of this reward: no curve that is always 0
        for name, mean in means.items():
            self.logger.record(f"reward/{name}", mean)
        self.logger.record("reward/total", sum(means.values()))
        unshaped = (means["market"] + means["cost"]) / self.env.settings.reward.scale
        self.logger.record("reward/log_return", unshaped)


class _Patience:
    """With an act that can't be done at once, for the disk is full: no crash may cost more.

    :param steps: for so long the act may fail.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._failing_since: int | None = None  # the step at which it first failed

    def done(self, step: int, act: Callable[[], None]) -> bool:
        """Try it; False: it is to be tried again.

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


class Validation(BaseCallback):
    """Runs the deterministic policy over the validation slice now and then: ``eval/*``.

    :param every: steps between two of them.
    :param total: the last evaluation, at this step, is left to the caller, who runs
        it behind the last update.
    :param on_evaluation: told of each result. When it raises SetupError (a full disk), the
        next rollout is evaluated; when that fails for a whole interval, the training ends.
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
        self._done = 0  # how many intervals are behind us
        self._patience = _Patience(every)

    def _on_training_start(self) -> None:
        self._done = self.model.num_timesteps // self.every

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        passed = self.model.num_timesteps // self.every
        steps = self.model.num_timesteps
        due = passed > self._done and steps < self.total
        if due and self._patience.done(steps, self.run):
            self._done = passed

    def run(self) -> None:
        """Evaluate now. A policy without volatility has no Sharpe, and none is logged."""
        result = evaluate(greedy(self.model), self.env)
        sharpe = result.sharpe(self.bars_per_year)
        if sharpe is not None:
            self.logger.record("eval/sharpe", sharpe)
        self.logger.record("eval/return_pct", result.return_pct)
        self.logger.record("eval/max_drawdown_pct", result.max_drawdown_pct)
        self.on_evaluation(result, sharpe)


class EverySteps(BaseCallback):
    """Calls ``act()`` at the start of the first rollout behind each ``every`` steps.

    At a rollout's start the update of the last one is done: that is what is saved.
    An act that raises SetupError (a full disk) is tried again at each rollout; when it
    fails for a whole interval, the error ends the training: no crash may cost more.
    """

    def __init__(self, every: int, act: Callable[[], None]) -> None:
        super().__init__()
        self.every, self.act = every, act
        self._done = 0
        self._patience = _Patience(every)

    def _on_training_start(self) -> None:
        self._done = self.model.num_timesteps // self.every

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        steps = self.model.num_timesteps
        if (passed := steps // self.every) <= self._done:
            return
        if self._patience.done(steps, self.act):
            self._done = passed


class EntropyWeight(BaseCallback):
    """Logs ``train/ent_coef``, which SB3 does not, beside its ``train/learning_rate``."""

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.logger.record("train/ent_coef", self.model.ent_coef)


class AfterRollout(BaseCallback):
    """Calls ``act()`` behind each rollout, the last of the callbacks: progress."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self.act()
