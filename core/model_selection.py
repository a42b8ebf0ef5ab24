"""How a training run chooses its model: its validations and never trading, in one table.

Never trading returns 0 and has no Sharpe ratio, so net return decides between it and a model, and
the Sharpe ratio between two models that both earned money, or both did not. The best model's
file is the best of the models also where never trading wins: the commands need a file.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CANDIDATES = "candidates"  # in the manifest's ``validation``
MOST_LISTED = 50  # the best of a long run's validations
NEVER_TRADING = Message("Never trading")


def rank(return_pct: float, sharpe: float | None) -> tuple[bool, float]:
    """Of two models the one with the larger rank is better."""
    return return_pct > 0.0, -math.inf if sharpe is None else sharpe


@dataclass(frozen=True)
class Validated:
    """A model of a training run with its validation; ``step`` None is never trading."""

    step: int | None
    return_pct: float
    sharpe: float | None

    @property
    def name(self) -> Message:
        """``Step 40,000`` or ``Never trading``."""
        return NEVER_TRADING if self.step is None else Message("Step {step:,}", step=self.step)

    def sentence(self) -> Message:
        """Name, net return and Sharpe ratio on validation."""
        if self.sharpe is None:
            return joined([self.name, Message("{change:+.2f} %", change=self.return_pct)])
        return Message(
            "{name} {change:+.2f} % (Sharpe {sharpe:.2f})",
            name=self.name,
            change=self.return_pct,
            sharpe=self.sharpe,
        )

    @classmethod
    def read(cls, fields: object) -> Validated | None:
        """What :meth:`as_record` wrote; None: not by us."""
        if not isinstance(fields, dict):
            return None
        step, earned, sharpe = (fields.get(name) for name in ("step", "return_pct", "sharpe"))
        if type(step) is not int or not isinstance(earned, int | float):
            return None
        if sharpe is not None and not isinstance(sharpe, int | float):
            return None
        return cls(step, earned, sharpe)

    def as_record(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def best_first(models: Iterable[Validated]) -> tuple[Validated, ...]:
    """At most :data:`MOST_LISTED`; of equal ones the earlier step first."""
    ordered = sorted(models, key=lambda each: each.step or 0)
    ordered.sort(key=lambda each: rank(each.return_pct, each.sharpe), reverse=True)
    return tuple(ordered[:MOST_LISTED])


def listed_in(validation: Mapping[str, Any] | None) -> tuple[Validated, ...]:
    """The models that a manifest's ``validation`` lists; empty if it lists none."""
    listed = validation.get(CANDIDATES) if validation else None
    if not isinstance(listed, list):
        return ()
    return tuple(each for each in map(Validated.read, listed) if each is not None)


def candidates(validation: Mapping[str, Any] | None) -> tuple[Validated, ...]:
    """All candidates of a manifest's ``validation`` with never trading, the best first.

    Empty if the run did not list them.
    """
    models = listed_in(validation)
    if not models:
        return ()
    earned = [each for each in models if each.return_pct > 0.0]
    others = [each for each in models if each.return_pct <= 0.0]
    return (*best_first(earned), Validated(None, 0.0, None), *best_first(others))
