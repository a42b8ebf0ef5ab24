"""Settings: from the environment and from settings.yaml, each explained and used."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, SetupError
from core.field_hints import wanted
from core.paths import CHECKOUT, Home
from core.vocabulary import JobKind, Role
from runner.cli.settings import unit_of
from runner.settings import Settings, Terminal, command_name, misspelt_variables, variable

if TYPE_CHECKING:
    from pathlib import Path

MODELS = (Settings, Terminal)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TRAINWEEK_"):
            monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_environment_sets_each_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINWEEK_STOP_GRACE_S", "2.5")
    monkeypatch.setenv("TRAINWEEK_RESUMES_A_DAY", "1")
    monkeypatch.setenv("TRAINWEEK_AUTOMATIC_RESUME", "0")
    monkeypatch.setenv("TRAINWEEK_COMMAND_DAILY_CHECK", '["./mine", "now"]')
    given = Settings.read()
    assert (given.stop_grace_s, given.resumes_a_day, given.automatic_resume) == (2.5, 1, False)
    assert given.command(JobKind.DAILY_CHECK) == ("./mine", "now")


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("TRAINWEEK_STOP_GRACE_S", "soon", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "-1", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "nan", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "inf", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "1e400", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "true", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "", "Give a number from 0"),
        ("TRAINWEEK_STOP_GRACE_S", "1e9", "Give a number from 0 to 999,999,999."),
        ("TRAINWEEK_SCHEDULE", "maybe", "Give true or false."),
        ("TRAINWEEK_RESUMES_A_DAY", "1.5", "Give a whole number from 0 to 999,999,999."),
        ("TRAINWEEK_RESUMES_A_DAY", "9" * 5000, "Give a whole number"),
        ("TRAINWEEK_COMMAND_TRAIN", "python", "Give a JSON list of words"),
        ("TRAINWEEK_COMMAND_TRAIN", "[]", "Give a JSON list of words"),
        ("TRAINWEEK_COMMAND_TRAIN", "[1]", "Give a JSON list of words"),
        ("TRAINWEEK_COMMAND_TRAIN", '[""]', "Give a JSON list of words"),
        ("TRAINWEEK_COMMAND_TRAIN", r'["a\u0000"]', "Give a JSON list of words"),
        ("TRAINWEEK_COMMAND_TRAIN", r'["\ud800"]', "Give a JSON list of words"),
        pytest.param("TRAINWEEK_COMMAND_TRAIN", "[" * 100_000, "Give a JSON list", id="deep"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"^{name} is ") as refused:
        Settings.read()
    assert remedy in refused.value.remedy
    assert len(refused.value.what) < 200


def test_a_settings_file_that_is_a_folder_is_refused_with_its_remedy(home: Home) -> None:
    home.settings_file.mkdir()
    with pytest.raises(
        SetupError, match=r"settings\.yaml can't be read: Is a directory"
    ) as refused:
        Settings.read(home)
    assert refused.value.remedy == "Remove it, or make it a file of settings."


def test_the_file_sets_what_the_environment_does_not(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.settings_file.write_text(
        "# ours\nstop_grace_s: 60\nschedule: false\ncommand_train: [./mine, --fast]\ntick_s: 9\n"
    )
    monkeypatch.setenv("TRAINWEEK_TICK_S", "0.1")
    given, sources = Settings.read(home), Settings.sources(home)
    assert (given.stop_grace_s, given.schedule, given.tick_s) == (60.0, False, 0.1)
    assert given.command(JobKind.TRAIN) == ("./mine", "--fast")
    assert (sources["stop_grace_s"], sources["tick_s"]) == ("file", "environment")
    assert sources["log_files"] == "default"
    assert Settings.read() == Settings(tick_s=0.1)  # the file is of one data directory


@pytest.mark.parametrize("text", ["", "# nothing yet\n\n"])
def test_a_file_without_settings_changes_nothing(home: Home, text: str) -> None:
    home.settings_file.write_text(text)
    assert Settings.read(home) == Settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stop_grace: 60\n", "no setting 'stop_grace'. Did you mean stop_grace_s?"),
        ("nonsense: 60\n", "no setting 'nonsense'. List the settings: trainweek settings"),
        ("role: cto\n", "no setting 'role'"),  # who acts stands in no file of a data directory
        ("tick_s: true\n", r"tick_s \(.*settings.yaml\) is True. Give a number"),
        ("tick_s: [1]\n", r"tick_s \(.*settings.yaml\) is \[1\]. Give a number"),
        ("log_files: 1.5\n", r"log_files \(.*\) is 1.5. Give a whole number"),
        ("tick_s: 1\ntick_s: 2\n", "line 2"),
        ("tick_s: 1: 2\n", "line 1"),
        ("- tick_s\n", "not a list of settings. Write one setting per line"),
    ],
)
def test_a_wrong_file_names_the_setting_and_the_place(home: Home, text: str, says: str) -> None:
    home.settings_file.write_text(text)
    with pytest.raises(InputError, match=says):
        Settings.read(home)


def test_a_file_that_can_not_be_read_is_an_error(home: Home) -> None:
    home.settings_file.write_bytes(b"tick_s: \xff\n")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        Settings.read(home)
    home.settings_file.unlink()
    home.settings_file.mkdir()
    with pytest.raises(SetupError, match="can't be read"):
        Settings.read(home)


def test_each_kind_has_a_program_and_ps_shows_the_trainer() -> None:
    settings = Settings()
    assert all(settings.command(kind)[:2] == (sys.executable, "-m") for kind in JobKind)
    assert settings.command(JobKind.TRAIN)[2] == "runner.jobs.train_ppo"
    assert {command_name(kind) for kind in JobKind} == {
        name for name in Settings.model_fields if name.startswith("command_")
    }


def test_every_setting_explains_itself_and_says_what_it_wants() -> None:
    for model in MODELS:
        for name, field in model.model_fields.items():
            assert (field.description or "").endswith("."), name
            assert wanted(model, name), name
            number = field.annotation in (int, float)
            assert bool(unit_of(model, name)) == number, name
            assert not name.endswith("_s") or unit_of(model, name) == "s", name


def test_every_setting_is_used() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("core", "runner", "dashboard")
        for path in (CHECKOUT / folder).rglob("*.py")
        if path != CHECKOUT / "runner" / "settings.py"
    ]
    text = "\n".join(sources)
    used = set(re.findall(r"(?:settings|terminal)\.(\w+)", text))
    used |= {name.lower() for name in re.findall(r'envvar="TRAINWEEK_(\w+)"', text)}
    for model in MODELS:
        for name in model.model_fields:
            assert name in used or name.startswith("command_"), name


def test_the_defaults_are_found_without_any_environment() -> None:
    given = Settings.read()
    assert all(
        getattr(given, name) == field.default for name, field in Settings.model_fields.items()
    )


def test_a_misspelt_variable_is_found_and_others_are_let_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAINWEEK_STOP_GRACE", "3")
    monkeypatch.setenv("TRAINWEEK_TESTED_BY", "x")
    monkeypatch.setenv("TRAINWEEK_HOME", "/tmp")
    assert misspelt_variables() == {"TRAINWEEK_STOP_GRACE": variable("stop_grace_s")}


def test_the_person_at_the_terminal_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Terminal.read() == Terminal(person=None, role=Role.LEAD)
    monkeypatch.setenv("TRAINWEEK_ROLE", "boss")
    with pytest.raises(InputError, match=r"TRAINWEEK_ROLE is 'boss'. Give one of viewer, engineer"):
        Terminal.read()
