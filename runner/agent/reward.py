"""The reward: the log equity change, and the terms added to it.

Unshaped, the rewards of an episode sum to the log of its equity ratio, so PPO maximises the
quantity that the gates are computed from:
``exp(sum(market + cost)) = equity_end / equity_start``.

Each component is a separate scalar (``reward/market``, ``reward/cost``,
``reward/drawdown``), in the same unit, so that a flat reward can be analysed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMPONENTS = ("market", "cost", "drawdown")


@dataclass(frozen=True)
class RewardSettings:
    """How log equity changes become PPO's reward.

    ``scale`` is the unit of all components. With 100 / max_exposure a reward of 1 is 1 % of
    the capital that may be invested; its hourly standard deviation is near 1, as SB3's
    defaults expect.
    """

    scale: float = 1.0
    drawdown_penalty: float = 0.0  # per unit of new log drawdown within the episode


class Reward:
    """Computes reward components from one step's equities; keeps each account's peak."""

    def __init__(self, n: int, settings: RewardSettings) -> None:
        self.settings = settings
        self._level = np.zeros(n)  # log equity since the episode's start
        self._peak = np.zeros(n)

    def reset(self, which: np.ndarray) -> None:
        """Start a new episode where ``which`` (n, bool)."""
        self._level[which] = 0.0
        self._peak[which] = 0.0

    def components(
        self,
        before: np.ndarray,
        at_open: np.ndarray,
        after_fill: np.ndarray,
        at_close: np.ndarray,
        after_exit: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """The named parts of one step's reward, unscaled, shape (n,) each.

        The arguments are equities in order of time: at the last close, at the open before and
        after the fill, at the close before and after a forced exit. ``market + cost = log(after_exit / before)``.
        """
        market = np.log(at_open / before) + np.log(at_close / after_fill)
        cost = np.log(after_fill / at_open) + np.log(after_exit / at_close)
        drawdown_before = self._peak - self._level
        self._level += market + cost
        np.maximum(self._peak, self._level, out=self._peak)
        deeper = np.maximum(self._peak - self._level - drawdown_before, 0.0)
        return {
            "market": market,
            "cost": cost,
            "drawdown": -self.settings.drawdown_penalty * deeper,
        }

    def total(self, components: dict[str, np.ndarray]) -> np.ndarray:
        """The reward for PPO: the scaled sum of the components, shape (n,)."""
        return self.settings.scale * sum((components[name] for name in COMPONENTS), np.zeros(()))
