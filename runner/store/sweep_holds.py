"""What holds a sweep as a whole: no further trial of it begins meanwhile."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message, literal
from core.market.candle_files import candle_files, candles_sha256
from runner.store import queries
from runner.store.hold_outs import hold_outs, is_any_locked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.paths import Home
    from core.sweep.record import Sweep
    from core.trading.hold_out import Window


def held_by(connection: Connection, home: Home, sweep: Sweep) -> Message | None:
    """Why no further trial of a sweep begins; None: nothing holds it."""
    week = queries.week_by_id(connection, sweep.week_id)
    if week is None or week.playbook_sha256 != sweep.playbook_sha256:
        return Message("The week's playbook has changed: this sweep was of another recipe.")
    if week.archived_at is not None:
        return Message("Week {week} is archived.", week=week.id)
    if held := queries.blocking_incident(connection, sweep.week_id):
        return Message("The open incident {procedure!r} blocks it.", procedure=held.procedure)
    if sweep.is_stuck:
        return Message(
            "{n} attempts in a row ended without a result, the last one so: {reason} When that"
            " is mended: trainweek sweep resume {sweep}",
            n=sweep.lost_in_a_row,
            reason=sweep.last_lost,
            sweep=sweep.id,
        )
    if refused := refused_by_lock(connection, sweep.windows):
        return refused[0]
    try:
        tested = home.resolve(week.playbook.revalidation.backtest_data_dir)
        for path, sha256 in (
            (home.train_data_of(week.playbook.symbol), sweep.train_sha256),
            (tested, sweep.backtest_sha256),
        ):
            if _sha256_of(path) != sha256:
                return Message(
                    "The candles in {folder} have changed since it began. It goes on when they"
                    " are as before; else stop it and start another.",
                    folder=home.relative(path),
                )
    except TrainweekError as error:
        return literal(error.what)
    except OSError as error:
        return Message("The candles can't be read: {error}.", error=error.strerror or str(error))
    return None


def refused_by_lock(
    connection: Connection, windows: Sequence[Window]
) -> tuple[Message, Message] | None:
    """Why no try may be judged on these bars, and the remedy; None: no lock is on them."""
    if not is_any_locked(connection):
        return None
    kept = hold_outs(connection)
    return next(filter(None, map(kept.refusal_of_sweep, windows)), None)


def _sha256_of(path: Path) -> str:
    """Of the candles; they are read again only when a file is another one."""
    states = [(file, file.stat()) for file in candle_files(path)]
    return _read(path, tuple((file, one.st_mtime_ns, one.st_size) for file, one in states))


@lru_cache(maxsize=16)
def _read(path: Path, _states: tuple[tuple[Path, int, int], ...]) -> str:
    return candles_sha256(path)
