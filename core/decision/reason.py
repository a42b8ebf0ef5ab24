"""The reason of a decision in one sentence: which gates fail, with value and limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.state_words import word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.gates import GateResult


def reason_of(
    gates: Sequence[GateResult], written: Callable[[GateResult], str] | None = None
) -> Message:
    """One sentence: which gates fail, with value and limit.

    :param written: how a gate's value is written; None: four decimals, whole numbers whole.
    """
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        return Message("All gates pass.")
    return plural(
        "{n} gate fails: {gates}.",
        "{n} gates fail: {gates}.",
        len(failed),
        gates=joined([_compared(gate, written) for gate in failed], ", "),
    )


def _compared(gate: GateResult, written: Callable[[GateResult], str] | None) -> Message:
    name = _AS_IS.get(gate.short, gate.short if gate.short.isupper() else gate.short.lower())
    if gate.value is None:
        return Message("{name} is undefined ({status})", name=name, status=word_of(gate.status))
    sign = "<" if gate.op == ">=" else ">"
    limit = Message("{limit:g}", limit=gate.threshold)
    if written is not None:
        value = Message("{value}", value=written(gate))
    elif isinstance(gate.value, int):
        value = Message("{value:d}", value=gate.value)
    else:
        value = Message("{value:.4f}", value=gate.value)
    return Message("{name} {value} {sign} {limit}", name=name, value=value, sign=sign, limit=limit)


# People's names, and an abbreviation within a name, keep their capitals.
_AS_IS = {"Sharpe": "Sharpe", "Calmar": "Calmar", "Max DD": "max DD"}
