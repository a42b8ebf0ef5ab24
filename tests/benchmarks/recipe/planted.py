"""Planted runs booked by the replay itself, one at a time: what the stated power is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.gates import measure
from core.trading.bar_resampling import BlockDraws, chosen_block, optimal_blocks
from core.trading.random_policies import Style
from core.trading.replay import Costs, Track, replay
from tests.expected import present

if TYPE_CHECKING:
    from core.playbook.gates import GateId
    from core.trading.costs import CostModel

SIZE = 0.15


def noise(bars: int, seed: int, spread: float = 0.01) -> pd.DataFrame:
    """Opens and closes of a market that is unpredictable, with gaps between close and open."""
    random = np.random.default_rng(seed)
    moves = random.normal(0.0, spread, bars)
    jumps = random.normal(0.0, spread / 10.0, bars)
    closes = np.exp(np.cumsum(moves + jumps))
    return pd.DataFrame({"open": closes / np.exp(moves), "close": closes})


def held_at_random(bars: int, seed: int, gap: float = 30.0, hold: float = 24.0) -> np.ndarray:
    """Levels of an agent whose gaps and holding times are geometric."""
    random = np.random.default_rng(seed)
    levels, place = np.zeros(bars), 0
    while place < bars:
        place += int(random.geometric(1.0 / gap))
        end = place + int(random.geometric(1.0 / hold))
        levels[place:end] = SIZE
        place = end
    return levels


def planted_values(
    track: Track,
    levels: np.ndarray,
    costs: CostModel,
    edge: float,
    runs: int,
    seed: int,
    bars_per_year: int,
) -> dict[GateId, np.ndarray]:
    """The gates' values of runs through prices, :func:`replay` and :func:`measure`; NaN: undefined.

    The resampled bars become a price path, each held bar's close is moved by the edge, and the
    path goes on from there.
    """
    bars, style = len(track), present(Style.of(levels))
    before = np.concatenate([track.open[:1], track.close[:-1]])
    gaps, bodies = track.open / before, track.close / track.open
    block = chosen_block(optimal_blocks(track.close / before - 1.0), bars)
    draws = BlockDraws(bars, block, runs, seed)
    drawn = style.draw(bars, runs, seed + 1)
    found: dict[GateId, list[float]] = {}
    for run in range(runs):
        source, own = draws.bars(run) % bars, drawn[:, run]
        moved = bodies[source] + edge * np.sign(own)
        closes = np.cumprod(gaps[source] * moved)
        made = Track.of(pd.DataFrame({"open": closes / moved, "close": closes}))
        played = replay(made, own, Costs.of(costs))
        for gate, value in measure(played.equity[:, 0], played.pnl(0), bars_per_year).items():
            found.setdefault(gate, []).append(np.nan if value.value is None else value.value)
    return {gate: np.array(values) for gate, values in found.items()}
