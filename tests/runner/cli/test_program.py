"""Errors of commands: sentences for people, and JSON for scripts."""

from __future__ import annotations

import errno
import json
import sys
from typing import TYPE_CHECKING

import pytest
import typer

from runner.cli.program import run
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (["jobs", "list"], "InputError", 2),
        (["jobs", "list", "--limit", "0"], "UsageError", 2),
        (["jobs", "list", "--no-such-option"], "UsageError", 2),
        (["jobs", "show", "nojob"], "InputError", 2),
        (["week", "new", "--launch", "tomorrow"], "InputError", 2),
        (["inspect", "nowhere"], "TelemetryError", 2),
        (["diagnose", "nowhere"], "TelemetryError", 3),
        (["diagnose"], "UsageError", 3),
        (["model", "import", "nowhere.zip"], "InputError", 2),
    ],
    ids=str,
)
def test_with_json_an_error_is_json_on_standard_output(
    tmp_path: Path, words: list[str], kind: str, code: int
) -> None:
    done = trainweek(*words, "--json", home=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert (error["kind"], error["exit_code"], done.returncode) == (kind, code, code)
    assert error["what"]
    assert done.stderr != ""  # the sentence for people stays where it was
    plain = trainweek(*words, home=tmp_path)
    assert (plain.returncode, plain.stdout) == (code, "")


def test_json_behind_two_dashes_is_no_option(tmp_path: Path) -> None:
    done = trainweek("jobs", "show", "--", "--json", home=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_result_in_json_keeps_its_exit_code(tmp_path: Path) -> None:
    done = trainweek("data-check", "--json", home=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False


LONG = "x" * 300


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["inspect", LONG], 2),
        (["diagnose", LONG], 3),
        (["watch", LONG], 2),
        (["data", "check", "--train-data-dir", LONG], 2),
        (["week", "list", "--home", LONG], 2),
        (["week", "list", "--home", "x" * 5000], 2),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else "",
)
def test_a_path_that_no_file_can_have_is_named(tmp_path: Path, words: list[str], code: int) -> None:
    done = trainweek(*words, home=tmp_path)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "File name too long" in done.stderr


def test_a_link_that_leads_to_itself_is_named(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    done = trainweek("week", "list", "--home", circle)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert str(circle) in done.stderr


def test_a_path_that_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system answers it to an account without rights."""
    denied = PermissionError(errno.EACCES, "Permission denied", "/srv/closed")

    def fail() -> None:
        raise denied

    program = typer.Typer()
    program.command()(fail)
    monkeypatch.setattr(sys, "argv", ["trainweek"])
    with pytest.raises(SystemExit) as ended:
        run(program)
    assert ended.value.code == 2
    denied.filename = None  # names no path: a fault of ours keeps its traceback
    with pytest.raises(PermissionError):
        run(program)
