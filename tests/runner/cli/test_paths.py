"""Relative paths of the command line start at the current folder."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from core.errors import InputError
from core.job_params import BackupParams, ImportModelParams, RevalidateParams
from core.paths import Home
from core.playbook.loading import DEFAULT
from runner.cli import weeks
from runner.cli.first_week import present_week, week_from_now
from runner.cli.options import client_of_any
from runner.cli.paths import given_path, with_given_paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for folder in ("here", "home"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Home(tmp_path / "home")


def test_the_current_folder_comes_before_the_data_directory(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("here", "home"):
        (tmp_path / folder / "mine.yaml").touch()
    assert given_path("mine.yaml", home) == tmp_path / "here" / "mine.yaml"
    assert given_path("../home/mine.yaml", home) == tmp_path / "home" / "mine.yaml"
    assert given_path(tmp_path / "home" / "mine.yaml", home) == tmp_path / "home" / "mine.yaml"
    assert capsys.readouterr().err == ""


def test_what_only_the_data_directory_has_is_named(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    model = home.root / "models" / "best_model.zip"
    model.parent.mkdir()
    model.touch()
    assert given_path("models/best_model", home) == home.root / "models" / "best_model"
    assert str(model.with_suffix("")) in capsys.readouterr().err


def test_what_is_nowhere_is_missed_in_the_current_folder(home: Home) -> None:
    assert given_path("nowhere", home) == Path.cwd() / "nowhere"
    assert given_path("n" * 5000, home).parent == Path.cwd()


def test_paths_of_jobs_are_recorded_relative_inside_the_data_directory_and_whole_outside(
    home: Home,
) -> None:
    Path("candles").mkdir()
    asked = with_given_paths(
        RevalidateParams(backtest_data_dir="candles", model_path="../home/models/m"), home
    )
    assert asked.as_json() == {
        "backtest_data_dir": str(Path.cwd() / "candles"),
        "model_path": "models/m",
    }
    assert with_given_paths(RevalidateParams(episodes=3), home).as_json() == {"episodes": 3}
    restored = with_given_paths(
        BackupParams.model_validate({"action": "restore", "from": "b"}), home
    )
    assert restored.as_json() == {"action": "restore", "from": str(Path.cwd() / "b")}
    imported = with_given_paths(ImportModelParams(file="m.zip"), home)
    assert imported.as_json() == {"file": str(Path.cwd() / "m.zip")}
    with pytest.raises(InputError, match="nouser9"):
        with_given_paths(ImportModelParams(file="~nouser9/m.zip"), home)


def test_a_week_takes_the_playbook_of_the_current_folder(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text.replace("OGNUSDT", "BTCUSDT"), encoding="utf-8")
    (home.root / "mine.yaml").write_text(text, encoding="utf-8")
    weeks.new(launch="2026-11-23T14:00Z", playbook=Path("mine.yaml"), home=home.root)
    assert "BTCUSDT" in capsys.readouterr().out


def test_a_start_without_a_week_says_which_playbook_it_takes(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text.replace("OGNUSDT", "BTCUSDT"), encoding="utf-8")
    client = client_of_any(home.root)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    with pytest.raises(InputError, match="No week was created"):
        week_from_now(client, Path("mine.yaml"), agreed=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(InputError, match="No week was created") as refused:
        week_from_now(client, Path("mine.yaml"), agreed=False)
    assert "--yes" in refused.value.remedy
    assert client.weeks() == []
    made = week_from_now(client, Path("mine.yaml"), agreed=True)
    assert made.symbol == "BTCUSDT"
    said = capsys.readouterr().err
    assert str(Path.cwd() / "mine.yaml") in said
    assert "BTCUSDT" in said
    with pytest.raises(InputError, match="has its playbook already"):
        present_week(client, Path("mine.yaml"))
    assert present_week(client, None) == made
