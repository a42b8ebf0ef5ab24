"""``trainweek dashboard`` and ``up`` serve nothing with a login or a list that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.place import free_port
from tests.core.test_login import GOOD
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = "people: {ana@example.org: lead}"


@pytest.mark.parametrize("command", ["dashboard", "up"])
@pytest.mark.parametrize(
    ("login", "mode", "people", "said"),
    [
        ("[auth\n", 0o600, PEOPLE, "login.toml is not valid TOML"),
        (GOOD, 0o644, PEOPLE, "accessible to others"),
        (GOOD, 0o600, None, "lists nobody"),
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
