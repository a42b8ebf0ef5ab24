"""Acts on the hold-out: lock a backtest window, open it for its final look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message
from core.ledger_bodies import HoldOutLocked, HoldOutOpened
from core.text_rules import is_blank
from core.vocabulary import Right
from runner.client.base import ANOTHER_WEEK, BaseClient, refused_text
from runner.outcomes import Recorded, Refused
from runner.store.hold_outs import hold_outs

if TYPE_CHECKING:
    from pathlib import Path

    from core.trading.hold_out import HoldOuts, Window
    from core.week import Week


def window_of(folder: Path, traded: str | None) -> Window:
    """The candles of a folder by hash, range and symbol.

    :param traded: the week's symbol; None: there is no week.
    :raises MarketDataError: there are none that can be read.
    """
    from core.market import load_candles
    from core.trading.hold_out import Window, symbol_of

    candles = load_candles(folder)
    found, symbol = candles.provenance(), symbol_of(candles.raw.symbols, traded)
    return Window(
        data=found.sha256, first=found.first, last=found.last, bars=found.rows, symbol=symbol
    )


def _data_of(week: Week | None) -> str:
    return week.playbook.revalidation.backtest_data_dir if week else "data/backtest"


class HoldOutActs(BaseClient):
    """Locks and opens backtest windows; the ledger alone knows them."""

    def hold_outs(self) -> HoldOuts:
        """All looks and locks."""
        with self.store.read() as connection:
            return hold_outs(connection)

    def lock_hold_out(
        self, reason: str, folder: str | None = None, key: str | None = None
    ) -> Recorded[Window] | Refused:
        """Lock the backtest window: no revalidation before it is opened.

        :param folder: of the candles; None: the active week's.
        """
        return self._marked(HoldOutLocked, reason, folder, key)

    def open_hold_out(
        self, reason: str, folder: str | None = None, key: str | None = None
    ) -> Recorded[Window] | Refused:
        """Open the locked window for one revalidation, its final look."""
        return self._marked(HoldOutOpened, reason, folder, key)

    def _marked(
        self,
        act: type[HoldOutLocked | HoldOutOpened],
        reason: str,
        folder: str | None,
        key: str | None,
    ) -> Recorded[Window] | Refused:
        if denied := self._denied(Right.REVALIDATE) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("Locking and opening the hold-out require a reason."),
                Message("Say why now, for those who read the decision."),
            )
        with self.store.read() as connection:
            week = self._meant_week(connection)
        usual = _data_of(week)
        try:  # reading the candles takes seconds: not while others wait to write
            traded = week.playbook.symbol if week else None
            window = window_of(self.home.resolve(folder or usual), traded)
        except TrainweekError as error:
            return Refused.by(error)
        with self.store.write() as transaction:
            connection = transaction.connection
            if self._keyed(connection, key, act) is not None:
                return Recorded(window)
            again = self._meant_week(connection)
            if folder is None and _data_of(again) != usual:
                return ANOTHER_WEEK
            if refused := self._elsewhere(connection):
                return refused
            lock = hold_outs(connection).lock_of(window)
            if act is HoldOutLocked:
                if lock is not None:
                    return Refused(
                        Message("These bars are locked already, or were."),
                        Message("Each bar can be reserved once: lock bars that came later."),
                    )
                body: HoldOutLocked | HoldOutOpened = HoldOutLocked(
                    data=window.data,
                    first=str(window.first),
                    last=str(window.last),
                    reason=reason,
                    symbol=window.symbol,
                )
            elif lock is None or lock.state != "locked":
                return Refused(
                    Message("There is no locked window to open on these bars."),
                    Message("A window is opened once; lock one first."),
                )
            else:
                body = HoldOutOpened(data=lock.window.data, reason=reason)
            self._append(transaction, body, again.id if again else None, key)
            return Recorded(window)
