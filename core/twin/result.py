"""What a twin run found, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from core.language import Message, joined, plural, recorded_message
from core.twin.comparison import DECIDES, Comparison, TwinVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.twin.comparison import Effect

_NAMES = {
    "reward": Message("Reward per episode"),
    "approx_kl": Message("KL divergence"),
    "entropy": Message("Entropy"),
}


@dataclass(frozen=True)
class TwinResult:
    """The comparison, and what was compared.

    :ivar step: of the checkpoint that all arms began at.
    :ivar change: settings of the second arm of each pair; ``present`` are the first one's.
    :ivar steps: of each arm.
    :ivar failures: why arms failed, each with its seed.
    """

    run: str
    step: int
    change: Mapping[str, float]
    present: Mapping[str, float]
    steps: int
    synthetic: bool
    failures: tuple[Message, ...]
    comparison: Comparison

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self | None:
        """From the ledger's line; None if it is of another version."""
        try:
            return cls(
                raw["run"],
                int(raw["step"]),
                dict(raw["change"]),
                dict(raw["present"]),
                int(raw["steps"]),
                raw["synthetic"] is True,
                tuple(map(_failure, raw["failures"])),
                Comparison.model_validate(raw["comparison"]),
            )
        except (KeyError, TypeError, ValueError, ValidationError):
            return None

    @property
    def is_better(self) -> bool:
        """Whether the arms with the change are better."""
        return self.comparison.verdict is TwinVerdict.BETTER

    def sentence(self) -> Message:
        """Which arm is better, with the interval; what a person reads first."""
        found, change = self.comparison, said_change(self.change)
        effect = found.effect(DECIDES)
        if effect is None:
            return Message("Cannot tell: no pair of arms has a result.")
        if effect.low is None or effect.high is None:
            return Message("Cannot tell: one short pair has no interval. Use more pairs.")
        told = {"change": change, "low": effect.low, "high": effect.high}
        if found.pairs < 2:
            return Message(
                "Cannot tell: one pair says nothing of the seed's luck. Within it, {change} makes"
                " a difference of {difference:.3g} in reward per episode (95 % interval {low:.3g}"
                " to {high:.3g}).",
                difference=effect.difference,
                **told,
            )
        told["size"] = abs(effect.difference)
        if found.verdict is TwinVerdict.BETTER:
            return Message(
                "Better with {change}: reward per episode higher by {size:.3g} (95 % interval"
                " {low:.3g} to {high:.3g}).",
                **told,
            )
        if found.verdict is TwinVerdict.WORSE:
            return Message(
                "Worse with {change}: reward per episode lower by {size:.3g} (95 % interval of the"
                " difference {low:.3g} to {high:.3g}).",
                **told,
            )
        return joined([self._cannot_tell(effect, change), _noticed(found.pairs, effect)])

    def _cannot_tell(self, effect: Effect, change: str) -> Message:
        assert effect.low is not None
        assert effect.high is not None
        told = {"difference": effect.difference, "low": effect.low, "high": effect.high}
        if effect.low <= 0 <= effect.high:
            return Message(
                "Cannot tell: {change} makes a difference of {difference:.3g} in reward per"
                " episode, and the 95 % interval {low:.3g} to {high:.3g} holds 0.",
                change=change,
                **told,
            )
        return Message(
            "Cannot tell: the difference is {difference:.3g} (95 % interval {low:.3g} to"
            " {high:.3g}), but more arms of the better side failed, and they are not in it.",
            **told,
        )

    def details(self) -> list[Message]:
        """How it was compared, each metric, and the arms that failed."""
        found = self.comparison
        said = [
            plural(
                "{n} pair of {steps:,} steps an arm, from step {step:,} of {run}; judged is the"
                " last half.",
                "{n} pairs of {steps:,} steps an arm, from step {step:,} of {run}; judged is the"
                " last half.",
                found.pairs,
                steps=self.steps,
                step=self.step,
                run=self.run,
            )
        ]
        said += [_metric(effect) for effect in found.effects]
        if self.failures:
            said.append(
                Message(
                    "{changed} arms with the change and {without} without it failed; their pairs"
                    " are in no difference.",
                    changed=found.failed_with,
                    without=found.failed_without,
                )
            )
        return [*said, *self.failures]


def said_change(change: Mapping[str, float]) -> str:
    """A change as a person types it: ``learning_rate 0.0001``."""
    return ", ".join(f"{name} {value:g}" for name, value in change.items())


def _noticed(pairs: int, effect: Effect) -> Message:
    return Message(
        "With {n} pairs, a true difference of {least:.3g} would be noticed in 80 %.",
        n=pairs,
        least=effect.noticeable or 0.0,
    )


def _metric(effect: Effect) -> Message:
    told = {
        "metric": _NAMES.get(effect.metric, effect.metric),
        "without": effect.without,
        "changed": effect.changed,
    }
    if effect.low is None or effect.high is None:
        return Message("{metric}: {without:.3g} without, {changed:.3g} with the change.", **told)
    return Message(
        "{metric}: {without:.3g} without, {changed:.3g} with the change; difference"
        " {difference:.3g}, 95 % interval {low:.3g} to {high:.3g}.",
        difference=effect.difference,
        low=effect.low,
        high=effect.high,
        **told,
    )


def _failure(raw: Mapping[str, Any]) -> Message:
    why = recorded_message(raw, "why")
    if raw["changed"]:
        return Message("Seed {seed}, with the change: {why}", seed=raw["seed"], why=why)
    return Message("Seed {seed}, without the change: {why}", seed=raw["seed"], why=why)
