"""The address of a shared store: what is refused, and that no password is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import InputError
from core.paths import Home
from runner.demo.place import prepare
from runner.settings import Settings
from runner.store import Store, open_store
from runner.store.opening import DEMO_MARK, shared_address
from runner.store_address import shown_address

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "postgresql://trainweek@db.example.org:5432/trainweek?sslmode=verify-full"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_without_the_setting_the_record_is_a_file(home: Home) -> None:
    home.settings_file.write_text("tick_s: 1\n")
    assert shared_address(home) is None
    assert type(open_store(home)) is Store


def test_file_and_variable_name_a_database(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.settings_file.write_text(f"store_url: {GOOD}\n")
    assert shared_address(home) == GOOD
    monkeypatch.setenv("TRAINWEEK_STORE_URL", "postgresql:///other?host=/run/postgresql")
    assert shared_address(home) == "postgresql:///other?host=/run/postgresql"


def test_what_is_only_played_is_not_recorded_in_the_shared_database(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINWEEK_STORE_URL", GOOD)
    (home.root / "drill.json").write_text("{}")
    assert shared_address(home) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "trainweek.db",
        "sqlite:///trainweek.db",
        "mysql://db/trainweek",
        "postgresql://db.example.org",
        "postgresql://db:port/trainweek",
        "postgresql://db/train week",
    ],
)
def test_a_wrong_address_names_the_setting_and_shows_one(
    home: Home, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("TRAINWEEK_STORE_URL", wrong)
    with pytest.raises(InputError, match=r"TRAINWEEK_STORE_URL is .*an address such as postgresql"):
        open_store(home)


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://trainweek:hunter2@db/trainweek",
        "postgresql://trainweek:a@hunter2@db/trainweek",
        "postgresql://trainweek@db/trainweek?password=hunter2",
        "postgresql://trainweek@db/trainweek?sslpassword=hunter2",
        "mysql://trainweek:hunter2@db/trainweek",
        "postgresql://trainweek:some?hunter2@db/trainweek",
        "postgresql://trainweek:so@me?hunter2@db/trainweek",
        "postgresql://trainweek@db/trainweek?password=so@hunter2",
    ],
)
def test_a_password_is_refused_and_never_repeated(home: Home, given: str) -> None:
    home.settings_file.write_text(f"store_url: {given}\n")
    with pytest.raises(InputError, match="PGPASSFILE holds it") as refused:
        Settings.read(home)
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in shown_address(given)


def test_the_shown_address_has_no_options() -> None:
    assert shown_address(GOOD) == "postgresql://trainweek@db.example.org:5432/trainweek"


def test_a_demo_does_not_take_the_address_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINWEEK_STORE_URL", GOOD)
    own = prepare(tmp_path / "demo")
    assert shared_address(own) is None
    own.settings_file.write_text("store_url: postgresql:///demo\n")
    assert shared_address(own) == "postgresql:///demo"
    (own.root / DEMO_MARK).unlink()
    assert shared_address(own) == GOOD
