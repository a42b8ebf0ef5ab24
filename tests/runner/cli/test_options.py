"""A data directory that is mistyped is refused; only commands that begin one create it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from runner.cli import main

if TYPE_CHECKING:
    from pathlib import Path

READING = [
    ["week", "list"],
    ["week", "use", "2026-02-23"],
    ["jobs", "list"],
    ["jobs", "show", "train-1"],
    ["jobs", "stop", "train-1"],
    ["jobs", "logs", "train-1"],
    ["jobs", "submit", "train"],
    ["daily-check"],
    ["restart"],
    ["revalidate"],
    ["checkpoints"],
    ["backup", "list"],
    ["backup", "verify", "models/x"],
    ["backup", "make"],
    ["model", "import", "x.zip"],
    ["ledger", "verify"],
    ["ledger", "head"],
    ["ledger", "backup"],
    ["ledger", "backups"],
    ["ledger", "replay"],
    ["ledger", "restore"],
    ["decision", "show"],
    ["decision", "history"],
    ["decision", "gate"],
    ["tensorboard"],
]
NEEDS_A_FOLDER = [["doctor"], ["settings"], ["data-check"], ["data", "check"]]


def code_of(words: list[str]) -> int:
    """A gate without a record is shut; a record that is not there is never intact."""
    return {"gate": 1, "verify": 3, "head": 3}.get(words[-1], 2)


def ended(monkeypatch: pytest.MonkeyPatch, home: Path, words: list[str]) -> object:
    monkeypatch.setenv("TRAINWEEK_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["trainweek", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


@pytest.mark.parametrize("words", READING + NEEDS_A_FOLDER, ids=" ".join)
def test_a_folder_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch, capsys, words: list[str]
) -> None:
    code = ended(monkeypatch, tmp_path / "mistyped", words)
    said = "".join(capsys.readouterr())
    assert code == code_of(words)
    assert f"There is no folder {tmp_path}/mistyped." in said
    assert "--home" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_folder_without_a_week_is_not_written_to(
    tmp_path: Path, monkeypatch, capsys, words: list[str]
) -> None:
    code = ended(monkeypatch, tmp_path, words)
    said = "".join(capsys.readouterr())
    assert code == code_of(words)
    assert f"{tmp_path} is not a data directory: it has no week." in said
    assert "trainweek week new" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["week", "list"], ["doctor"], ["settings"], ["week", "new", "--launch", "2026-11-23T14:00Z"]],
    ids=" ".join,
)
def test_a_file_is_no_data_directory(tmp_path: Path, monkeypatch, capsys, words: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    assert ended(monkeypatch, tmp_path / "file", words) == 2
    said = "".join(capsys.readouterr())
    assert f"{tmp_path}/file is not a folder." in said
    assert "Choose another with --home, or create it." in said


def test_the_home_of_an_unknown_user_is_refused(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRAINWEEK_HOME", raising=False)
    for words in (
        ["week", "list", "--home", "~nouser9/week"],
        ["week", "new", "--launch", "2026-11-23T14:00Z", "--home", "~nouser9/week"],
        ["model", "import", "~nouser9/m.zip", "--home", "~nouser9/week"],
    ):
        monkeypatch.setattr(sys, "argv", ["trainweek", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr().err
        assert end.value.code == 2
        assert "begins with a user that does not exist" in said
        assert len(said.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("person", ["Carla\nBob", "  ", "\u2028\u202e", "a\x1b[31m", "x" * 101])
def test_a_name_that_no_record_can_hold_is_refused(
    tmp_path: Path, monkeypatch, capsys, person: str
) -> None:
    monkeypatch.setenv("TRAINWEEK_PERSON", person)
    words = ["week", "new", "--launch", "2026-11-23T14:00Z"]
    assert ended(monkeypatch, tmp_path / "home", words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: TRAINWEEK_PERSON is ")
    assert "Give text of 1 to 100 characters on one line" in said
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("command", "option"), [("list", "--limit"), ("logs", "--lines")])
@pytest.mark.parametrize("value", ["-5", "0", str(2**63)])
def test_a_count_out_of_range_is_refused(
    tmp_path: Path, monkeypatch, capsys, command: str, option: str, value: str
) -> None:
    words = ["jobs", command, option, value, *(["train-1"] if command == "logs" else [])]
    assert ended(monkeypatch, tmp_path, words) == 2
    said = capsys.readouterr().err
    assert option in said
    assert ("equal to 1000000" if value == str(2**63) else "equal to 1 ") in said
    assert list(tmp_path.iterdir()) == []
