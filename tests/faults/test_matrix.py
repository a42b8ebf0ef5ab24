"""The matrix is complete: each case is injected by a test, or listed with a reason."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.faults.matrix import CASES, NOT_INJECTED


def injected() -> set[int]:
    """The numbers of all ``@fault(number, ...)`` marks in this folder."""
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("fault"), [ast.Constant(int(number)), *_]):
                    found.add(number)
    return found


def test_no_case_is_missing() -> None:
    assert set(CASES) - injected() - set(NOT_INJECTED) == set()


def test_what_is_not_injected_says_why_and_what_is_tested_instead() -> None:
    for number, case in NOT_INJECTED.items():
        assert number in CASES
        assert number not in injected()
        assert case.case
        assert case.reason
        assert case.instead
