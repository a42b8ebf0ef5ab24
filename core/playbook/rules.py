"""Which parts of a playbook are its rules: what a decision is made by, and what checks accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COSTS = ("fee_bps", "slippage_bps")
"""Of the training settings: what a backtest pays."""

PROSE = frozenset({"title", "next_steps", "name", "short"})
"""Fields of gates and decision rules that only say; correcting them changes no rule."""

MARKET = ("symbol", "interval")
_JUDGED = frozenset({"gates", "decision"})  # parts with items, which have prose
_LIMITS = frozenset({"metric", "op", "threshold", "window_minutes"})  # of a check


def decides(path: Sequence[str]) -> bool:
    """Whether a field is one that a revalidation judges by, and that a signature binds.

    :param path: as in :class:`core.playbook.differences.Difference`.
    """
    section = path[0]
    if section in _JUDGED:
        return PROSE.isdisjoint(path[2:3])
    if section == "training":
        return path[1] in COSTS
    return section == "revalidation" or section in MARKET


def is_rule(path: Sequence[str]) -> bool:
    """Whether a field is a rule: one that decides, or the limit of a check."""
    if path[0] == "checks":
        return len(path) == 2 or path[2] in _LIMITS
    return decides(path)


def sets_the_bar(path: Sequence[str]) -> bool:
    """Whether only the lead may change it in a week: every rule but the market.

    A gate of -99 and a check that accepts everything make the same green, so both are the lead's.
    """
    return path[0] not in MARKET and is_rule(path)
