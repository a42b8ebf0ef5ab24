"""Files are complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SetupError
from core.files import write_text


def test_a_file_replaces_its_earlier_self_and_leaves_nothing_else(tmp_path: Path):
    file = tmp_path / "new" / "a.txt"
    assert write_text(file, "one\n") == file
    write_text(file, "dois ✅\n")
    assert file.read_bytes() == "dois ✅\n".encode()
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]


def test_a_place_that_can_t_be_written_is_named_and_the_old_file_kept(tmp_path: Path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(SetupError, match="a.txt can't be written"):
        write_text(tmp_path / "a.txt", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
