"""Whether the tries of a sweep are a model's siblings: made as it was, and judged on the same bars."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.language import Message
from core.reading import as_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.playbook import Playbook
    from core.playbook.settings import TrainingSettings
    from core.sweep.record import Sweep

_NO_PART = {  # of the recipe: the seed is the chance, steps are compared on their own
    "seed",
    "total_steps",
    "lowered_learning_rate",
    "raised_ent_coef",
    "checkpoint_every_steps",
    "min_free_disk_gb",
    "min_steps_per_second",
    "placements",
}


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
    settings: Mapping[str, Any] = field(default_factory=dict)

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


def apart(
    sweep: Sweep, made: Made, recipe: TrainingSettings, tried: TrainingSettings | None = None
) -> Message | None:
    """Why the tries of a sweep are not the model's siblings; None: they are.

    What is unknown of the model is taken to be the recipe's.

    :param recipe: the training settings of the playbook that judges the model.
    :param tried: of the sweep's playbook; None: not known, then only its hash tells.
    """
    if (why := otherwise_made(sweep, made, recipe, tried)) is not None:
        return why
    if sweep.backtest_sha256 != made.judged_on:
        return Message("The tries were judged on other backtest candles.")
    if tried is not None and costs_of(tried) != costs_of(recipe):
        return Message("The tries were judged with other costs.")
    return None


def other_recipe(now: Playbook, tried: Playbook | None) -> bool:
    """Whether tries say nothing of a playbook: it trains otherwise, or judges by other gates.

    :param tried: the tries' playbook; None: not known.
    """
    return tried is None or (determining(tried.training), tried.gates, tried.decision) != (
        determining(now.training),
        now.gates,
        now.decision,
    )


def otherwise_made(
    sweep: Sweep, made: Made, recipe: TrainingSettings, tried: TrainingSettings | None = None
) -> Message | None:
    """Why the tries were not made as the model was, whatever they were judged on; None: they were."""
    if tried is None:
        if sweep.playbook_sha256 != made.playbook:
            return Message("The tries were of another playbook.")
        tried = recipe
    if made.trained_on is not None and sweep.train_sha256 != made.trained_on:
        return Message("The tries were trained on other candles than the model.")
    asked, steps = sweep.steps or tried.total_steps, made.steps or recipe.total_steps
    if asked != steps:
        return Message(
            "The tries were trained for {tried:,} steps each, the model for {steps:,}.",
            tried=asked,
            steps=steps,
        )
    usual = determining(recipe)
    for name, value in determining(tried).items():
        given = made.settings.get(name)
        own = usual[name] if given is None else given
        if own != value:
            return Message(
                "The model was trained with {name} {own}, the tries with {asked}.",
                name=name,
                own=_shown(own),
                asked=_shown(value),
            )
    return None


def determining(settings: TrainingSettings) -> dict[str, Any]:
    """The settings that, with seed, steps and candles, determine what a training gives."""
    return settings.model_dump(mode="json", exclude=_NO_PART)


def costs_of(settings: TrainingSettings) -> tuple[float, float]:
    """What a backtest charges."""
    return settings.fee_bps, settings.slippage_bps


def _shown(value: object) -> str:
    return as_set(value) if isinstance(value, int | float) else str(value)
