"""What a test like this one can show at all: sentences that stand beside the gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, said
from core.state_words import capitals

if TYPE_CHECKING:
    from core.decision.record import RecordedDecision
    from core.report.speaker import Speaker
    from core.trading.power import GatePower


def what_it_shows(d: RecordedDecision, v: Speaker) -> list[str]:
    """One sentence a line; empty for a record from before they were measured."""
    lines = (*_recipe(d), *_hold_out(d), *_candidates(d), *_power(d), *_forecast(d))
    return [said(line, v.language) for line in lines]


def _recipe(d: RecordedDecision) -> list[Message]:
    return [] if d.recipe is None else [d.recipe.verdict]


def _forecast(d: RecordedDecision) -> list[Message]:
    if d.forecast is None:
        return []
    return [joined([d.forecast.sentence(), d.forecast.of_selection()])]


def _candidates(d: RecordedDecision) -> list[Message]:
    return [] if d.multiplicity is None else [d.multiplicity.sentence()]


def _hold_out(d: RecordedDecision) -> list[Message]:
    if d.hold_out is None:
        return []
    people = joined((f"{name} {n}" for name, n in d.hold_out.people().items()), ", ")
    by = [joined([Message("looks by"), people])] if people else []
    return [joined([d.hold_out.sentence(), *by], "; ")]


def _power(d: RecordedDecision) -> list[Message]:
    if d.power is None:
        return []
    names = {gate.id: gate.short for gate in d.gates}
    return [
        d.power.sentence(),
        *(gate_line(names[gate], power) for gate, power in d.power.gates.items()),
    ]


def gate_line(name: str, power: GatePower) -> Message:
    """``Sharpe Ratio: UNDERPOWERED, would notice in 25 %; 2,240 more days needed; ...``."""
    parts = [joined([capitals(power.verdict), power.sentence()], ", ")]
    if power.smallest_sharpe is not None:
        parts.append(
            Message(
                "smallest edge noticed in 80 %: Sharpe {sharpe:.1f}", sharpe=power.smallest_sharpe
            )
        )
    parts.append(
        Message(
            "passes in {share:.0%} with a Sharpe of 1, in {none:.0%} without an edge",
            share=power.passes_with,
            none=power.passes_without,
        )
    )
    return joined([joined([name, joined(parts, "; ")], ": ")])
