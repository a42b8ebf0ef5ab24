"""What is measured: each entry prepares, and gives the act whose time counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.people import RUNNER
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from runner.store import Store, chain

if TYPE_CHECKING:
    from core.paths import Home

Act = Callable[[], str | None]


def _rebuild(home: Home) -> Act:
    return lambda: _said(replay(home, RUNNER, datetime.now(UTC)))


def _verify(home: Home) -> Act:
    def act() -> None:
        report = verify_ledger(home, tables=True)
        assert report.ok, report.text()

    return act


def _chain(home: Home) -> Act:
    return lambda: _said(sum(1 for _ in chain.read(home.ledger)))


def _open(home: Home) -> Act:
    return lambda: _said(Store(home))


def _said(_: object) -> None:
    return None


MEASURED: dict[str, tuple[Callable[[Home], Act], str]] = {
    "rebuild (trainweek ledger replay)": (_rebuild, "27 s (138 s before)"),
    "trainweek ledger verify": (_verify, "28 s (138 s before)"),
    "reading the chain": (_chain, "5 s"),
    "opening the store": (_open, "as at 1 %"),
}
"""Name to how it is prepared, and what it is to cost at most with all lines."""
