"""Writing and reading a revalidation: round trip, archive, altered files."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.decision import (
    DecisionRecord,
    dated_problem,
    decision_sha256,
    decision_text,
    history,
    latest_decision,
    read_decision,
    write_reports,
)
from core.errors import InputError, IntegrityError, SetupError
from core.gates import read_equity_csv, read_trades_csv, score
from core.paths import Home
from tests.core.backtest_records import CREATED, DAY, PLAYBOOK, decision_of, record
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    from core.decision.archive import ReportPaths

NAMES = {
    "decision.json", "metrics.csv", "equity.csv", "trades.csv", "decision.txt", "memo.html",
    "training_log_summary.txt",
}  # fmt: skip


def write(
    home: Home, seed: int = 1, log_summary: str = "nothing to say\n", **changed: Any
) -> ReportPaths:
    backtest = record(seed)
    decision = decision_of(backtest, **changed)
    return write_reports(
        home,
        DAY,
        decision,
        equity=backtest.equity,
        trades=backtest.trades,
        text=decision_text(decision),
        memo_html="<!doctype html>",
        log_summary=log_summary,
    )


def test_scoring_the_saved_tables_gives_the_decisions_gates(tmp_path: Path):
    paths = write(Home(tmp_path))
    card = score(
        read_equity_csv(paths.files["equity.csv"]),
        read_trades_csv(paths.files["trades.csv"]),
        PLAYBOOK.gates,
        PLAYBOOK.decision,
    )
    saved = json.loads(paths.decision.read_text())
    for gate, again in zip(saved["gates"], card.as_dict()["gates"], strict=True):
        assert {name: gate[name] for name in again} == again  # to the last bit, not only to 1e-9
    assert card.decision.value == saved["decision"]
    assert card.facts.forced_exits == 1


def test_the_dated_files_are_copies_of_the_archive(tmp_path: Path):
    paths = write(Home(tmp_path))
    assert {path.name for path in paths.archive.iterdir()} == NAMES == set(paths.files)
    for name, dated in paths.files.items():
        assert dated.name == f"2026-02-27_{name}"
        assert dated.read_bytes() == (paths.archive / name).read_bytes()
    content = paths.decision.read_bytes()
    assert paths.archive.name == paths.sha256 == hashlib.sha256(content).hexdigest()
    assert decision_sha256(DecisionRecord.model_validate_json(content)) == paths.sha256


def test_a_second_revalidation_replaces_the_view_and_keeps_the_archive(tmp_path: Path):
    home = Home(tmp_path)
    first = write(home)
    kept = {path.name: path.read_bytes() for path in first.archive.iterdir()}
    second = write(home, seed=2, created_at=CREATED + timedelta(minutes=5))
    assert first.archive != second.archive
    assert {path.name: path.read_bytes() for path in first.archive.iterdir()} == kept
    assert first.decision == second.decision
    assert present(latest_decision(home)).sha256 == second.sha256
    assert [saved.sha256 for saved in history(home)] == [first.sha256, second.sha256]


def test_the_same_decision_twice_is_archived_once_and_not_overwritten(tmp_path: Path):
    home = Home(tmp_path)
    first = write(home)
    before = (first.archive / "memo.html").stat().st_mtime_ns
    assert write(home).archive == first.archive
    assert (first.archive / "memo.html").stat().st_mtime_ns == before
    assert [path.name for path in home.revalidation_archive.iterdir()] == [first.sha256]


def test_a_decision_that_is_repeated_keeps_its_log_summary(tmp_path: Path):
    home = Home(tmp_path)
    first = write(home)
    again = write(home, log_summary="the log has grown\n")
    assert again == first
    summary = again.files["training_log_summary.txt"]
    assert summary.read_text() == "nothing to say\n"
    assert summary.read_bytes() == (first.archive / "training_log_summary.txt").read_bytes()


def test_nothing_half_written_is_left_behind(tmp_path: Path):
    home = Home(tmp_path)
    write(home)
    assert not [path for path in home.revalidation.rglob("*") if ".partial" in path.name]


def test_tables_of_another_backtest_are_refused(tmp_path: Path):
    decision, other = decision_of(record(1)), record(2)
    with pytest.raises(IntegrityError, match=r"equity.csv differs from the version"):
        write_reports(
            Home(tmp_path), DAY, decision, equity=other.equity, trades=record(1).trades,
            text="", memo_html="", log_summary="",
        )  # fmt: skip
    assert not (tmp_path / "reports").exists()


def test_a_folder_that_can_t_be_made_is_a_setup_error(tmp_path: Path):
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(SetupError, match="can't be written"):
        write(Home(tmp_path))


def test_an_altered_decision_is_named(tmp_path: Path):
    home = Home(tmp_path)
    paths = write(home)
    paths.decision.write_text(paths.decision.read_text().replace('"NO-GO"', '"GO"', 1) + " ")
    with pytest.raises(IntegrityError, match=r"2026-02-27_decision.json was altered"):
        read_decision(paths.decision)
    # The dated file is a view for people; the archive is the record.
    newest = latest_decision(home)
    assert newest is not None
    assert newest.sha256 == paths.sha256
    assert "2026-02-27_decision.json was altered" in (dated_problem(home, newest) or "")
    paths.decision.unlink()
    assert dated_problem(home, newest) is None
    assert read_decision(paths.archive).sha256 == paths.sha256


@pytest.mark.parametrize("name", ["equity.csv", "trades.csv", "metrics.csv"])
def test_an_altered_or_missing_table_is_named(tmp_path: Path, name):
    paths = write(Home(tmp_path))
    table = paths.archive / name
    table.write_text(table.read_text() + "\n")
    with pytest.raises(IntegrityError, match=f"{name} was altered"):
        read_decision(paths.archive)
    table.unlink()
    with pytest.raises(IntegrityError, match=f"{name} is missing"):
        read_decision(paths.decision)
    assert history(Home(tmp_path)) == []


def test_an_altered_archive_is_named(tmp_path: Path):
    home = Home(tmp_path)
    paths = write(home)
    (paths.archive / "decision.json").write_text("{}")
    with pytest.raises(IntegrityError):
        latest_decision(home)
    (paths.archive / "decision.json").write_text("{")
    with pytest.raises(IntegrityError, match="is not JSON"):
        latest_decision(home)


def test_no_revalidation_is_none_and_no_file_an_input_error(tmp_path: Path):
    assert latest_decision(Home(tmp_path)) is None
    assert history(Home(tmp_path)) == []
    with pytest.raises(InputError, match="Revalidate first"):
        read_decision(tmp_path / "none.json")


def test_each_week_has_its_own_latest(tmp_path: Path):
    home = Home(tmp_path)
    mine = write(home)
    other = write(home, seed=2, week="2026-03-02", created_at=CREATED + timedelta(days=7))
    assert present(latest_decision(home, week="2026-02-23")).sha256 == mine.sha256
    assert present(latest_decision(home, week="2026-03-02")).sha256 == other.sha256
    assert latest_decision(home, week="2026-03-09") is None
