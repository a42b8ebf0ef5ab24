"""The meaning of each known tag, its healthy range, and the pitfall in reading it.

The texts are shown next to a chart and decide nothing. They are in
:mod:`core.telemetry.tag_texts` (PPO and what it shares with the others) and
:mod:`core.telemetry.tag_texts_others` (off-policy algorithms, TRPO, ARS, CleanRL, SB2).
"""

from __future__ import annotations

from core.language import Message, literal
from core.telemetry.aliases import canonical
from core.telemetry.tag_texts import PPO, REWARD, TagMeaning
from core.telemetry.tag_texts_others import OTHERS

# Parts of the reward of trainweek's own trainer; under this name another trainer means its own.
_REWARD_PARTS = frozenset({"market", "cost", "drawdown", "total", "log_return"})
MEANINGS: dict[str, TagMeaning] = {known.tag: known for known in (*PPO, *OTHERS)}


def meaning(tag: str) -> TagMeaning | None:
    """The meaning of a tag under any of its names; None for an unknown one."""
    known = MEANINGS.get(tag) or MEANINGS.get(canonical(tag))
    name = tag.removeprefix("reward/")
    if known is None and name != tag and name in _REWARD_PARTS:
        part = name.replace("_", " ")
        return TagMeaning(
            tag,
            Message("Reward: {part}", part=part),
            Message("Mean of the reward component {part} over a rollout.", part=part),
            literal("agent/reward.py"),
            unit=REWARD,
            trap=Message("A component that is the same for every action gives no learning signal."),
        )
    return known
