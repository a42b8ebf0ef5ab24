"""A command imports what it uses, and the list of commands says what each says of itself."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.lazy_names import lazy_names
from core.paths import Home
from runner.cli.command_table import COMMANDS
from runner.client import Client
from tests.expected import recorded
from tests.runner.place import LEAD, empty_database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEAVY = ("pandas", "torch", "scipy", "plotly", "streamlit", "stable_baselines3")
# Of a command that judges nothing. SQLAlchemy and pydantic cost most of what is left: store and
# ledger are read with them.
NOT_OF_A_LIST = (
    *HEAVY,
    *("numpy", "alembic", "apprise", "babel", "pydantic_settings", "rich", "cryptography"),
    *("core.job_params", "core.gates", "core.decision.record", "core.decision.load"),
    *("runner.client.client", "runner.client.signatures.validity", "runner.settings"),
)
NOT_OF_HELP = (
    *(name for name in NOT_OF_A_LIST if name != "rich"),
    "sqlalchemy",
    "pydantic",
    "yaml",
)
_RUN = """
import json, sys
from runner.cli import main
try:
    main()
finally:
    found = [name for name in HEAVY if name in sys.modules]
    print("\\n" + json.dumps(found))
"""


def loaded(*words: str, among: Sequence[str] = HEAVY) -> tuple[str, list[str]]:
    """What a command printed, and which of these modules it had loaded when it ended."""
    program = _RUN.replace("HEAVY", repr(tuple(among)))
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown, _, found = done.stdout.rstrip().rpartition("\n")
    return shown, json.loads(found)


@pytest.mark.parametrize(
    "words",
    [("--help",), ("week", "--help"), ("ledger", "--help"), ("access", "--help"), ("jobs", "--help")],
    ids=" ".join,
)  # fmt: skip
def test_help_loads_no_heavy_library(words: tuple[str, ...]) -> None:
    shown, found = loaded(*words)
    assert "Usage: " in shown
    assert found == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("week", "list"), "2026-02-23"),
        (("week", "list", "--json"), "2026-02-23"),
        (("settings",), "stop_grace_s"),
        (("access", "list"), "ana@example.org"),
        (("ledger", "head"), "1 "),
        (("jobs", "list"), ""),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_list_loads_no_heavy_library(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    home = Home(tmp_path)
    home.state.mkdir(parents=True, exist_ok=True)
    home.database.write_bytes(empty_database())
    recorded(Client(home, LEAD).create_week(datetime(2026, 2, 23, 14, tzinfo=UTC)))
    access = home.root / "access.yaml"
    access.touch(mode=0o600)
    access.write_text("people:\n  ana@example.org: lead\n")
    shown, found = loaded(*words, "--home", str(home.root))
    assert said in shown
    assert found == []


def test_the_list_of_commands_loads_neither_store_nor_settings() -> None:
    shown, found = loaded("--help", among=NOT_OF_HELP)
    assert "Usage: " in shown
    assert found == []


@pytest.mark.parametrize(
    ("words", "said"),
    [(("week", "list"), "2026-02-23"), (("jobs", "list"), ""), (("jobs", "list", "--json"), "[]")],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_list_loads_only_what_reads_the_store(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    home = Home(tmp_path)
    home.state.mkdir(parents=True, exist_ok=True)
    home.database.write_bytes(empty_database())
    recorded(Client(home, LEAD).create_week(datetime(2026, 2, 23, 14, tzinfo=UTC)))
    shown, found = loaded(*words, "--home", str(home.root), among=NOT_OF_A_LIST)
    assert said in shown
    assert found == []


def test_a_decision_is_listed_without_a_table_library() -> None:
    program = (
        "import json, sys, core.decision.load, core.decision.brief,"
        " runner.client.signatures.archived_decisions;"
        f" print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    command: Any = COMMANDS[name].loaded(name)
    own = (command.short_help or command.help).strip().split("\n\n")[0]
    assert COMMANDS[name].help == " ".join(own.split())
    assert command.name == name


@pytest.mark.parametrize("package", ["core.decision", "core.market"])
def test_no_lazy_name_is_a_module_s(package: str) -> None:
    """The module would take its place once something imported it."""
    found = importlib.import_module(package)
    modules = {each.name for each in pkgutil.iter_modules(found.__path__)}
    assert not modules & set(found.__all__)
    for name in found.__all__:
        assert getattr(found, name).__name__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = found.nothing


def test_a_name_is_imported_when_it_is_asked_for() -> None:
    found = lazy_names("here", {"sqrt": "math"})
    assert found("sqrt")(4) == 2
    with pytest.raises(AttributeError, match="module 'here' has no attribute 'root'"):
        found("root")
