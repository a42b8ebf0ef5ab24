"""Whether the tries of a sweep are a model's siblings: made as it was, and judged on the same bars."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.language import Message
from core.reading import as_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.playbook.settings import TrainingSettings
    from core.sweep.record import Sweep

_RESTARTED = ("learning_rate", "ent_coef")  # what a restart of a run may change


@dataclass(frozen=True)
class Made:
    """How a model was made, and by what it is judged.

    :ivar playbook: SHA-256 of the playbook; ``judged_on`` of the backtest candles, ``trained_on`` of
        the training candles.
    :ivar steps: that its training was asked for.
    :ivar settings: of its training, with a restart's changes.
    """

    playbook: str
    judged_on: str
    trained_on: str | None = None
    steps: int | None = None
    settings: Mapping[str, float | int | None] = field(default_factory=dict)

    @property
    def seed(self) -> int | None:
        """Of its training; None: unknown."""
        found = self.settings.get("seed")
        return found if isinstance(found, int) else None

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, object], playbook: str, judged_on: str) -> Made:
        """As the model's manifest tells it; what an older one does not say is unknown."""
        config = manifest.get("config")
        config = config if isinstance(config, dict) else {}
        settings, trained_on = config.get("settings"), manifest.get("data_sha256")
        steps = config.get("total_steps")
        return cls(
            playbook,
            judged_on,
            trained_on if isinstance(trained_on, str) else None,
            steps if isinstance(steps, int) else None,
            settings if isinstance(settings, dict) else {},
        )


def apart(sweep: Sweep, made: Made, recipe: TrainingSettings) -> Message | None:
    """Why the tries of a sweep are not the model's siblings; None: they are.

    What is unknown of the model is taken to be the recipe's.

    :param recipe: the training settings of the sweep's playbook.
    """
    if sweep.playbook_sha256 != made.playbook:
        return Message("The tries were of another playbook.")
    if sweep.backtest_sha256 != made.judged_on:
        return Message("The tries were judged on other backtest candles.")
    if made.trained_on is not None and sweep.train_sha256 != made.trained_on:
        return Message("The tries were trained on other candles than the model.")
    tried, steps = sweep.steps or recipe.total_steps, made.steps or recipe.total_steps
    if tried != steps:
        return Message(
            "The tries were trained for {tried:,} steps each, the model for {steps:,}.",
            tried=tried,
            steps=steps,
        )
    for name in _RESTARTED:
        own, asked = made.settings.get(name), getattr(recipe, name)
        if own is not None and own != asked:
            return Message(
                "The model was trained with {name} {own}, the tries with {asked}.",
                name=name,
                own=as_set(own),
                asked=as_set(asked),
            )
    return None
