from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks.training_log import KEPT, parse_lines, read_log, read_log_facts

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 2, 23, 14, 0, 1, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "training.log"
    path.write_text(
        "2026-02-22T09:00:00Z [ERROR] of the run before\n"
        "2026-02-23T14:00:01Z [INFO] Starting PPO training...\n"
        "2026-02-23T14:10:00Z [WARN] slow disk\n"
        "2026-02-23T15:00:00Z [ISSUE] KL spike, reduzindo LR\n"
        "2026-02-23T16:00:00Z [ERROR] loss is not finite\n"
        "Traceback (most recent call last):\n"
        "2026-02-23T17:00:00Z [ERROR] broken again\n",
        encoding="utf-8",
    )
    return path


def test_a_line_has_moment_tag_and_message() -> None:
    (line,) = parse_lines(["2026-02-23T14:00:01Z [ISSUE] Training hung, restarted\n"])
    assert (line.at, line.tag, line.message) == (START, "ISSUE", "Training hung, restarted")
    assert line.text == "2026-02-23T14:00:01Z [ISSUE] Training hung, restarted"


def test_a_line_without_a_time_belongs_to_the_line_before() -> None:
    lines = list(
        parse_lines(["2026-02-23T14:00:01Z [ERROR] x", "Traceback:", "[INFO] Step 1/500000"])
    )
    assert [line.at for line in lines] == [START] * 3
    assert [line.tag for line in lines] == ["ERROR", "", "INFO"]


def test_what_is_no_log_line_is_kept_as_text() -> None:
    lines = list(parse_lines(["", "\x00\x01", "[1/3] not a tag", "2026-13-45T99 [INFO] no date"]))
    assert [line.tag for line in lines] == ["", "", "", "INFO"]
    assert [line.at for line in lines] == [None] * 4


def test_only_lines_up_to_the_moment_count(log) -> None:
    facts = read_log_facts(log, "logs/training.log", since=START, until=START + timedelta(hours=2))
    assert facts.exists
    assert facts.path == "logs/training.log"
    assert facts.errors == ("2026-02-23T16:00:00Z [ERROR] loss is not finite",)
    assert len(facts.warnings) == len(facts.issues) == 1
    assert facts.last_line_at == datetime(2026, 2, 23, 16, tzinfo=UTC)


def test_a_line_of_the_second_of_the_start_belongs_to_the_run(log) -> None:
    facts = read_log_facts(log, since=START + timedelta(milliseconds=400), until=START)
    assert facts.last_line_at == START


def test_a_missing_log_does_not_exist(tmp_path) -> None:
    facts = read_log_facts(tmp_path / "training.log")
    assert not facts.exists
    assert facts.errors == ()
    with pytest.raises(FileNotFoundError):
        list(read_log(tmp_path / "training.log"))


def test_a_folder_in_the_place_of_the_log_is_no_log(tmp_path) -> None:
    (tmp_path / "training.log").mkdir()
    assert not read_log_facts(tmp_path / "training.log").exists


def test_bytes_that_are_no_text_do_not_stop_the_reading(tmp_path) -> None:
    path = tmp_path / "training.log"
    path.write_bytes(b"\xff\xfe\x00broken\n2026-02-23T14:00:01Z [ERROR] seen\n")
    assert len(read_log_facts(path).errors) == 1


def test_a_storm_of_errors_is_capped(tmp_path) -> None:
    path = tmp_path / "training.log"
    path.write_text("2026-02-23T14:00:01Z [ERROR] again\n" * (KEPT + 500), encoding="utf-8")
    assert len(read_log_facts(path).errors) == KEPT
