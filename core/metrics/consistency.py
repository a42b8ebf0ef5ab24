"""Whether trades and equity are of the same backtest: times inside and in order, sums that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.errors import InputError
from core.language import Message, plural

if TYPE_CHECKING:
    from datetime import datetime, timedelta

TOLERANCE = 0.02  # of the sum of absolute results: rounding, funding, an open position's costs


def require_trades_inside(equity: pd.DataFrame, trades: pd.DataFrame, interval: timedelta) -> None:
    """Refuse trades that were made outside the equity's time.

    :param interval: of a bar: where rows have the time of its beginning, the last one lasts
        that long.
    :raises InputError: names the first such trade and the equity's range.
    """
    first, last = equity["time"].iloc[0], equity["time"].iloc[-1]
    for column in ("entry_time", "exit_time"):
        if column not in trades.columns:
            continue
        times = pd.to_datetime(trades[column], utc=True)
        outside = ((times < first) | (times > last + interval)).to_numpy()
        if outside.any():
            row = int(outside.argmax())
            raise InputError(
                plural(
                    "{n:,} trade is outside the equity's time, {first:%Y-%m-%d %H:%M} to"
                    " {last:%Y-%m-%d %H:%M} UTC: row {row}, {column} {time:%Y-%m-%d %H:%M:%S}.",
                    "{n:,} trades are outside the equity's time, {first:%Y-%m-%d %H:%M} to"
                    " {last:%Y-%m-%d %H:%M} UTC; the first is row {row}, {column}"
                    " {time:%Y-%m-%d %H:%M:%S}.",
                    int(outside.sum()),
                    first=utc(first),
                    last=utc(last),
                    row=row + 1,
                    column=column,
                    time=utc(times.iloc[row]),
                ),
                Message("Give the trades and the equity of one backtest."),
            )
    if "entry_time" in trades.columns:
        _require_exits_after_entries(trades)


def _require_exits_after_entries(trades: pd.DataFrame) -> None:
    entries, exits = (
        pd.to_datetime(trades[column], utc=True) for column in ("entry_time", "exit_time")
    )
    wrong = (exits < entries).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            plural(
                "{n:,} trade ends before it begins: row {row}, entry_time {entry}, exit_time {exit}.",
                "{n:,} trades end before they begin; the first is row {row}, entry_time {entry},"
                " exit_time {exit}.",
                int(wrong.sum()),
                row=row + 1,
                entry=utc(entries.iloc[row]),
                exit=utc(exits.iloc[row]),
            ),
            Message("Are the two columns swapped?"),
        )


def until_end(equity: pd.DataFrame, trades: pd.DataFrame) -> pd.DataFrame:
    """Of a ruined account: the trades that ended by then. A ruin is a result, whatever follows."""
    ended = pd.to_datetime(trades["exit_time"], utc=True) <= equity["time"].iloc[-1]
    kept: pd.DataFrame = trades.loc[ended.to_numpy()]
    return kept


def utc(moment: pd.Timestamp | str) -> datetime:
    """A row's time for a sentence."""
    return pd.to_datetime(moment, utc=True).to_pydatetime()


def difference(equity: pd.DataFrame, trades: pd.DataFrame) -> Message | None:
    """Why the sums don't fit; None if they do.

    Net results add up to the change of equity, at the last exit or at the end; a position that
    is still open explains the difference between the two. Open trades, deposits, or results
    before fees don't fit.
    """
    if not len(trades):
        return None
    values = equity["equity"].to_numpy(dtype=float)
    exits = pd.to_datetime(trades["exit_time"], utc=True)
    total = float(trades["pnl"].sum())
    upto = int(pd.DatetimeIndex(equity["time"]).searchsorted(exits.max(), side="right"))
    changes = [float(values[-1] - values[0]), float(values[max(upto, 1) - 1] - values[0])]
    allowed = TOLERANCE * float(trades["pnl"].abs().sum()) + 1e-6 * abs(float(values[0]))
    if min(abs(change - total) for change in changes) <= allowed:
        return None
    return Message(
        "The trades made {total:+,.2f} net, the equity changed by {change:+,.2f} up to the last exit"
        " and by {whole:+,.2f} in all: a difference of {difference:,.2f}. Gates of trades are not"
        " judged: are they of this backtest, net of all costs, with a position that is open at the"
        " end closed (forced_exit)?",
        total=total,
        change=changes[1],
        whole=changes[0],
        difference=abs(changes[1] - total),
    )
