"""``metrics.csv``: one row per episode, then ALL and WORST."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from core.trading.episodes import EpisodeRow

if TYPE_CHECKING:
    from collections.abc import Sequence


def metrics_csv(table: Sequence[EpisodeRow]) -> str:
    """The episode table as CSV; exact floats, an undefined value is an empty cell."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(EpisodeRow.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in table)  # csv writes None as nothing and floats by repr
    return out.getvalue()
