"""``trainweek tick``: the checks of a slot, and ticks from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.paths import Home
from core.vocabulary import Verdict
from runner.client import Client
from tests.expected import recorded
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH, LEAD

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def at(home: Path, hours: float) -> Client:
    """A week whose time stands at that many hours after the launch."""
    client = Client(Home(home), LEAD)
    recorded(client.create_week(LAUNCH, clock_at=LAUNCH + timedelta(hours=hours)))
    return client


def test_it_lists_the_slot_that_is_due_and_ticks_with_a_note(tmp_path: Path) -> None:
    client = at(tmp_path, 1.1)

    def tick(*words: object, role: str | None = None) -> subprocess.CompletedProcess[str]:
        return trainweek("tick", *words, home=tmp_path, role=role)

    listed = tick("--slot", "hourly_1", "--json")
    found: dict[str, Any] = json.loads(listed.stdout)
    assert (listed.returncode, found["slot"], found["due"]) == (1, "hourly_1", True)
    checks = {each["check"]: each for each in found["checks"]}
    assert checks["reward_positive"]["verdict"] == "UNKNOWN"
    assert checks["reward_positive"]["tick"] is None

    bare = tick("reward_positive", "--slot", "hourly_1")
    assert bare.returncode == 2
    assert "--note TEXT" in bare.stderr
    words = ("reward_positive", "--slot", "hourly_1", "--note", "starts later today")
    refused = tick(*words, role="viewer")
    assert refused.returncode == 2
    assert "may not record" in refused.stderr
    done = tick(*words, role="engineer")
    assert done.returncode == 0, done.stderr
    assert "[x] ❔ reward_positive" in done.stdout
    [saved] = client.ticks(client.weeks()[0].id)
    assert (saved.note, saved.verdict_seen) == ("starts later today", Verdict.UNKNOWN)

    second = tick(*words)
    assert second.returncode == 2
    assert "--again" in second.stderr
    assert tick(*words, "--again").returncode == 0
    assert len(client.ticks(client.weeks()[0].id)) == 1


def test_a_slot_that_is_not_due_takes_no_tick_and_unknown_names_are_listed(tmp_path: Path) -> None:
    at(tmp_path, 0.5)
    early = trainweek("tick", "reward_positive", "--slot", "hourly_2", "--note", "x", home=tmp_path)
    assert early.returncode == 2
    assert "not due yet" in early.stderr
    slot = trainweek("tick", "--slot", "noon", home=tmp_path)
    assert (slot.returncode, "hourly_1" in slot.stderr) == (2, True)
    check = trainweek("tick", "sharpness", "--slot", "hourly_1", home=tmp_path)
    assert (check.returncode, "reward_positive" in check.stderr) == (2, True)


def test_passing_ticks_what_passes_and_nothing_else(tmp_path: Path) -> None:
    client = at(tmp_path, 1.1)
    done = trainweek("tick", "--passing", "--slot", "hourly_1", home=tmp_path)
    assert done.returncode == 0
    seen = {each.verdict_seen for each in client.ticks(client.weeks()[0].id)}
    assert seen <= {Verdict.PASS}


def test_undo_takes_a_tick_back_with_its_reason(tmp_path: Path) -> None:
    client = at(tmp_path, 1.1)
    words = ("reward_positive", "--slot", "hourly_1")
    nothing = trainweek("tick", *words, "--undo", "--note", "x", home=tmp_path)
    assert (nothing.returncode, "has no tick" in nothing.stderr) == (2, True)
    assert trainweek("tick", *words, "--note", "seen", home=tmp_path).returncode == 0
    bare = trainweek("tick", *words, "--undo", home=tmp_path)
    assert (bare.returncode, "--note TEXT" in bare.stderr) == (2, True)
    done = trainweek("tick", *words, "--undo", "--note", "wrong run", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[ ] ❔ reward_positive" in done.stdout
    assert client.ticks(client.weeks()[0].id) == []
