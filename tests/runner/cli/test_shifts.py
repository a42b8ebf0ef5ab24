"""``trainweek shifts``: added in a time zone, listed with gaps, taken over and given back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.paths import Home
from core.timestamps import iso, parse_moment
from runner.client import Client
from tests.expected import recorded
from tests.runner.alerts.channel_files import write_alerts
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LEAD, after

if TYPE_CHECKING:
    from pathlib import Path

BERLIN = ZoneInfo("Europe/Berlin")


def test_shifts_from_the_terminal(tmp_path: Path) -> None:
    recorded(Client(Home(tmp_path), LEAD).create_week(after(0)))

    def listed() -> dict[str, Any]:
        return json.loads(trainweek("shifts", "list", "--json", home=tmp_path).stdout)

    assert "nobody is on call" in trainweek("shifts", "list", home=tmp_path).stdout
    begin = after(-3600).replace(second=0, microsecond=0)
    end, later = begin + timedelta(hours=5), begin + timedelta(hours=9)
    of_ana = ("shifts", "add", "ana", "--zone", "Europe/Berlin")
    bounds = (f"{one.astimezone(BERLIN):%Y-%m-%dT%H:%M}" for one in (begin, end))
    given = [word for pair in zip(("--from", "--to"), bounds, strict=True) for word in pair]
    added = trainweek(*of_ana, *given, "--json", home=tmp_path, role="engineer")
    assert added.returncode == 0, added.stderr
    made = json.loads(added.stdout)
    assert (parse_moment(made["begin"]), parse_moment(made["end"])) == (begin, end)
    number = made["id"]
    late = ("--from", iso(end + timedelta(hours=2)), "--to", iso(later))
    assert trainweek("shifts", "add", "ben", *late, home=tmp_path, role="lead").returncode == 0
    shown = trainweek("shifts", "list", home=tmp_path).stdout
    assert f"{begin.astimezone(BERLIN):%Y-%m-%d %H:%M} to" in shown
    assert f"Nobody is on call from {end:%Y-%m-%d %H:%M} to" in shown
    assert f"Nobody is on call from {later:%Y-%m-%d %H:%M} to" in shown, "the week's rest"
    assert "No channel reaches" not in shown
    write_alerts(Home(tmp_path), "channels: [{name: team, url: 'json://h', people: [ben]}]")
    assert "No channel reaches ana." in trainweek("shifts", "list", home=tmp_path).stdout
    assert listed()["unreached"] == ["ana"]
    same = trainweek(*of_ana, *given, home=tmp_path, role="engineer")
    assert "No channel reaches ana." in same.stdout
    assert [one["person"] for one in listed()["on_call"]] == ["ana"]

    no = trainweek("shifts", "take", number, home=tmp_path, role="viewer")
    assert (no.returncode, "viewer" in no.stderr) == (2, True)
    taken = trainweek("shifts", "take", number, "--json", home=tmp_path, role="engineer")
    assert taken.returncode == 0, taken.stderr
    assert [one["replaces"] for one in listed()["on_call"]] == [number]
    back = json.loads(taken.stdout)["id"]
    assert trainweek("shifts", "remove", back, home=tmp_path, role="engineer").returncode == 0
    assert [one["person"] for one in listed()["on_call"]] == ["ana"]
    tokyo = ("--zone", "Asia/Tokyo", "--from", "0001-01-01T00:00", "--to", iso(end))
    outside = trainweek("shifts", "add", "ana", *tokyo, home=tmp_path, role="lead")
    assert (outside.returncode, "is not a time in UTC" in outside.stderr) == (2, True)
    wrong = trainweek(*of_ana, "--from", "noon", "--to", iso(end), home=tmp_path, role="lead")
    assert (wrong.returncode, "is not a time" in wrong.stderr) == (2, True)
