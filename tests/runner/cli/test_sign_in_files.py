"""``trainweek dashboard`` and ``up`` serve nothing with a login or a list that is in doubt."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.paths import CHECKOUT, Home
from runner.client import Client
from runner.home.runner_identity import read_identity
from runner.home.signing_key import signing_key
from tests.browser.place import free_port
from tests.core.test_login import GOOD
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LAUNCH, LEAD

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = "people: {ana@example.org: lead}"


@pytest.mark.parametrize("command", ["dashboard", "up"])
@pytest.mark.parametrize(
    ("login", "mode", "people", "said"),
    [
        ("[auth\n", 0o600, PEOPLE, "login.toml is not valid TOML"),
        (GOOD, 0o644, PEOPLE, "accessible to others"),
        (GOOD, 0o600, None, "lists no people"),
        (None, 0o600, PEOPLE, "no login is configured"),
        (GOOD, 0o600, "people: {ana@example.org: cto", "invalid YAML"),
        (GOOD, 0o600, "people: {ana@example.org: king}", "'king' is invalid"),
    ],
)
def test_a_doubt_is_a_sentence_and_nothing_is_served(
    tmp_path: Path, command: str, login: str | None, mode: int, people: str | None, said: str
) -> None:
    for name, text in (("login.toml", login), ("access.yaml", people)):
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
            (tmp_path / name).chmod(mode)
    refused = trainweek(command, "--port", free_port(), home=tmp_path)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("command", ["dashboard", "up"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--address", "0.0.0.0"), "on this machine only, not on 0.0.0.0"),
        (("--address", "10.9.8.7"), "on this machine only, not on 10.9.8.7"),
        (("--base-path", "/a?b"), "is no base path"),
    ],
)
def test_without_a_login_no_one_else_is_served(
    tmp_path: Path, command: str, options: tuple[str, str], said: str
) -> None:
    refused = trainweek(command, "--port", free_port(), *options, home=tmp_path)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert not (tmp_path / "logs").exists()


def test_the_server_itself_refuses_so_too(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "dashboard.server", f"--port={free_port()}", "--address=0.0.0.0"],
        env=os.environ | {"TRAINWEEK_HOME": str(tmp_path)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "on this machine only" in refused.stderr


@pytest.mark.parametrize("words", [("runner",), ("start", "--detach", "--yes")])
def test_a_runner_does_not_start_where_others_may_read_a_secret(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    home = Home(tmp_path)
    Client(home, LEAD).create_week(LAUNCH)
    signing_key(home)
    home.signing_key.chmod(0o644)
    refused = trainweek(*words, home=tmp_path)
    assert refused.returncode == 2, refused.stdout
    assert "accessible to others (mode 644)" in refused.stderr
    assert read_identity(home) is None


def test_an_address_that_the_machine_does_not_have_is_named(tmp_path: Path) -> None:
    for name, text in (("login.toml", GOOD), ("access.yaml", PEOPLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    address = ("--address", "203.0.113.7")  # of the documentation network
    refused = trainweek("dashboard", "--port", free_port(), *address, home=tmp_path)
    assert "does not have the address 203.0.113.7" in refused.stderr


def test_units_and_links_keep_the_base_path(tmp_path: Path) -> None:
    unit = trainweek("systemd", "--base-path", "/trainweek", home=tmp_path).stdout
    assert "dashboard.server --port=8501 --base-path=/trainweek" in unit
    assert "--port=8501 --base-path=/trainweek --unit dashboard" in unit
    link = trainweek("link", "--base-path", "trainweek", home=tmp_path).stdout
    assert link.startswith("http://localhost:8501/trainweek/?token=")
