"""The runner's process."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.paths import Home
from runner.service import run_runner
from runner.store import Store, schema
from runner.store.fenced_store import FencedStore

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import pytest

    from runner.store.runner_place import RunnerPlace
    from tests.runner.place import Place


def test_it_reports_misspelt_variables_at_its_start(place: Place) -> None:
    place.runner(TRAINWEEK_STOP_GRACE="5")
    said = "TRAINWEEK_STOP_GRACE sets nothing. Did you mean TRAINWEEK_STOP_GRACE_S?"
    assert said in place.home.runner_log.read_text()


def test_a_stop_while_it_starts_ends_it_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = FencedStore.claim

    def stopped(store: Store, mine: RunnerPlace, now: datetime, **more: Any) -> FencedStore:
        fenced = claim(store, mine, now, **more)
        os.kill(os.getpid(), signal.SIGTERM)  # before it has written that it is there
        return fenced

    monkeypatch.setattr(FencedStore, "claim", stopped)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    home = Home(tmp_path)
    try:
        assert run_runner(home) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    with Store(home).read() as connection:
        assert connection.scalar(select(schema.runners.c.ended_at)) is not None
