"""The brief of an archived decision: as reliable as the whole record, and read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.decision import brief, kept_brief, read_decision
from core.decision.gate_record import ResampledGate
from core.errors import InputError, IntegrityError
from core.paths import Home
from tests.core.decision.test_reports import write

if TYPE_CHECKING:
    from pathlib import Path


def test_it_says_what_the_record_says(tmp_path: Path) -> None:
    archive = write(Home(tmp_path)).archive
    found, decided = kept_brief(archive), read_decision(archive).decision
    assert (found.sha256, found.score, found.grade) == (
        archive.name,
        decided.score,
        decided.evidence.grade,
    )
    assert [gate.value for gate in found.gates] == [gate.value for gate in decided.gates]
    assert all(isinstance(gate, ResampledGate) and gate.ci95 for gate in found.gates)


def test_it_is_read_once_while_no_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write(Home(tmp_path)).archive
    first = kept_brief(archive)
    monkeypatch.setattr(brief, "read_decision", lambda _: pytest.fail("read again"))
    assert kept_brief(archive) is first


def test_a_table_that_is_altered_later_is_noticed(tmp_path: Path) -> None:
    archive = write(Home(tmp_path)).archive
    kept_brief(archive)
    table = archive / "equity.csv"
    original = table.read_bytes()
    table.write_bytes(original.replace(b"1", b"2", 1))
    for _ in range(2):
        with pytest.raises(IntegrityError, match=r"equity\.csv"):
            kept_brief(archive)
    table.write_bytes(original)
    assert kept_brief(archive).sha256 == archive.name
    table.unlink()
    with pytest.raises(IntegrityError, match="is missing"):
        kept_brief(archive)


def test_a_folder_that_is_not_there_is_no_decision(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        kept_brief(tmp_path / ("ab" * 32))
