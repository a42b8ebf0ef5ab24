"""What each known tag means, what is healthy, and the trap in reading it.

Healthy ranges marked *observed* are medians of 376 public PPO runs; the others name
their source. They are shown beside a chart and decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.telemetry.aliases import canonical

_OBSERVED = "observed in 376 public PPO runs"
_SB3 = "stable-baselines3 docs/common/logger.md and ppo.py"


@dataclass(frozen=True)
class TagMeaning:
    """One tag, explained."""

    tag: str  # SB3's present name
    title: str
    definition: str
    unit: str = ""
    healthy: str = ""  # "" where no range means anything
    source: str = _SB3
    trap: str = ""


_MEANINGS = (
    TagMeaning(
        "rollout/ep_rew_mean",
        "Episode reward",
        "Mean total reward of the last 100 finished episodes.",
        unit="reward",
        healthy="rising, then level; its height depends on the task",
        trap="A moving average: neighbouring points are nearly equal, so short rises mean "
        "little. It exists only if the env has a Monitor.",
    ),
    TagMeaning(
        "rollout/ep_len_mean",
        "Episode length",
        "Mean number of steps of the last 100 finished episodes.",
        unit="steps",
        trap="It exists only if the env has a Monitor.",
    ),
    TagMeaning(
        "rollout/success_rate",
        "Success rate",
        "Share of the last 100 episodes that ended with is_success.",
        healthy="rising towards 1",
    ),
    TagMeaning(
        "time/fps",
        "Mean speed since the start",
        "Steps divided by seconds since learn() was called, cut to a whole number.",
        unit="steps/s",
        trap="Cumulative since the start: it hides slowdowns, never falls on a hang, and its "
        "first point is too high as it holds no update. Read steps/s from steps and wall times.",
    ),
    TagMeaning(
        "train/approx_kl",
        "KL divergence",
        "How far the last update moved the policy: mean((r - 1) - log r) over the "
        "minibatches of the last epoch.",
        unit="nats",
        healthy="below 0.03; half of the runs have a median between 0.005 and 0.013",
        source=_OBSERVED,
        trap="97 % of healthy runs cross 0.01 at least once. A KL of zero is not health: the "
        "policy may be dead. Before SB3 1.1 it could be negative.",
    ),
    TagMeaning(
        "train/clip_fraction",
        "Clipped share",
        "Share of samples whose probability ratio was clipped, over all epochs.",
        healthy="0.04 to 0.11 in half of the runs; above 0.4 for long is too much",
        source=_OBSERVED,
    ),
    TagMeaning(
        "train/clip_range", "Clip range", "The clip range in force.", trap="A setting, no result."
    ),
    TagMeaning(
        "train/clip_range_vf",
        "Clip range of the value function",
        "The clip range of the value function in force.",
        trap="A setting, no result.",
    ),
    TagMeaning(
        "train/entropy_loss",
        "Entropy (negative)",
        "Minus the mean entropy of the policy. For n discrete actions it lies between "
        "-ln(n), random, and 0, collapsed.",
        unit="nats",
        healthy="rising slowly towards 0, without reaching it",
        trap="CleanRL logs the entropy itself, with the other sign. Continuous actions have "
        "entropies of any sign.",
    ),
    TagMeaning(
        "train/explained_variance",
        "Explained variance",
        "How well the critic predicts returns: 1 is perfect, 0 useless, negative worse than "
        "useless.",
        healthy="late medians 0.3; -0.05 to 0.95 in nine of ten runs",
        source=_OBSERVED,
        trap="NaN when all returns of a rollout are equal, which is harmless by itself.",
    ),
    TagMeaning(
        "train/policy_gradient_loss",
        "Policy loss",
        "Mean clipped surrogate loss over all epochs.",
        healthy="between -1 and 1 in 99 % of the runs",
        source=_OBSERVED,
        trap="SB3's documentation: its value does not have much meaning. It need not fall.",
    ),
    TagMeaning(
        "train/value_loss",
        "Value loss",
        "Mean squared error of the critic on returns.",
        unit="reward²",
        trap="Its scale is the square of the reward's, and it rises when rewards rise: it falls "
        "in about half of the healthy runs. Judge the critic by explained variance.",
    ),
    TagMeaning(
        "train/loss",
        "Total loss",
        "Loss of the last minibatch alone.",
        trap="One minibatch: noise. It falls in half of the healthy runs.",
    ),
    TagMeaning(
        "train/std",
        "Action spread",
        "Standard deviation of continuous actions.",
        healthy="falling slowly",
        trap="Growth without end means that exploration blows up.",
    ),
    TagMeaning(
        "train/learning_rate", "Learning rate", "The learning rate in force.",
        trap="A setting, no result; look at it when KL jumps.",
    ),
    TagMeaning(
        "train/ent_coef",
        "Entropy weight",
        "The weight of the entropy bonus in force.",
        source="trainweek",
        trap="A setting, no result; raised on purpose when the reward stays flat.",
    ),
    TagMeaning(
        "eval/mean_reward",
        "Evaluation reward",
        "Mean reward of evaluation episodes, with the deterministic policy unless set otherwise.",
        unit="reward",
        healthy="rising, then level",
        trap="Few episodes an evaluation: noisy. Still the best sign of convergence.",
    ),
    TagMeaning(
        "eval/mean_ep_length", "Evaluation length", "Mean steps of evaluation episodes.", unit="steps"
    ),
    TagMeaning(
        "eval/sharpe",
        "Validation Sharpe",
        "Annualised Sharpe ratio of one pass over the validation slice, which is neither "
        "trained nor backtested on.",
        healthy="above 0",
        source="the playbook's daily check",
        trap="The best of many evaluations is an optimistic number.",
    ),
)  # fmt: skip

MEANINGS: dict[str, TagMeaning] = {meaning.tag: meaning for meaning in _MEANINGS}


def meaning(tag: str) -> TagMeaning | None:
    """What a tag means, under whatever name it is written; None if nobody here knows."""
    known = MEANINGS.get(canonical(tag))
    if known is None and tag.startswith("reward/"):
        part = tag.removeprefix("reward/").replace("_", " ")
        return TagMeaning(
            tag,
            f"Reward: {part}",
            f"Mean of the reward's component {part!r} over a rollout.",
            unit="reward",
            source="agent/reward.py",
            trap="Components of equal size in every action teach nothing.",
        )
    return known
