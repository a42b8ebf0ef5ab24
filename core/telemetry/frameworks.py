"""What other frameworks call SB3's numbers, where the meaning is the same.

Each table names its source. A number that is scaled or counted otherwise is left out: skrl logs
the entropy times its coefficient, rsl_rl's ``Train/mean_reward/time`` has seconds as its step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REWARD, LENGTH = "rollout/ep_rew_mean", "rollout/ep_len_mean"
KL, CLIP, ENTROPY = "train/approx_kl", "train/clip_fraction", "train/entropy_loss"
EV, VALUE, POLICY = "train/explained_variance", "train/value_loss", "train/policy_gradient_loss"
LR, STD, FPS, LOSS = "train/learning_rate", "train/std", "time/fps", "train/loss"
CLIP_RANGE, EVAL = "train/clip_range", "eval/mean_reward"


@dataclass(frozen=True)
class Framework:
    """One program that writes event files.

    :ivar source: the file of its project that writes the tags.
    :ivar names: SB3's current tag -> this framework's, the best first.
    :ivar positive_entropy: tags that hold the entropy itself; SB3's holds minus it.
    :ivar by_iteration: its steps count iterations, not steps of the env.
    """

    name: str
    source: str
    names: Mapping[str, tuple[str, ...]]
    positive_entropy: frozenset[str] = field(default_factory=frozenset)
    by_iteration: bool = False


FRAMEWORKS = (
    Framework(
        "stable-baselines3",
        "stable_baselines3/common/on_policy_algorithm.py, ppo/ppo.py; sb3-contrib trpo.py",
        {
            KL: ("train/kl_divergence_loss",),  # TRPO's mean KL of an update
            POLICY: ("train/policy_loss",),
            VALUE: ("train/critic_loss",),
            "eval/sharpe": ("validation/sharpe",),
        },
    ),
    Framework(
        "stable-baselines 2 and baselines",
        "stable_baselines/ppo2/ppo2.py, common/tf_util.py; baselines/logger.py",
        {
            REWARD: ("ep_rew_mean", "ep_reward_mean", "eprewmean", "episode_reward"),
            LENGTH: ("ep_len_mean", "eplenmean", "episode_length"),
            KL: ("approx_kl", "approxkl", "loss/approximate_kullback-leibler"),
            CLIP: ("clip_fraction", "clipfrac", "loss/clip_factor"),
            CLIP_RANGE: ("clip_range", "input_info/clip_range"),
            ENTROPY: ("entropy_loss", "policy_entropy", "loss/entropy_loss"),
            EV: ("explained_variance",),
            POLICY: ("policy_gradient_loss", "policy_loss", "loss/policy_gradient_loss"),
            VALUE: ("value_loss", "loss/value_function_loss"),
            LOSS: ("loss", "loss/loss"),
            LR: ("learning_rate", "input_info/learning_rate", "lr"),
            STD: ("std",),
            FPS: ("fps",),
            "train/actor_loss": ("actor_loss",),
            "train/ent_coef": ("ent_coef",),
            "rollout/exploration_rate": ("exploration_rate",),
        },
        frozenset({"policy_entropy", "loss/entropy_loss"}),
    ),
    Framework(
        "CleanRL",
        "docs/rl-algorithms/*.md, cleanrl/ppo.py, dqn.py, sac_continuous_action.py",
        {
            REWARD: ("charts/episodic_return", "charts/episode_reward"),
            LENGTH: ("charts/episodic_length",),
            KL: ("losses/approx_kl",),
            CLIP: ("losses/clipfrac",),
            ENTROPY: ("losses/entropy",),
            EV: ("losses/explained_variance",),
            POLICY: ("losses/policy_loss",),
            VALUE: ("losses/value_loss", "losses/v_loss", "losses/qf_loss"),
            LOSS: ("losses/loss",),
            LR: ("charts/learning_rate",),
            FPS: ("charts/SPS",),
            EVAL: ("eval/episodic_return", "eval/mean_ep_reward"),
            "train/actor_loss": ("losses/actor_loss",),
            "rollout/exploration_rate": ("charts/epsilon",),
        },
        frozenset({"losses/entropy"}),
    ),
    Framework(
        "RLlib",
        "ray/rllib/algorithms/ppo (both API stacks), ray/tune/logger/tensorboardx.py",
        {
            REWARD: (
                "ray/tune/env_runners/episode_return_mean",
                "ray/tune/env_runners/episode_reward_mean",
                "ray/tune/episode_reward_mean",
                "ray/tune/sampler_results/episode_reward_mean",
            ),
            LENGTH: (
                "ray/tune/env_runners/episode_len_mean",
                "ray/tune/episode_len_mean",
                "ray/tune/sampler_results/episode_len_mean",
            ),
            EVAL: (
                "ray/tune/evaluation/env_runners/episode_return_mean",
                "ray/tune/evaluation/env_runners/episode_reward_mean",
                "ray/tune/evaluation/episode_reward_mean",
            ),
        },
    ),
    Framework(
        "rsl_rl",
        "rsl_rl/runners/on_policy_runner.py, utils/logger.py",
        {
            REWARD: ("Train/mean_reward",),
            LENGTH: ("Train/mean_episode_length",),
            ENTROPY: ("Loss/entropy",),
            POLICY: ("Loss/surrogate",),
            VALUE: ("Loss/value_function", "Loss/value"),
            LR: ("Loss/learning_rate",),
            STD: ("Policy/mean_noise_std", "Policy/mean_std"),
            FPS: ("Perf/total_fps",),
        },
        frozenset({"Loss/entropy"}),
        by_iteration=True,
    ),
    Framework(
        "rl_games",
        "rl_games/common/a2c_common.py",
        {
            REWARD: ("rewards/step", "rewards/frame"),
            LENGTH: ("episode_lengths/step", "episode_lengths/frame"),
            KL: ("info/kl",),
            POLICY: ("losses/a_loss",),
            VALUE: ("losses/c_loss",),
            LR: ("info/last_lr",),
            CLIP_RANGE: ("info/e_clip",),
            FPS: ("performance/step_inference_rl_update_fps",),
        },
    ),
    Framework(
        "skrl",
        "skrl/agents/torch/base.py, ppo/ppo.py",
        {
            REWARD: ("Reward / Total reward (mean)",),
            LENGTH: ("Episode / Total timesteps (mean)",),
            POLICY: ("Loss / Policy loss",),
            VALUE: ("Loss / Value loss", "Loss / Critic loss"),
            STD: ("Policy / Standard deviation",),
            LR: ("Learning / Learning rate", "Learning / Policy learning rate"),
        },
    ),
    Framework(
        "Tianshou",
        "tianshou/utils/logger/base.py, policy/modelfree/ppo.py",
        {
            REWARD: ("train/returns_stat/mean", "train/reward", "train/rew"),
            LENGTH: ("train/lens_stat/mean", "train/length", "train/len"),
            EVAL: ("test/returns_stat/mean", "test/reward", "test/rew"),
            ENTROPY: ("update/ent_loss/mean", "update/loss/ent"),
            POLICY: ("update/clip_loss/mean", "update/loss/clip"),
            VALUE: ("update/vf_loss/mean", "update/loss/vf"),
            LOSS: ("update/loss/mean", "update/loss"),
        },
        frozenset({"update/ent_loss/mean", "update/loss/ent"}),
    ),
    Framework(
        "ML-Agents",
        "mlagents/trainers/stats.py, ppo/optimizer_torch.py",
        {
            REWARD: ("Environment/Cumulative Reward",),
            LENGTH: ("Environment/Episode Length",),
            ENTROPY: ("Policy/Entropy",),
            POLICY: ("Losses/Policy Loss",),
            VALUE: ("Losses/Value Loss",),
            LR: ("Policy/Learning Rate",),
            CLIP_RANGE: ("Policy/Epsilon",),
        },
        frozenset({"Policy/Entropy"}),
    ),
)

# RLlib writes the numbers of each policy under its name, in both of its API stacks.
_POLICY = re.compile(
    r"ray/tune/(?:info/learner/(?P<old>[^/]+)(?:/learner_stats)?|learners/(?P<new>[^/]+))"
    r"/(?P<number>\w+)"
)
_OF_POLICY = {
    "mean_kl_loss": KL,
    "kl": KL,
    "entropy": ENTROPY,
    "vf_explained_var": EV,
    "policy_loss": POLICY,
    "vf_loss": VALUE,
    "total_loss": LOSS,
    "default_optimizer_learning_rate": LR,
    "cur_lr": LR,
}
_NAMED = {
    own: (name, framework)
    for framework in FRAMEWORKS
    for name, own_names in framework.names.items()
    for own in own_names
}
# SB3 logs them in each iteration, with or without episodes.
_OF_EVERY_ITERATION = frozenset(
    {"time/fps", "time/iterations", "time/time_elapsed", "time/total_timesteps"}
)
# Tags of algorithms that log after episodes, so that their steps come at uneven distances.
_BY_EPISODE = frozenset(
    {
        "train/actor_loss", "train/critic_loss", "train/ent_coef_loss", "rollout/exploration_rate",
        "losses/actor_loss", "losses/qf_loss", "losses/qf1_loss", "losses/td_loss", "charts/epsilon",
    }
)  # fmt: skip


def sb3_name(tag: str) -> str | None:
    """SB3's current name of another framework's tag; None if the tag is none of theirs."""
    if tag in _NAMED:
        return _NAMED[tag][0]
    policy = _POLICY.fullmatch(tag)
    return None if policy is None else _OF_POLICY.get(policy["number"])


def policy_of(tag: str) -> str | None:
    """The policy whose known number a tag holds; None: that of the run as a whole."""
    found = _POLICY.fullmatch(tag)
    if found is None or found["number"] not in _OF_POLICY:
        return None
    name = found["old"] or found["new"]
    return None if name.startswith("__") else name  # "__all_modules__" sums them up


def is_positive_entropy(tag: str) -> bool:
    """Whether a tag holds the entropy itself; SB3's holds minus it."""
    if (policy := _POLICY.fullmatch(tag)) is not None:
        return policy["number"] == "entropy"
    return tag in _NAMED and tag in _NAMED[tag][1].positive_entropy


