"""``trainweek incidents open``, ``show`` and ``close``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.paths import Home
from runner.client import Client
from tests.expected import recorded
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH, LEAD

if TYPE_CHECKING:
    from pathlib import Path


def test_an_incident_from_its_opening_to_its_end(tmp_path: Path) -> None:
    client = Client(Home(tmp_path), LEAD)
    recorded(client.create_week(LAUNCH))
    opening = ("incidents", "open", "crash", "--summary", "it fell over")
    opened = trainweek(*opening, home=tmp_path, role="engineer")
    assert opened.returncode == 0, opened.stderr
    number = opened.stdout.split()[0]
    twice = trainweek(*opening, home=tmp_path)
    assert twice.returncode == 2
    assert f"trainweek incidents show {number}" in twice.stderr
    shown = trainweek("incidents", "show", number, "--json", home=tmp_path)
    assert (shown.returncode, json.loads(shown.stdout)["state"]) == (1, "OPEN")

    closing = ("incidents", "close", number, "--reason", "a full disk; freed")
    no = trainweek(*closing, home=tmp_path, role="engineer")
    assert (no.returncode, "may not close" in no.stderr) == (2, True)
    closed = trainweek(*closing, home=tmp_path, role="lead")
    assert closed.returncode == 0, closed.stderr
    assert "skipped" in closed.stdout
    after = trainweek("incidents", "show", number, home=tmp_path)
    assert (after.returncode, "a full disk; freed" in after.stdout) == (0, True)


def test_unknown_names_are_refused_with_what_there_is(tmp_path: Path) -> None:
    recorded(Client(Home(tmp_path), LEAD).create_week(LAUNCH))
    unknown = trainweek("incidents", "open", "fire", "--summary", "x", home=tmp_path)
    assert (unknown.returncode, "performance" in unknown.stderr) == (2, True)
    none = trainweek("incidents", "show", 9, home=tmp_path)
    assert (none.returncode, "--all" in none.stderr) == (2, True)
    assert trainweek("incidents", "close", 9, "--reason", "x", home=tmp_path).returncode == 2
