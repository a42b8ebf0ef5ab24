"""What is measured: each entry prepares, and gives the act whose time counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.people import RUNNER
from runner.client import Client
from runner.recovery.kept_verification import verify_tail, verify_whole
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from runner.store import Store, chain
from runner.store.backup import make_backup
from tests.benchmarks.growth.years import FIRST_LAUNCH, LEAD

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


def _tail(home: Home) -> Act:
    now = datetime.now(UTC)
    assert verify_whole(home, now).ok

    def act() -> None:
        report = verify_tail(home, now)
        assert report is not None
        assert report.ok

    return act


def _chain(home: Home) -> Act:
    return lambda: _said(sum(1 for _ in chain.read(home.ledger)))


def _open(home: Home) -> Act:
    Store(home)  # the first one compares every line, and leaves a checkpoint
    return lambda: _said(Store(home))


def _week(home: Home) -> Act:
    client = Client(home, LEAD)
    return lambda: _said(client.week_records())


def _weeks(home: Home) -> Act:
    client = Client(home, LEAD)
    client.week_window(12)
    return lambda: _said(client.week_window(12))


def _runs(home: Home) -> Act:
    client = Client(home, LEAD)
    client.run_window(25)
    return lambda: _said(client.run_window(25))


def _decisions(home: Home) -> Act:
    client = Client(home, LEAD)
    client.archived_decisions()
    return lambda: _said(client.archived_decisions())


def _backups(home: Home) -> Act:
    """Two, an hour apart: what the second one adds to the disk."""
    make_backup(home, FIRST_LAUNCH, timedelta(days=7))
    before = _on_disk(home)

    def act() -> str:
        make_backup(home, FIRST_LAUNCH + timedelta(hours=1), timedelta(days=7))
        return f"+{(_on_disk(home) - before) / 1e6:.0f} MB"

    return act


def _on_disk(home: Home) -> int:
    """Bytes of all backups; a shared file counts once."""
    found = [path.stat() for path in home.backups.rglob("*")]
    return sum({each.st_ino: each.st_size for each in found}.values())


def _said(_: object) -> None:
    return None


MEASURED: dict[str, tuple[Callable[[Home], Act], str]] = {
    "rebuild (trainweek ledger replay)": (_rebuild, "27 s (138 s before)"),
    "trainweek ledger verify": (_verify, "28 s (138 s before)"),
    "reading the chain": (_chain, "5 s"),
    "trainweek ledger verify --tail": (_tail, "0.5 s"),
    "opening the store": (_open, "0.5 s (2.3 s before)"),
    "reading the shown week": (_week, "as at 1 %"),
    "12 weeks of the list": (_weeks, "as at 1 %"),
    "25 runs of the list": (_runs, "as at 1 %"),
    "the list of decisions": (_decisions, "0.1 s"),
    "an hourly backup": (_backups, "2 databases, 2 MB"),
}
"""Name to how it is prepared, and what it is to cost at most with all lines."""
