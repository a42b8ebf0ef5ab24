"""``metrics.csv``: one row an episode, then ALL and WORST."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any


def metrics_csv(table: Sequence[Mapping[str, Any]]) -> str:
    """The episode table as CSV; exact floats, an undefined value is an empty cell."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)  # csv writes None as nothing and floats by repr
    return out.getvalue()
