"""One gate of a decided model, beside the same gate of the model that was trained again."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field

from core.json_model import Count, JsonModel, Number
from core.language import Message, literal
from core.playbook.gates import GateId
from core.reading import with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.gates import GateResult


class Match(StrEnum):
    """How a gate, or all of them, came out again."""

    EQUAL = "EQUAL"  # to the bit
    WITHIN = "WITHIN"  # by less than documents print, and it passes or fails as before
    DIFFERENT = "DIFFERENT"


WORST_LAST = (Match.EQUAL, Match.WITHIN, Match.DIFFERENT)


class ReproducedGate(JsonModel):
    """One gate of the decision, and of the model that was trained again."""

    id: GateId = Field(description="Name of the gate in files.")
    short: str = Field(description="Name in the decision document.")
    unit: str = Field(description="Of the values: % or empty.")
    decimals: Count = Field(description="Decimals that documents print.")
    claimed: Number | None = Field(description="Value in the decision; null where undefined.")
    now: Number | None = Field(description="Value now; null where undefined.")
    claimed_passed: bool = Field(description="Whether it passed in the decision.")
    now_passed: bool = Field(description="Whether it passes now.")
    tolerance: float = Field(
        description="Largest difference that still counts as WITHIN: half a unit of the last "
        "decimal that documents print, because no reader sees less."
    )
    match: Match = Field(description="EQUAL to the bit, WITHIN the tolerance, or DIFFERENT.")

    @property
    def difference(self) -> float | None:
        """Now minus claimed; None where one of them is undefined."""
        if self.claimed is None or self.now is None:
            return None
        return self.now - self.claimed

    def shown(self, value: float | None) -> Message:
        """A value of this gate as documents print it."""
        return (
            literal("n/a") if value is None else with_unit(value, f",.{self.decimals}f", self.unit)
        )

    def outcome(self) -> Message:
        """How it came out again, and whether the verdict of the gate is still the same."""
        if self.match is Match.EQUAL:
            return Message("equal to the bit")
        difference = self.difference
        if self.match is Match.WITHIN and difference is not None:
            return Message("equal within {x}", x=with_unit(abs(difference), ".1g", self.unit))
        if self.claimed_passed == self.now_passed:
            return (
                Message("different, passes as before")
                if self.now_passed
                else Message("different, fails as before")
            )
        return (
            Message("different, passes now")
            if self.now_passed
            else Message("different, no longer passes")
        )


def gate_by_gate(
    claimed: Sequence[GateResult], now: Sequence[GateResult] | None
) -> tuple[ReproducedGate, ...]:
    """Each gate of the decision beside the same gate now.

    :param now: None: the training diverged, so no gate has a value.
    """
    found = {gate.id: gate for gate in now or ()}
    return tuple(_compared(gate, found.get(gate.id)) for gate in claimed)


def _compared(claimed: GateResult, now: GateResult | None) -> ReproducedGate:
    value, passed = (None, False) if now is None else (now.value, now.passed)
    tolerance = 0.5 * 10.0**-claimed.decimals
    same = now is not None and now.status == claimed.status and passed == claimed.passed
    if same and value == claimed.value:
        match = Match.EQUAL
    elif (
        same
        and value is not None
        and claimed.value is not None
        and abs(value - claimed.value) <= tolerance
    ):
        match = Match.WITHIN
    else:
        match = Match.DIFFERENT
    return ReproducedGate(
        id=claimed.id,
        short=claimed.short,
        unit=claimed.unit,
        decimals=claimed.decimals,
        claimed=claimed.value,
        now=value,
        claimed_passed=claimed.passed,
        now_passed=passed,
        tolerance=tolerance,
        match=match,
    )


def overall(
    gates: Sequence[ReproducedGate], record_equal: bool | None, weights_equal: bool | None
) -> Match:
    """The worst of the gates; gates that agree on another record or other weights are not EQUAL."""
    worst = max((gate.match for gate in gates), key=WORST_LAST.index)
    same = record_equal is True and weights_equal is not False
    return Match.WITHIN if worst is Match.EQUAL and not same else worst
