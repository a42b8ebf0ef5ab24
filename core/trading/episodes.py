"""The stitched record by episode: how much the verdict hangs on one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.gates import measure
from core.metrics.conventions import meets_limit
from core.metrics.records import require_equity, require_trades
from core.playbook import GateSpec
from core.timestamps import iso


def episode_table(
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    gates: Sequence[GateSpec],
    bars_per_year: int = 8760,
) -> list[dict[str, object]]:
    """One record an episode, then ``ALL`` (the stitched record) and ``WORST`` (of each column).

    Values are unrounded; None where undefined. An episode's starting capital is the
    last mark before it.

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
    return [*rows, whole, _worst(rows, gates)]


def share_of_episodes_that_pass(
    table: Sequence[dict[str, object]], gates: Sequence[GateSpec]
) -> dict[str, float]:
    """By gate id; an undefined value does not pass."""
    rows = [row for row in table if row["episode"] not in ("ALL", "WORST")]
    return {
        gate.id: sum(
            row[gate.id] is not None and meets_limit(row[gate.id], gate.op, gate.threshold)
            for row in rows
        )
        / len(rows)
        for gate in gates
        if rows
    }


def dispersion(
    table: Sequence[dict[str, object]], gates: Sequence[GateSpec]
) -> dict[str, dict[str, float | int | None]]:
    """Minimum, median and maximum over the episodes in which the gate's value is defined."""
    found = {}
    for gate in gates:
        values = [
            row[gate.id]
            for row in table
            if row["episode"] not in ("ALL", "WORST") and row[gate.id] is not None
        ]
        found[gate.id] = {
            "min": min(values, default=None),
            "median": float(np.median(values)) if values else None,
            "max": max(values, default=None),
            "defined_in": len(values),
        }
    return found


def _row(
    label: object,
    frame: pd.DataFrame,
    curve: np.ndarray,
    trades: pd.DataFrame,
    bars_per_year: int,
) -> dict[str, object]:
    pnl = require_trades(trades)
    times = pd.to_datetime(frame["time"], utc=True)
    exposure = None
    if "exposure" in frame.columns and len(frame) > 1:
        exposure = float(np.mean(frame["exposure"].to_numpy(float)[1:]))
    return {
        "episode": label,
        "first": iso(times.iloc[0].to_pydatetime()),
        "last": iso(times.iloc[-1].to_pydatetime()),
        "bars": len(curve) - 1,
        "trades": len(pnl),
        "forced_exits": int(trades["forced_exit"].astype(bool).sum()),
        "return_pct": float(curve[-1] / curve[0] - 1.0) * 100.0,
        "mean_exposure": exposure,
        **{name: found.value for name, found in measure(curve, pnl, bars_per_year).items()},
    }


def _worst(rows: list[dict[str, object]], gates: Sequence[GateSpec]) -> dict[str, object]:
    """The worst value of each gate and of the return; other columns stay empty."""
    worst: dict[str, object] = dict.fromkeys(rows[0])
    worst["episode"] = "WORST"
    worst["return_pct"] = min(row["return_pct"] for row in rows)
    for gate in gates:
        values = [row[gate.id] for row in rows if row[gate.id] is not None]
        if values:
            worst[gate.id] = min(values) if gate.op == ">=" else max(values)
    return worst
