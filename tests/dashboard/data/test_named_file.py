"""Files that pages name: within the data directory alone, of any size and any content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from dashboard.data import named_file
from dashboard.data.named_file import NamedFile, find, is_text, named_in, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.training.mkdir(parents=True)
    made.training_log.write_text("[ERROR] it fell over\n")
    made.state.mkdir(parents=True)
    return made


def test_a_file_is_found_by_its_name_in_the_data_directory(home: Home) -> None:
    found = find(home, "logs/ppo_training/training.log")
    assert isinstance(found, NamedFile)
    assert (found.name, found.size) == ("logs/ppo_training/training.log", 21)
    assert named_file.last_lines(found) == "[ERROR] it fell over"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "logs/../../secret.txt",
        "logs/link.txt",  # a symbolic link out of the data directory
        "logs/folder/secret.txt",  # the same with a folder
        "logs/state/trainweek.db",
        "logs/state/signing_key",
        "access.yaml",
        "logs/.hidden",
        "logs/none.log",
        "logs/circle",
        "",
        "logs/\0",
    ],
)
def test_nothing_else_is_reached(home: Home, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for secret in (tmp_path / "secret.txt", outside / "secret.txt"):
        secret.write_text("secret")
    for inside in ("access.yaml", "logs/.hidden", "logs/state/trainweek.db"):
        (home.root / inside).write_text("secret")
    (home.state / "signing_key").write_text("secret")
    (home.root / "logs" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (home.root / "logs" / "folder").symlink_to(outside)
    (home.root / "logs" / "circle").symlink_to(home.root / "logs" / "circle")
    assert not isinstance(find(home, name), NamedFile)
    assert not isinstance(find(home, str(tmp_path / "secret.txt")), NamedFile)
    assert named_in(home, f"see {name} there") == []


def test_a_pipe_is_not_opened(home: Home) -> None:
    """To read one waits until somebody writes."""
    os.mkfifo(home.root / "logs" / "pipe.log")
    assert not isinstance(find(home, "logs/pipe.log"), NamedFile)
    assert named_in(home, "see logs/pipe.log there") == []


def test_a_link_within_the_data_directory_is_followed(home: Home) -> None:
    (home.root / "logs" / "newest.log").symlink_to(home.training_log)
    found = find(home, "logs/newest.log")
    assert isinstance(found, NamedFile)
    assert found.name == "logs/ppo_training/training.log"


def test_the_files_that_a_text_names_are_found_once(home: Home) -> None:
    text = "Copied to logs/ppo_training/training.log, then logs/ppo_training/training.log. Not /logs/x."
    assert [file.name for file in named_in(home, text, None, "logs/none.log")] == [
        "logs/ppo_training/training.log"
    ]


def test_binary_files_and_text_are_told_apart(home: Home) -> None:
    for name, content, text in (
        ("zip", b"PK\x03\x04\x00\x00", False),
        ("latin", "é".encode("latin-1") + b"a", False),
        ("utf8", "é".encode(), True),
        ("cut", "é".encode()[1:] + b"the end of a long text", True),
        ("empty", b"", True),
    ):
        path = home.root / "logs" / name
        path.write_bytes(content)
        found = find(home, f"logs/{name}")
        assert isinstance(found, NamedFile)
        assert is_text(found) is text, name


def test_a_csv_is_a_table_of_its_first_rows(home: Home) -> None:
    path = home.root / "logs" / "trades.csv"
    path.write_text("time,pnl\n" + "".join(f"{n},{n / 2}\n" for n in range(1000)))
    found = find(home, "logs/trades.csv")
    assert isinstance(found, NamedFile)
    rows = table(found)
    assert rows is not None
    assert (len(rows), rows[1]) == (named_file.MOST_ROWS, {"time": "1", "pnl": "0.5"})


def test_a_huge_file_is_viewed_by_its_end_and_not_offered(home: Home) -> None:
    path = home.root / "logs" / "huge.log"
    with path.open("wb") as file:
        os.truncate(file.fileno(), named_file.MOST_BYTES)
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast line")
    found = find(home, "logs/huge.log")
    assert isinstance(found, NamedFile)
    assert found.too_large
    assert named_file.last_lines(found).endswith("last line")
