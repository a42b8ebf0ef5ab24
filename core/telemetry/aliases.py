"""Other names of SB3's tags in older SB3, SB2 and CleanRL.

sb3-contrib's RecurrentPPO and MaskablePPO write PPO's tags; TRPO's mean KL of an update is
``train/kl_divergence_loss``. SB2 (TF1) and baselines wrote ``approxkl``, ``ep_reward_mean``, ``policy_entropy``
without a folder; CleanRL writes ``charts/*`` and ``losses/*``
(its docs/rl-algorithms/ppo.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ALIASES: dict[str, tuple[str, ...]] = {
    "rollout/ep_rew_mean": (
        "ep_rew_mean", "ep_reward_mean", "eprewmean", "charts/episodic_return",
        "charts/episode_reward", "episode_reward",
    ),
    "rollout/ep_len_mean": (
        "ep_len_mean", "eplenmean", "charts/episodic_length", "episode_length",
    ),
    "train/approx_kl": (
        "approx_kl", "approxkl", "losses/approx_kl", "train/kl_divergence_loss",
        "loss/approximate_kullback-leibler",
    ),
    "train/clip_fraction": ("clip_fraction", "clipfrac", "losses/clipfrac", "loss/clip_factor"),
    "train/clip_range": ("clip_range", "input_info/clip_range"),
    "train/entropy_loss": (
        "entropy_loss", "policy_entropy", "losses/entropy", "loss/entropy_loss",
    ),
    "train/explained_variance": ("explained_variance", "losses/explained_variance"),
    "train/policy_gradient_loss": (
        "policy_gradient_loss", "policy_loss", "train/policy_loss", "losses/policy_loss", "loss/policy_gradient_loss",
    ),
    "train/value_loss": (
        "value_loss", "losses/value_loss", "loss/value_function_loss", "losses/v_loss",
        "train/critic_loss", "losses/qf_loss",
    ),
    "train/loss": ("loss", "losses/loss", "loss/loss"),
    "train/learning_rate": (
        "learning_rate", "charts/learning_rate", "input_info/learning_rate", "lr",
    ),
    "train/std": ("std",),
    "time/fps": ("fps", "charts/SPS"),
    "eval/mean_reward": ("eval/episodic_return", "eval/mean_ep_reward"),
    "train/actor_loss": ("actor_loss", "losses/actor_loss"),
    "train/ent_coef": ("ent_coef",),
    "rollout/exploration_rate": ("exploration_rate", "charts/epsilon"),
    "eval/sharpe": ("validation/sharpe",),
}  # fmt: skip

# Entropy as a positive number; SB3's entropy_loss is minus the entropy.
POSITIVE_ENTROPY = frozenset({"policy_entropy", "losses/entropy"})

_CANONICAL = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


def canonical(tag: str) -> str:
    """SB3's current name of a tag; the tag itself if it is unknown.

    A prefix that a wrapper put before SB3's own name (``raw/gen/train/approx_kl``) is
    left out.
    """
    if tag in ALIASES:
        return tag
    if tag in _CANONICAL:
        return _CANONICAL[tag]
    tail = "/".join(tag.split("/")[-2:])
    return tail if tail in ALIASES else tag


def find(name: str, tags: Iterable[str]) -> str | None:
    """The tag in ``tags`` that holds a metric: its own name first, then its aliases."""
    present = set(tags)
    for candidate in (name, *ALIASES.get(name, ())):
        if candidate in present:
            return candidate
    return min((tag for tag in present if canonical(tag) == name), default=None)
