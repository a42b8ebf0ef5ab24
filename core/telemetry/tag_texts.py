"""Texts on the tags of SB3's PPO.

Ranges marked *observed* are medians of 376 public PPO runs with 20 points or more.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.language import Message, literal

OBSERVED = Message("observed in 376 public PPO runs")
SB3 = literal("stable-baselines3: docs/common/logger.md, ppo.py")
REWARD, NATS, SQUARED = literal("reward"), literal("nats"), literal("reward²")
STEPS, SHARE = Message("steps"), Message("share, 0 to 1")
SETTING = Message("A setting, not a result.")
ONE_MINIBATCH = Message("From a single minibatch: noisy.")
_EVAL = literal("stable-baselines3: EvalCallback")
_FEW_EPISODES = Message("Few episodes per evaluation: noisy.")


@dataclass(frozen=True)
class TagMeaning:
    """One tag, explained. ``healthy`` is None where no range means anything."""

    tag: str  # SB3's current name
    title: Message
    definition: Message
    source: Message = SB3  # where definition and range come from
    unit: Message | None = None
    healthy: Message | None = None
    trap: Message | None = None


PPO = (
    TagMeaning(
        "rollout/ep_rew_mean",
        Message("Episode reward"),
        Message("Mean total reward of the last 100 finished episodes."),
        unit=REWARD,
        healthy=Message("rising, then flat; the level depends on the task"),
        trap=Message(
            "A moving average: neighbouring points are nearly equal (lag-1 autocorrelation 0.99), "
            "so short rises mean little. Logged only if the env has a Monitor. CleanRL logs single "
            "episodes instead."
        ),
    ),
    TagMeaning(
        "rollout/ep_len_mean",
        Message("Episode length"),
        Message("Mean number of steps of the last 100 finished episodes."),
        unit=STEPS,
        trap=Message("Logged only if the env has a Monitor. Longer is not better in every task."),
    ),
    TagMeaning(
        "rollout/success_rate",
        Message("Success rate"),
        Message("Share of the last 100 episodes that ended with is_success."),
        unit=SHARE,
        healthy=Message("rising towards 1"),
        trap=Message("Only logged by environments that report is_success."),
    ),
    TagMeaning(
        "time/fps",
        Message("Mean speed since the start"),
        Message("Steps divided by seconds since learn() was called, rounded down."),
        source=OBSERVED,
        unit=Message("steps/s"),
        healthy=Message("at least 1000 in 41% of the runs: depends on the environment"),
        trap=Message(
            "Cumulative since the start: it hides slowdowns, never drops when a run hangs, and its "
            "first point is too high because it includes no update. Use steps/s from steps and wall "
            "times instead."
        ),
    ),
    TagMeaning(
        "train/approx_kl",
        Message("KL divergence"),
        Message(
            "How much the last update changed the policy: mean of (r - 1) - log r over the "
            "minibatches of the last epoch."
        ),
        source=OBSERVED,
        unit=NATS,
        healthy=Message("below 0.03; half of the runs have a median between 0.005 and 0.013"),
        trap=Message(
            "97% of healthy runs cross 0.01 at least once. A KL of 0 is not healthy: the policy may "
            "be dead. Before SB3 1.1 it could be negative. With target_kl it can reach 1.5 times that "
            "value."
        ),
    ),
    TagMeaning(
        "train/clip_fraction",
        Message("Clip fraction"),
        Message("Share of samples with a clipped probability ratio, over all epochs."),
        source=OBSERVED,
        unit=SHARE,
        healthy=Message("0.04 to 0.11 in half of the runs; persistently above 0.4 is too high"),
        trap=Message("0 means that updates hardly change the policy, which may be too little."),
    ),
    TagMeaning(
        "train/clip_range",
        Message("Clip range"),
        Message("The current clip range."),
        trap=SETTING,
    ),
    TagMeaning(
        "train/clip_range_vf",
        Message("Clip range of the value function"),
        Message("The current clip range of the value function."),
        trap=SETTING,
    ),
    TagMeaning(
        "train/entropy_loss",
        Message("Entropy (negative)"),
        Message(
            "Minus the mean entropy of the policy. With n discrete actions between -ln(n) (random) "
            "and 0 (collapsed)."
        ),
        source=OBSERVED,
        unit=NATS,
        healthy=Message(
            "rising slowly towards 0, without reaching it; 24 of 343 runs end below 2% of their start"
        ),
        trap=Message(
            "CleanRL logs the entropy itself, with the opposite sign. With continuous actions it can "
            "have any sign."
        ),
    ),
    TagMeaning(
        "train/explained_variance",
        Message("Explained variance"),
        Message(
            "How well the critic predicts returns: 1 is perfect, 0 is useless, negative is worse than "
            "useless."
        ),
        source=OBSERVED,
        healthy=Message("median 0.3 late in the run; -0.05 to 0.95 in 9 of 10 runs"),
        trap=Message("NaN when all returns of a rollout are equal, which is harmless by itself."),
    ),
    TagMeaning(
        "train/policy_gradient_loss",
        Message("Policy loss"),
        Message("Mean clipped surrogate loss over all epochs."),
        source=OBSERVED,
        healthy=Message("between -1 and 1 in 99% of the runs"),
        trap=Message(
            "Its value does not have much meaning (SB3's documentation). It need not fall."
        ),
    ),
    TagMeaning(
        "train/value_loss",
        Message("Value loss"),
        Message("Mean squared error of the critic's return predictions."),
        source=OBSERVED,
        unit=SQUARED,
        healthy=Message("falls in 48% of the runs: there is no typical range"),
        trap=Message(
            "Its scale is the square of the reward's, and it rises when rewards rise. Check the "
            "explained variance instead."
        ),
    ),
    TagMeaning(
        "train/loss",
        Message("Total loss"),
        Message("Loss of the last minibatch only."),
        source=OBSERVED,
        healthy=Message("falls in half of the healthy runs"),
        trap=ONE_MINIBATCH,
    ),
    TagMeaning(
        "train/std",
        Message("Action spread"),
        Message("Standard deviation of continuous actions."),
        healthy=Message("falling slowly"),
        trap=Message(
            "Unbounded growth means that exploration is diverging. Not logged for discrete actions."
        ),
    ),
    TagMeaning(
        "train/learning_rate",
        literal("Learning rate"),
        Message("The current learning rate."),
        trap=Message("A setting, not a result. Check it when KL jumps."),
    ),
    TagMeaning(
        "eval/mean_reward",
        Message("Evaluation reward"),
        Message(
            "Mean reward of the evaluation episodes, by default with the deterministic policy."
        ),
        source=_EVAL,
        unit=REWARD,
        healthy=Message("rising, then flat"),
        trap=Message("Few episodes per evaluation: noisy. Still the best sign of convergence."),
    ),
    TagMeaning(
        "eval/mean_ep_length",
        Message("Evaluation length"),
        Message("Mean steps of the evaluation episodes."),
        source=_EVAL,
        unit=STEPS,
        trap=_FEW_EPISODES,
    ),
    TagMeaning(
        "eval/success_rate",
        Message("Evaluation success"),
        Message("Share of evaluation episodes that ended with is_success."),
        source=_EVAL,
        unit=SHARE,
        healthy=Message("rising towards 1"),
        trap=_FEW_EPISODES,
    ),
    TagMeaning(
        "eval/sharpe",
        Message("Validation Sharpe"),
        Message(
            "Annualised Sharpe ratio of one pass over the validation slice, which is used neither for "
            "training nor for the backtest."
        ),
        source=Message("the playbook's daily check"),
        healthy=Message("above 0"),
        trap=Message("The best of many evaluations is an optimistic number."),
    ),
)
