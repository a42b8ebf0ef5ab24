from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from core.people import Person
from core.playbook import default_playbook_text
from core.vocabulary import Role
from runner.client import Client
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_week_is_the_active_one_and_use_changes_that(tmp_path: Path) -> None:
    first = trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    assert first.returncode == 0, first.stderr
    trainweek("week", "new", "--launch", "2026-11-30T14:00Z", home=tmp_path)
    weeks = json.loads(trainweek("week", "list", "--json", home=tmp_path).stdout)
    assert [(w["id"], w["active"]) for w in weeks] == [("2026-11-23", False), ("2026-11-30", True)]
    assert trainweek("week", "use", "2026-11-23", home=tmp_path).returncode == 0
    weeks = json.loads(trainweek("week", "list", "--json", home=tmp_path).stdout)
    assert [w["active"] for w in weeks] == [True, False]


def test_a_launch_without_a_zone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    done = trainweek("week", "new", "--launch", "2026-11-23T14:00", home=tmp_path)
    assert done.returncode == 2
    assert "no time zone" in done.stderr
    assert "Add Z" in done.stderr


@pytest.mark.parametrize("launch", ["9999-12-31T23:59Z", "9001-01-01T00:00Z", "0001-01-01T00:00Z"])
def test_a_launch_that_no_calendar_can_follow_is_refused(tmp_path: Path, launch: str) -> None:
    home = tmp_path / "home"
    done = trainweek("week", "new", "--launch", launch, home=home)
    assert done.returncode == 2
    what, remedy = done.stderr.splitlines()
    assert what == f"error: A week can't be launched in the year {int(launch[:4])}."
    assert remedy == "  Give a launch from 1970 to 9000."
    assert not home.exists()


def test_the_same_launch_twice_is_refused_and_a_day_may_have_two_weeks(tmp_path: Path) -> None:
    trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    twice = trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    assert twice.returncode == 2
    assert "already exists" in twice.stderr
    for number, hour in ((2, 18), (3, 20)):
        more = trainweek(
            "week", "new", "--launch", f"2026-11-23T{hour}:00Z", "--json", home=tmp_path
        )
        assert json.loads(more.stdout)[0]["id"] == f"2026-11-23-{number}"
    listed = json.loads(trainweek("week", "list", "--json", home=tmp_path).stdout)
    assert [week["id"] for week in listed if week["active"]] == ["2026-11-23-3"]


def listed(home: Path, *more: str) -> list[dict[str, object]]:
    return json.loads(trainweek("week", "list", "--json", *more, home=home).stdout)


def two_weeks(home: Path) -> None:
    trainweek("week", "new", "--launch", "2036-11-24T14:00Z", home=home)
    made = trainweek("week", "new", "--plan", "--launch", "2036-12-01T14:00Z", home=home)
    assert made.returncode == 0, made.stderr


def test_a_planned_week_stands_beside_the_active_one(tmp_path: Path) -> None:
    two_weeks(tmp_path)
    weeks = [(week["id"], week["active"], week["state"]) for week in listed(tmp_path)]
    assert weeks == [("2036-11-24", True, "planned"), ("2036-12-01", False, "planned")]


def test_an_archived_week_leaves_the_list_and_comes_back(tmp_path: Path) -> None:
    two_weeks(tmp_path)
    active = trainweek("week", "archive", "2036-11-24", home=tmp_path)
    assert active.returncode == 2
    assert "is the active one, so it can't be archived" in active.stderr
    done = trainweek("week", "archive", "2036-12-01", "--json", home=tmp_path)
    assert (done.returncode, json.loads(done.stdout)[0]["state"]) == (0, "archived")
    assert [week["id"] for week in listed(tmp_path)] == ["2036-11-24"]
    assert [week["id"] for week in listed(tmp_path, "--all")] == ["2036-11-24", "2036-12-01"]
    said = trainweek("week", "list", home=tmp_path).stdout
    assert "1 archived week is not listed; see --all." in said
    used = trainweek("week", "use", "2036-12-01", home=tmp_path)
    assert used.returncode == 2
    assert "trainweek week unarchive 2036-12-01" in used.stderr
    assert trainweek("week", "unarchive", "2036-12-01", home=tmp_path).returncode == 0
    assert trainweek("week", "use", "2036-12-01", home=tmp_path).returncode == 0


