"""Archived revalidations of the years, each with the tables that its hash names."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from core.decision.archive import decision_bytes
from core.decision.metrics_csv import metrics_csv
from core.metrics.records import records_csv
from core.timestamps import iso
from tests.benchmarks.growth.years import FIRST_LAUNCH, WEEK
from tests.core.backtest_records import decision_of, record

if TYPE_CHECKING:
    from core.paths import Home
    from tests.benchmarks.growth.years import Size


def write_archives(home: Home, size: Size) -> list[str]:
    """One for each revalidation, oldest first; their hashes."""
    backtest, hashes = record(1), []
    first = decision_of(backtest)
    tables = {
        "metrics.csv": metrics_csv(first.episodes).encode(),
        "equity.csv": records_csv(backtest.equity).encode(),
        "trades.csv": records_csv(backtest.trades).encode(),
    }
    for week in range(size.weeks):
        launch = FIRST_LAUNCH + week * WEEK
        begin, end = (size.revalidations * n // size.weeks for n in (week, week + 1))
        for number in range(begin, end):
            made = launch + timedelta(days=6, minutes=number - begin)
            fields = {"created_at": iso(made), "week": launch.date().isoformat()}
            content = decision_bytes(first.model_copy(update=fields))
            hashes.append(hashlib.sha256(content).hexdigest())
            archive = home.revalidation_archive / hashes[-1]
            archive.mkdir(parents=True)
            (archive / "decision.json").write_bytes(content)
            for name, text in tables.items():
                (archive / name).write_bytes(text)
    return hashes