def framework_of(tags: Iterable[str]) -> Framework | None:
    """The framework whose names are most among the tags; None if none of them is known.

    Names that SB3 itself writes count for SB3.
    """
    counts: dict[str, int] = {}
    by_name = {framework.name: framework for framework in FRAMEWORKS}
    for tag in tags:
        if _POLICY.fullmatch(tag) and sb3_name(tag):
            name = "RLlib"
        elif tag in _NAMED:
            name = _NAMED[tag][1].name
        elif tag.startswith(("rollout/", "time/", "train/", "eval/")):
            name = "stable-baselines3"
        else:
            continue
        counts[name] = counts.get(name, 0) + 1
    return by_name[max(counts, key=lambda name: counts[name])] if counts else None


def has_sb3_names(tags: Iterable[str]) -> bool:
    """Whether SB3's logger wrote them: only its envs need a Monitor.

    A tag ``train/loss`` may be anyone's; SB3 logs the time of every iteration as well.
    """
    names = set(tags)
    framework = framework_of(names)
    by_sb3 = framework is not None and framework.name == FRAMEWORKS[0].name
    return by_sb3 and not _OF_EVERY_ITERATION.isdisjoint(names)


def counts_iterations(tags: Iterable[str]) -> bool:
    """Whether the steps count iterations, not steps of the env."""
    framework = framework_of(tags)
    return framework is not None and framework.by_iteration


def logs_by_episode(tags: Iterable[str]) -> bool:
    """Whether the run is off-policy: it logs after episodes, at uneven steps."""
    return not _BY_EPISODE.isdisjoint(tags)