def test_a_launch_time_is_mended_with_a_reason(tmp_path: Path) -> None:
    two_weeks(tmp_path)
    words = ("week", "mend", "2036-12-01", "--launch", "2036-12-02T15:00Z")
    without = trainweek(*words, home=tmp_path)
    assert without.returncode == 2
    assert "--reason" in without.stderr
    done = trainweek(*words, "--reason", "late candles", "--json", home=tmp_path)
    assert (done.returncode, json.loads(done.stdout)[0]["launch"]) == (0, "2036-12-02T15:00:00Z")
    taken = trainweek("week", "mend", "2036-12-01", "--launch", "2036-11-24T14:00Z", "--reason",
                      "x", home=tmp_path)  # fmt: skip
    assert taken.returncode == 2
    assert "Week 2036-11-24 is launched at that time." in taken.stderr


def test_an_option_before_the_command_names_the_home_too(tmp_path: Path) -> None:
    trainweek("--home", tmp_path, "week", "new", "--launch", "2026-11-23T14:00Z")
    assert (tmp_path / "logs" / "state" / "trainweek.db").exists()


def test_a_home_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder", "utf-8")
    done = trainweek("week", "list", home=tmp_path / "home")
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_playbook_check_names_line_and_field(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = default_playbook_text()
    file.write_text(text, "utf-8")
    fine = trainweek("playbook", "check", file)
    assert fine.returncode == 0
    assert "6 gates" in fine.stdout
    broken = text.replace("total_steps: 500000", "total_steps: -5", 1)
    assert broken != text
    file.write_text(broken, "utf-8")
    done = trainweek("playbook", "check", file)
    line = broken[: broken.index("total_steps: -5")].count("\n") + 1
    assert done.returncode == 2
    assert "mine.yaml" in done.stderr
    assert str(line) in done.stderr
    assert "total_steps" in done.stderr


def test_a_week_with_a_broken_playbook_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("roles: [unfinished", "utf-8")
    launch = "2026-11-23T14:00Z"
    done = trainweek("week", "new", "--launch", launch, "--playbook", file, home=tmp_path)
    assert done.returncode == 2
    assert "mine.yaml" in done.stderr
    assert list(tmp_path.iterdir()) == [file]


def test_daily_check_without_a_week_says_what_to_do(tmp_path: Path) -> None:
    done = trainweek("daily-check", "--date", "2026-02-24", home=tmp_path)
    assert done.returncode == 2
    assert "trainweek week new" in done.stderr


def test_a_week_keeps_the_whole_playbook_of_an_extension(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: phase4\ntraining:\n  total_steps: 50000\n")
    done = trainweek(
        "week",
        "new",
        "--launch",
        "2026-11-23T14:00Z",
        "--playbook",
        os.path.relpath(mine),
        home=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    client = Client(Home.find(tmp_path), Person("Eva", Role.ENGINEER))
    week = client.active_week()
    assert week is not None
    assert week.playbook.training.total_steps == 50_000
    assert "extends" not in week.playbook_text


def test_a_week_may_be_launched_now_and_a_past_launch_is_said(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    now = trainweek("week", "new", "--launch", "now", home=tmp_path)
    assert now.returncode == 0, now.stderr
    assert "overdue" not in now.stdout
    week = Client(Home(tmp_path), Person("Eva", Role.ENGINEER)).active_week()
    assert week is not None
    assert before <= week.launch <= datetime.now(UTC)
    past = trainweek("week", "new", "--launch", "2026-02-23T14:00Z", home=tmp_path)
    assert past.returncode == 0, past.stderr
    assert "days ago: what was due since then is due now." in past.stdout
