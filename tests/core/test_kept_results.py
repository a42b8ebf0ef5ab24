"""A result is computed again only when one of its files changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core.kept_results import KeptResults

if TYPE_CHECKING:
    from pathlib import Path


def test_a_change_that_keeps_size_and_modification_time_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "model"
    kept: KeptResults[str] = KeptResults(4)

    def read() -> str:
        return kept.get(file, [file], file.read_text)

    file.write_text("aa")
    stamp = file.stat()
    assert read() == "aa"
    file.write_text("bb")
    while file.stat().st_ctime_ns == stamp.st_ctime_ns:  # the kernel's clock ticks in ms
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert read() == "bb"


def test_it_is_computed_once_while_nothing_changes_and_again_for_a_further_file(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.touch()
    second.touch()
    kept: KeptResults[int] = KeptResults(4)
    calls: list[int] = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    assert [kept.get(tmp_path, [first], count) for _ in range(3)] == [1, 1, 1]
    assert kept.get(tmp_path, [first, second], count) == 2
    assert kept.get(tmp_path, [], count) == 3, "without files, nothing tells of a change"


def test_an_error_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    kept: KeptResults[float] = KeptResults(4)
    with pytest.raises(ZeroDivisionError):
        kept.get(file, [file], lambda: 1 / 0)
    assert kept.get(file, [file], lambda: 2.0) == 2.0
