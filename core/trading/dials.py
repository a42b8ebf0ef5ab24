"""What settings that a person can choose would change: the record booked again under each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel
from core.playbook.gates import GateId
from core.trading.replay import Costs, Track, replay
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.gates import GateResult
    from core.trading.costs import CostModel
    from core.trading.outcome import Judge, Outcome
    from core.trading.robustness import Stress

LATER_BARS = (24, 72, 168, 336)  # other starts: a day, three, a week and two, of hourly bars
CUTS = (3, 10, 40)  # numbers of episodes; 1 is the record itself

Setting = Literal["fee_bps", "slippage_bps", "start_offset_bars", "closed_by_episodes"]


class Dial(JsonModel):
    """The record under one other setting."""

    setting: Setting = Field(
        description="fee_bps and slippage_bps: costs per side; start_offset_bars: the same decisions "
        "from so many bars later; closed_by_episodes: positions closed by force at the borders of so "
        "many episodes, as before December 2026. The gates do not do that."
    )
    value: float = Field(description="Of the setting.")
    return_pct: float = Field(description="Net return, percent.")
    gates_passed: Count = Field(description="Gates that pass.")
    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    flipped: tuple[GateId, ...] = Field(description="Gates that are judged otherwise.")


def dials(
    track: Track,
    levels: np.ndarray,
    costs: CostModel,
    judge: Judge,
    strained: Stress,
    gates: Sequence[GateResult],
) -> tuple[Dial, ...]:
    """Each setting by setting and value; those that the record is too short for are left out.

    :param levels: held on each bar, shape (n,).
    :param strained: the stress tests, whose costs are dials too.
    :param gates: those of the record.
    """
    own = {gate.id: gate.passed for gate in gates}
    rows = [
        *(_dial("fee_bps", row.fee_bps, row, own) for row in strained.fees),
        *(_dial("slippage_bps", row.slippage_bps, row, own) for row in strained.slippage),
    ]
    for offset in LATER_BARS:
        if 2 * offset < len(track):
            later = judge.scenario(
                replay(_from(track, offset), levels[offset:], Costs.of(costs)), 0
            )
            rows.append(_dial("start_offset_bars", offset, later, own))
    for episodes in CUTS:
        if 2 * episodes <= len(track):
            cut = judge.scenario(replay(_cut(track, episodes), levels, Costs.of(costs)), 0)
            rows.append(_dial("closed_by_episodes", episodes, cut, own))
    return tuple(rows)


def _dial(setting: Setting, value: float, outcome: Outcome, own: dict[GateId, bool]) -> Dial:
    return Dial(
        setting=setting,
        value=value,
        return_pct=outcome.return_pct,
        gates_passed=sum(gate.passed for gate in outcome.gates.values()),
        decision=outcome.decision,
        flipped=tuple(name for name, gate in outcome.gates.items() if gate.passed != own[name]),
    )


def _from(track: Track, bar: int) -> Track:
    """The track without its first bars."""
    first = track.first[bar:].copy()
    first[0] = True
    return Track(track.open[bar:], track.close[bar:], first, track.last[bar:], track.tradable[bar:])


def _cut(track: Track, episodes: int) -> Track:
    """The same bars in so many episodes of nearly equal length."""
    first, last = np.zeros(len(track), bool), np.zeros(len(track), bool)
    edges = np.linspace(0, len(track), episodes + 1).round().astype(int)
    first[edges[:-1]], last[edges[1:] - 1] = True, True
    return Track(track.open, track.close, first, last, track.tradable)
