"""What a record owes to its selection: the part of its Sharpe ratio that does not come again."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from core.json_model import Count, JsonModel
from core.language import Message


class Selection(JsonModel):
    """What a forecast takes off a record that is the best of several."""

    basis: Literal["sweep", "trials"] = Field(
        description="sweep: measured, the luck premium; trials: what luck gives the best of them."
    )
    candidates: Count = Field(description="Tries of the sweep, or counted trials.")
    sharpe: float = Field(ge=0.0, description="Taken off the record's annual Sharpe.")
    error: float = Field(
        default=0.0, ge=0.0, description="Standard error of what the sweep measured, annual Sharpe."
    )

    def sentence(self) -> Message:
        """What was taken off, and why."""
        if self.basis == "sweep":
            return Message(
                "A Sharpe of {sharpe:.2f} is taken off for selection: so much is the model above "
                "the middle of the {n} tries of its recipe.",
                sharpe=self.sharpe,
                n=self.candidates,
            )
        return Message(
            "A Sharpe of {sharpe:.2f} is taken off for selection: so much luck alone gives the "
            "best of {n} candidates.",
            sharpe=self.sharpe,
            n=self.candidates,
        )


def luck_of_best(
    expected: float, sharpe: float, independent: float, variance: float | None = None
) -> float:
    """The luck in the Sharpe ratio of a record that is the best of several, annual.

    The ratios of candidates that differ in skill spread wider than by luck, and those of candidates
    that are alike spread less; either way less of the best one is luck (the noise that is not
    shared, over the spread: shrinkage). Luck explains at most all of the record's own ratio.

    :param expected: of the best, without skill and without dependence, annual.
    :param sharpe: of the record, annual.
    :param independent: bars that the record is worth.
    :param variance: of the candidates' ratios per bar; None: not measured.
    """
    if variance is not None:
        alone = math.sqrt(1.0 / (independent - 1.0))
        less, more = sorted((math.sqrt(variance), alone))
        expected *= less / more
    return min(expected, max(sharpe, 0.0))
