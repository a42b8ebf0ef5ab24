"""How widely the policy spreads its actions: entropy of discrete ones, std of Box ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.finding import ScenarioResult, no_data
from core.language import plural
from core.telemetry import Series

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

LEAST = 10  # updates
_ROUNDING = 1e-6  # entropy of a deterministic policy may come out on either side of 0


def action_std(moment: RunView) -> Series:
    """``train/std`` of the newest attempt; empty with discrete actions."""
    return moment.of_attempt(moment.series("train/std")).finite()


def action_spread(moment: RunView) -> Series:
    """:func:`action_std`; with discrete actions :func:`discrete_entropy`."""
    std = action_std(moment)
    return std if len(std) else discrete_entropy(moment)


def too_few(spread: Series) -> ScenarioResult | None:
    """The result with fewer updates than it takes to judge them; None with enough."""
    if len(spread) >= LEAST:
        return None
    return no_data(
        plural(
            "{n} update with an entropy or std; {needed} are needed.",
            "{n} updates with an entropy or std; {needed} are needed.",
            len(spread),
            needed=LEAST,
        )
    )


def discrete_entropy(moment: RunView) -> Series:
    """Entropy of the newest attempt, positive whatever sign it was logged with.

    Empty with Box actions: their entropy may have either sign, so shares of it mean
    nothing, and ``train/std`` says the same.
    """
    logged = moment.of_attempt(moment.series("train/entropy_loss")).finite()
    both = logged.value.min(initial=0.0) < -_ROUNDING and logged.value.max(initial=0.0) > _ROUNDING
    if both or len(action_std(moment)):
        return logged.where(np.zeros(len(logged), bool))
    return Series(logged.tag, logged.step, logged.wall, np.abs(logged.value), logged.source)
