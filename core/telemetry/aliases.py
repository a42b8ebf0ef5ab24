"""SB3's current name of a tag, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.telemetry.frameworks import FRAMEWORKS, sb3_name

if TYPE_CHECKING:
    from collections.abc import Iterable

_SB3 = (
    "rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/exploration_rate", "train/approx_kl",
    "train/clip_fraction", "train/clip_range", "train/entropy_loss", "train/explained_variance",
    "train/policy_gradient_loss", "train/value_loss", "train/loss", "train/learning_rate",
    "train/std", "train/actor_loss", "train/ent_coef", "time/fps", "eval/mean_reward",
    "eval/sharpe",
)  # fmt: skip
_ANYONES = frozenset({"train/loss", "train/learning_rate"})
# SB3's name -> the other names of the same number.
ALIASES: dict[str, tuple[str, ...]] = {
    name: tuple(own for framework in FRAMEWORKS for own in framework.names.get(name, ()))
    for name in _SB3
}


def canonical(tag: str) -> str:
    """SB3's current name of a tag; the tag itself if it is unknown.

    A prefix that a wrapper put before SB3's own name (``raw/gen/train/approx_kl``) is
    left out.
    """
    if tag in ALIASES:
        return tag
    if (known := sb3_name(tag)) is not None:
        return known
    tail = "/".join(tag.split("/")[-2:])
    return tail if tail in ALIASES else tag


def find(name: str, tags: Iterable[str]) -> str | None:
    """The tag in ``tags`` that holds a metric: its own name first, then its aliases."""
    present = set(tags)
    for candidate in (name, *ALIASES.get(name, ())):
        if candidate in present and canonical(candidate) == name:
            return candidate
    return min((tag for tag in present if canonical(tag) == name), default=None)


def known(tags: Iterable[str]) -> list[str]:
    """The tags that tell of a run of reinforcement learning, in order of name.

    A loss and a learning rate alone are anyone's.
    """
    names = {tag: canonical(tag) for tag in tags}
    return sorted(tag for tag, name in names.items() if name in ALIASES and name not in _ANYONES)
