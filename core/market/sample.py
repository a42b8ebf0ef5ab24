"""A sample market for trying trainweek: synthetic training and backtest candles, labelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import ConflictError
from core.language import Message
from core.market.synthetic import SignalModel, make_market, write_market

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2021, 2, 23, tzinfo=UTC)
SPLIT = datetime(2025, 2, 23, tzinfo=UTC)  # four years to train on, then a year to test
END = datetime(2026, 2, 23, tzinfo=UTC)


def write_sample(
    train: Path,
    backtest: Path,
    seed: int = 7,
    *,
    force: bool = False,
    model: SignalModel | None = None,
) -> list[tuple[Path, int]]:
    """Write one synthetic market, split into two ranges that don't overlap.

    :returns: each file with its number of bars.
    :raises ConflictError: a folder already contains candles, and ``force`` is false.
    """
    for folder in (train, backtest):
        present = sorted(folder.glob("*.csv"))
        if present and not force:
            raise ConflictError(
                Message(
                    "{folder} already contains candles ({file}).",
                    folder=str(folder),
                    file=present[0].name,
                ),
                Message("Use another data directory, or --force to replace them."),
            )
        for path in present:
            path.unlink()
    bars = int((END - START).total_seconds() // 3600)
    market = make_market(seed, bars, START, model)
    first = int((SPLIT - START).total_seconds() // 3600)
    name = "OGNUSDT-1h-synthetic.csv"
    return [
        (write_market(market, train / name, before=SPLIT), first),
        (write_market(market, backtest / name, first=SPLIT), bars - first),
    ]
