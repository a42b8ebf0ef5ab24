"""The line by which an error of a page is found in the log."""

from __future__ import annotations

from datetime import UTC, datetime

from core.error_reference import ErrorReference, error_references

AT = datetime(2026, 2, 23, 14, 0, 5, tzinfo=UTC)


def test_what_is_written_is_found_among_other_lines() -> None:
    first = ErrorReference("1f0c99aa", AT, "KeyError")
    second = ErrorReference("00000000", AT, "ValueError")
    assert first.line == "unexpected error 1f0c99aa at 2026-02-23T14:00:05Z: KeyError"
    log = f"Uvicorn started\n{first.line}\nTraceback (most recent call last):\n  …\n{second.line}\n"
    assert error_references(log) == [first, second]


def test_a_line_that_only_resembles_one_is_none() -> None:
    for line in (
        "unexpected error 1f0c99a at 2026-02-23T14:00:05Z: KeyError",
        "unexpected error 1f0c99aa at noon: KeyError",
        "an error 1f0c99aa at 2026-02-23T14:00:05Z",
    ):
        assert error_references(line) == []
