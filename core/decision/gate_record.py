"""A gate as decision.json records it: judged, with its uncertainty, and at doubled costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.gates import GateResult
from core.json_model import Ends, Share
from core.trading.outcome import GateValue
from core.trading.resampling import Distribution, Uncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ResampledGate(GateResult):
    """A gate with its interval and its chance to pass."""

    ci95: Ends | None = Field(
        description="95 % interval: for the true value; for drawdown, Calmar and losing streak, for the "
        "value of a new record of the same length. Null with a null value."
    )
    p_pass: Share | None = Field(description="Share of the resampled records that pass.")
    distribution: Distribution | None = Field(
        description="Of the value on resampled records; null where nothing was resampled."
    )


class GateRecord(ResampledGate):
    """A gate with its uncertainty and its result at doubled costs."""

    costs_x2: GateValue | None = Field(
        description="The gate with fee and slippage doubled, same decisions."
    )


def gate_of(fields: Mapping[str, Any]) -> GateResult:
    """A gate from JSON, of the most specific type that its fields allow.

    A running job writes gates without their uncertainty.

    :raises ValueError: not a gate.
    """
    for kind in (GateRecord, ResampledGate):
        if fields.keys() >= kind.model_fields.keys():
            return kind.model_validate(fields)
    return GateResult.model_validate(fields)


def with_uncertainty(gates: Sequence[GateResult], doubt: Uncertainty) -> tuple[ResampledGate, ...]:
    """Each gate with interval, P(pass) and distribution; a null value has no interval."""
    found = []
    for gate in gates:
        resampled = doubt.gates[gate.id]
        found.append(
            ResampledGate(
                **dict(gate),
                ci95=None if gate.value is None else resampled.ci95,
                p_pass=resampled.p_pass,
                distribution=resampled.distribution(),
            )
        )
    return tuple(found)
