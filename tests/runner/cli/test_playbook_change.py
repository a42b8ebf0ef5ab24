"""``trainweek playbook take``: compare, ask, take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path


def a_week(home: Path, text: str = "extends: phase4\nid: own\n") -> Path:
    home.mkdir()
    file = home / "own.yaml"
    file.write_text(text)
    made = trainweek(
        "week", "new", "--launch", "2026-11-23T14:00Z", "--playbook", str(file), home=home
    )
    assert made.returncode == 0, made.stderr
    return file


def test_without_a_reason_it_only_says_what_would_change(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = a_week(home)
    file.write_text("extends: phase4\nid: own\nchecks: {kl_divergence: {threshold: 0.02}}\n")
    done = trainweek("playbook", "take", home=home)
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "1 field differs from the playbook of week 2026-11-23:",
            '  Check "Is the KL divergence below 0.02?", threshold: 0.01 → 0.02',
            "Nothing was changed. To take it: add --reason TEXT --yes",
        ],
    )
    asked = trainweek("playbook", "take", "--reason", "too strict", home=home)
    assert asked.returncode == 2
    assert "Add --yes." in asked.stderr
    taken = trainweek("playbook", "take", "--reason", "too strict", "--yes", home=home)
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout.splitlines()[-1].startswith("Week 2026-11-23 has the playbook own.yaml now")
    again = trainweek("playbook", "take", "--reason", "too strict", "--yes", home=home)
    assert again.returncode == 2
    assert "No field differs" in again.stderr
    shown = trainweek("playbook", "show", "--week", "2026-11-23", home=home)
    assert "threshold: 0.02" in shown.stdout


def test_json_names_each_field_and_an_engineer_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = a_week(home)
    file.write_text("extends: phase4\nid: own\ntraining: {seed: 8}\n")
    found = json.loads(trainweek("playbook", "take", "--json", home=home).stdout)
    assert found["differences"] == [{"field": "training.seed", "before": 7, "after": 8}]
    assert (found["refused"], found["taken"]) == (None, False)
    words = ("playbook", "take", "--reason", "x", "--yes", "--json")
    no = trainweek(*words, home=home, role="engineer")
    assert no.returncode == 2
    assert "may not plan" in json.loads(no.stdout)["error"]["what"]


def test_a_week_with_the_manuals_playbook_needs_a_file(tmp_path: Path) -> None:
    trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    done = trainweek("playbook", "take", home=tmp_path)
    assert done.returncode == 2
    assert "Name a file" in done.stderr


LOOSE = "extends: phase4\nid: own\ngates: [{id: sharpe, threshold: -99.0}]\n"


def test_check_says_that_gates_are_not_the_manuals_and_an_engineer_makes_no_such_week(
    tmp_path: Path,
) -> None:
    home, file = tmp_path / "home", tmp_path / "own.yaml"
    file.write_text(LOOSE)
    checked = trainweek("playbook", "check", str(file), home=home)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.splitlines()[1:] == [
        "1 rule differs from the playbook that comes with trainweek:",
        '  Gate "Sharpe Ratio", threshold: 1 → -99',
        "The ML lead creates a week with such rules, and the CTO's signature names them.",
    ]
    words = ("week", "new", "--launch", "2026-11-23T14:00Z", "--playbook", str(file))
    no = trainweek(*words, home=home, role="engineer")
    assert no.returncode == 2
    assert "gates.sharpe.threshold 1.0 → -99.0" in no.stderr
    assert "Ask the ML lead" in no.stderr
    made = trainweek(*words, home=home, role="lead")
    assert made.returncode == 0, made.stderr
    assert '  Gate "Sharpe Ratio", threshold: 1 → -99' in made.stdout.splitlines()
