"""How many bars a training needs, and how far apart its parts are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.trading.warm_up import WARM_UP

if TYPE_CHECKING:
    from core.playbook.settings import TrainingSettings


def purge_gap(settings: TrainingSettings) -> int:
    """Bars between two parts: the longer of feature memory and episode."""
    return max(WARM_UP, settings.episode_bars)


def training_bars(bars: int, settings: TrainingSettings) -> tuple[int, int]:
    """First and last bar to train on, both inclusive."""
    first_validation = bars - int(bars * settings.validation_fraction)
    return WARM_UP, first_validation - purge_gap(settings) - 1


def fewest_bars(settings: TrainingSettings) -> int:
    """Bars of training data with which both its parts hold an episode, and some."""
    needed = int(
        (WARM_UP + purge_gap(settings) + 2 * settings.episode_bars)
        / (1 - settings.validation_fraction)
    )
    return max(needed, int(settings.episode_bars / settings.validation_fraction) + 2)
