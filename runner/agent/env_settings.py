"""What an account of the trading environment may do, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

from core.trading.costs import CostModel
from runner.agent.features import POSITION_NAMES
from runner.agent.reward import RewardSettings


@dataclass(frozen=True)
class EnvSettings:
    """Levels, costs and reward of the environment."""

    levels: tuple[float, ...] = (0.0, 0.15)  # target exposure of each action
    costs: CostModel = CostModel()
    reward: RewardSettings = RewardSettings()
    start_capital: float = 10_000.0  # USDT
    exit_at_end: bool = False  # evaluation: close the position at the last close, with costs
    position: tuple[str, ...] = POSITION_NAMES  # names of the numbers after the features

    def __post_init__(self) -> None:
        sizes = {abs(level) for level in self.levels if level != 0.0}
        if 0.0 not in self.levels or len(sizes) != 1 or max(sizes) > 1.0:
            raise ValueError(
                f"Levels {self.levels} must be 0 and one size of at most 1, long, short or both."
            )

    @property
    def flat(self) -> int:
        """The action that holds no coins."""
        return self.levels.index(0.0)
