"""Ruin: the equity at or below zero. What follows it is not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def until_ruin(equity: pd.DataFrame) -> pd.DataFrame:
    """The rows up to the ruin, whose equity becomes 0; the whole table without one.

    A debt is not carried on: it can not be traded with. The starting capital can't be ruined.

    :param equity: columns ``time, equity``.
    """
    values = equity["equity"].to_numpy(dtype=float)
    ruined = np.flatnonzero(values[1:] <= 0)
    if not len(ruined):
        return equity
    kept = equity.iloc[: int(ruined[0]) + 2].copy()
    values = values[: len(kept)].copy()
    values[-1] = 0.0
    return kept.assign(equity=values)


def is_ruined(equity: np.ndarray) -> bool:
    """Whether the curve ends in ruin."""
    return bool(len(equity) and equity[-1] <= 0)
