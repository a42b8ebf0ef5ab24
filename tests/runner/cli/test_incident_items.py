"""``trainweek incidents item``."""

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


def test_an_action_is_done_or_skipped_from_the_command_line(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    client = Client(home, LEAD)
    week = recorded(client.create_week(LAUNCH))
    opened = recorded(client.open_incident(week.id, "crash", "it fell over"))

    def item(*words: object) -> tuple[int, str]:
        done = trainweek("incidents", "item", opened.id, *words, home=home.root)
        return done.returncode, done.stdout + done.stderr

    assert item(3, "done", "--note", "read the log") == (
        0,
        f"Incident {opened.id}, action 3: DONE, by root.\n",
    )
    code, text = item(4, "skip")
    assert (code, "requires a reason" in text) == (2, True)
    code, text = item(9, "done")
    assert (code, "Give a number from 1 to 5." in text) == (2, True)
    code, text = item(3, "skip", "--reason", "too late")
    assert (code, "has already marked the action as done" in text) == (2, True)
    code, text = item(4, "skip", "--reason", "same person", "--json")
    assert code == 0
    found = json.loads(text)
    assert (found["state"], found["note"], found["item"]) == ("SKIPPED", "same person", 4)
    assert item(4, "skip", "--reason", "same person")[0] == 0, "repeating changes nothing"


def test_the_list_names_ids_and_actions(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    client = Client(home, LEAD)
    week = recorded(client.create_week(LAUNCH))
    none = trainweek("incidents", "list", home=home.root)
    assert (none.returncode, none.stdout) == (0, "No open incidents.\n")
    opened = recorded(client.open_incident(week.id, "crash", "it fell over"))
    client.skip_incident_action(opened.id, 1, "there is no log")
    shown = trainweek("incidents", "list", home=home.root)
    assert shown.returncode == 1
    lines = shown.stdout.splitlines()
    when = f"{opened.opened_at:%Y-%m-%d %H:%M}"
    assert lines[0] == f"{opened.id}  crash  OPEN  as of {when} UTC: it fell over"
    assert lines[2].startswith("  [-] 2. Save a copy of the log")
    assert lines[2].endswith("(Lea: there is no log)")
    assert lines[3].startswith("  [ ] 3. Investigate")
    assert lines[5].startswith("  [x] 5. Do not restart")
    client.close_incident(opened.id, "fixed")
    assert trainweek("incidents", "list", home=home.root).returncode == 0
    found = json.loads(trainweek("incidents", "list", "--all", "--json", home=home.root).stdout)
    assert (found[0]["state"], found[0]["close_reason"]) == ("CLOSED", "fixed")
    assert [each["state"] for each in found[0]["actions"]] == [
        "DONE", "SKIPPED", "SKIPPED", "SKIPPED", "DONE",
    ]  # fmt: skip


def test_the_list_has_a_limit_and_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    client = Client(home, LEAD)
    week = recorded(client.create_week(LAUNCH))
    recorded(client.open_incident(week.id, "crash", "it fell over"))
    recorded(client.open_incident(week.id, "data", "a gap"))
    newest = trainweek("incidents", "list", "--limit", "1", home=home.root)
    assert (newest.returncode, "a gap" in newest.stdout) == (1, True)
    assert "it fell over" not in newest.stdout
    assert newest.stdout.endswith("1 older one; see --limit.\n")
