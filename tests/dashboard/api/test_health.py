"""What probes are told, and that it is nothing else."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from runner.home.runner_identity import RunnerIdentity, write_identity
from tests.dashboard.api.conftest import Served

if TYPE_CHECKING:
    import pytest

    from tests.dashboard.place import Place


def _runner_lives(place: Place) -> None:
    write_identity(place.home, RunnerIdentity.of_this_process(1, place.now), place.now)


def _ready(served: Served) -> bool:
    served.place.now += timedelta(seconds=5)
    answer = served.caller.get("/readyz")
    assert (answer.status_code, answer.text) in ((200, "ok\n"), (503, "not ready\n"))
    return answer.status_code == 200


def test_it_is_ready_while_a_runner_lives(served: Served) -> None:
    assert not _ready(served)
    _runner_lives(served.place)
    assert _ready(served)
    assert served.caller.get("/healthz").text == "ok\n"
    served.home.runner_identity.unlink()
    assert not _ready(served)
    assert served.caller.get("/healthz").text == "ok\n"


def test_a_changed_ledger_is_not_ready(served: Served) -> None:
    _runner_lives(served.place)
    assert _ready(served)
    text = served.home.ledger.read_bytes()
    served.home.ledger.write_bytes(text[:-200])
    assert not _ready(served)
    served.home.ledger.write_bytes(text)
    assert _ready(served)


def test_a_full_disk_is_not_ready(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _runner_lives(served.place)
    assert _ready(served)
    usage = type("Usage", (), {"free": 1})()
    monkeypatch.setattr("runner.client.readiness.shutil.disk_usage", lambda path: usage)
    assert not _ready(served)


def test_a_damaged_database_is_not_ready(served: Served) -> None:
    _runner_lives(served.place)
    served.home.database.write_bytes(b"nothing" * 1000)
    assert not _ready(served)


def test_a_week_that_is_only_watched_needs_no_runner(place: Place) -> None:
    place.watch()
    assert _ready(Served(place))


def test_whoever_asks_often_makes_no_work(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def unready(self: object) -> list[str]:
        asked.append(1)
        return []

    monkeypatch.setattr("runner.client.readiness.Readiness.unready", unready)
    for _ in range(20):
        assert served.caller.get("/readyz").status_code == 200
    assert len(asked) == 1
    assert socket.gethostname() not in served.caller.get("/readyz").text
    assert str(os.getpid()) not in served.caller.get("/readyz").text
