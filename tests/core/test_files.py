"""Files are complete or absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.files import TAIL_BYTES, end_of, tail, write_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_replaces_its_earlier_self_and_leaves_nothing_else(tmp_path: Path):
    file = tmp_path / "new" / "a.txt"
    assert write_text(file, "one\n") == file
    write_text(file, "dois ✅\n")
    assert file.read_bytes() == "dois ✅\n".encode()
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]


def test_a_place_that_can_t_be_written_is_named_and_the_old_file_kept(tmp_path: Path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(SetupError, match=r"a.txt can't be written"):
        write_text(tmp_path / "a.txt", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("count", [0, 1, 3, 7, 100])
def test_the_tail_is_the_newest_lines_oldest_first(tmp_path: Path, count: int):
    path = tmp_path / "training.log"
    lines = [f"2026-02-23T14:0{minute}:00Z [INFO] minute {minute}" for minute in range(7)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert tail(path, count).splitlines() == (lines[-count:] if count else [])


def test_only_the_end_of_a_long_file_is_read(tmp_path: Path):
    path = tmp_path / "training.log"
    lines = [f"{number:06d} " + "é" * 300 for number in range(1000)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert tail(path, 100).splitlines() == lines[-100:]
    assert len(end_of(path)) == TAIL_BYTES
    assert len(tail(path, 1000)) <= TAIL_BYTES


def test_a_file_that_is_not_there_has_no_tail(tmp_path: Path):
    assert tail(tmp_path / "training.log", 100) == ""
