"""Errors of commands: sentences for people, and JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

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
