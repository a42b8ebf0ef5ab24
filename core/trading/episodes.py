"""The record by episode (a slice of it), to show how much the verdict depends on one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from pydantic import Field

from core.gates import measure
from core.json_model import Count, JsonModel, Number
from core.metrics.conventions import HOURS_PER_YEAR, meets_limit
from core.metrics.records import require_equity, require_trades
from core.timestamps import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.playbook import GateSpec
    from core.playbook.gates import GateId

Label = int | Literal["ALL", "WORST"]


class EpisodeRow(JsonModel):
    """One row of the table of episodes; null where a value is undefined or has no meaning."""

    episode: Label = Field(description="Number from 1, then ALL and WORST.")
    first: str | None = Field(description="First mark, UTC.")
    last: str | None = Field(description="Last mark, UTC.")
    bars: int | None = Field(description="Marked bars.")
    trades: int | None = Field(description="Closed round trips.")
    forced_exits: int | None = Field(
        description="Round trips closed by force: before December 2026 at each "
        "episode's end, since then at the record's end."
    )
    return_pct: float | None = Field(description="Net return, percent.")
    mean_exposure: float | None = Field(description="Mean signed share of equity in the market.")
    sharpe: Number | None = Field(description="Annual.")
    max_drawdown_pct: Number | None = Field(description="Positive percent.")
    win_rate_pct: Number | None = Field(description="Percent of the round trips.")
    profit_factor: Number | None = Field(description="Sum of wins / |sum of losses|.")
    consecutive_losses: Number | None = Field(description="Longest losing run.")
    calmar: Number | None = Field(description="Annual return / max drawdown.")

    @property
    def is_episode(self) -> bool:
        """False for the rows that sum up the others."""
        return self.episode not in ("ALL", "WORST")

    def value(self, gate_id: str) -> Number | None:
        """The gate's value in this row."""
        return cast("Number | None", getattr(self, gate_id))


class Dispersion(JsonModel):
    """Spread of one gate's value over the episodes in which it is defined."""

    min: Number | None = Field(description="Lowest.")
    median: float | None = Field(description="Median.")
    max: Number | None = Field(description="Highest.")
    defined_in: Count = Field(description="Episodes in which the value is defined.")


def episode_table(
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    gates: Sequence[GateSpec],
    bars_per_year: int = HOURS_PER_YEAR,
) -> tuple[EpisodeRow, ...]:
    """One row per episode, then ``ALL`` (the whole record) and ``WORST`` (of each column).

    Values are unrounded. An episode's starting capital is the last mark before it.

    :param equity: see :mod:`core.metrics.records`, with the column ``episode``.
    """
    curve = require_equity(equity)
    owners = equity["episode"].to_numpy()[1:]
    rows = []
    for episode in dict.fromkeys(owners.tolist()):
        marks = np.flatnonzero(owners == episode) + 1
        part = slice(marks[0] - 1, marks[-1] + 1)
        mine = trades[trades["episode"] == episode]
        rows.append(_row(episode, equity.iloc[part], curve[part], mine, bars_per_year))
    whole = _row("ALL", equity, curve, trades, bars_per_year)
    return (*rows, whole, _worst(rows, gates))


def share_of_episodes_that_pass(
    table: Sequence[EpisodeRow], gates: Sequence[GateSpec]
) -> dict[GateId, float]:
    """Share of the episodes that pass, by gate id; an undefined value does not pass."""
    rows = [row for row in table if row.is_episode]
    return {
        gate.id: sum(
            (value := row.value(gate.id)) is not None
            and meets_limit(value, gate.op, gate.threshold)
            for row in rows
        )
        / len(rows)
        for gate in gates
        if rows
    }


def dispersion(
    table: Sequence[EpisodeRow], gates: Sequence[GateSpec]
) -> Mapping[GateId, Dispersion]:
    """Minimum, median and maximum over the episodes in which the gate's value is defined."""
    found = {}
    for gate in gates:
        values = [
            value for row in table if row.is_episode and (value := row.value(gate.id)) is not None
        ]
        found[gate.id] = Dispersion(
            min=min(values, default=None),
            median=float(np.median(values)) if values else None,
            max=max(values, default=None),
            defined_in=len(values),
        )
    return found


def _row(
    label: Label,
    frame: pd.DataFrame,
    curve: np.ndarray,
    trades: pd.DataFrame,
    bars_per_year: int,
) -> EpisodeRow:
    import pandas as pd

    pnl = require_trades(trades)
    times = pd.to_datetime(frame["time"], utc=True)
    exposure = None
    if "exposure" in frame.columns and len(frame) > 1:
        exposure = float(np.mean(frame["exposure"].to_numpy(float)[1:]))
    return EpisodeRow(
        episode=label,
        first=iso(times.iloc[0].to_pydatetime()),
        last=iso(times.iloc[-1].to_pydatetime()),
        bars=len(curve) - 1,
        trades=len(pnl),
        forced_exits=int(trades["forced_exit"].astype(bool).sum()),
        return_pct=float(curve[-1] / curve[0] - 1.0) * 100.0,
        mean_exposure=exposure,
        **{name: found.value for name, found in measure(curve, pnl, bars_per_year).items()},
    )


def _worst(rows: Sequence[EpisodeRow], gates: Sequence[GateSpec]) -> EpisodeRow:
    """The worst value of each gate and of the return; other columns stay empty."""
    worst: dict[str, Label | Number | None] = dict.fromkeys(EpisodeRow.model_fields)
    worst["episode"] = "WORST"
    worst["return_pct"] = min(row.return_pct for row in rows if row.return_pct is not None)
    for gate in gates:
        values = [value for row in rows if (value := row.value(gate.id)) is not None]
        if values:
            worst[gate.id] = min(values) if gate.op == ">=" else max(values)
    return EpisodeRow.model_validate(worst)
