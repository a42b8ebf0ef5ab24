"""The words: spelt once, in groups that don't overlap."""

from __future__ import annotations

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from core import vocabulary
from core.vocabulary import (
    ENDED_STATES,
    GLYPHS,
    HEALTHY_TRAINING,
    LIVE_STATES,
    RIGHTS,
    WAITING_STATES,
    Decision,
    JobKind,
    JobState,
    Right,
    Role,
    TrainingStatus,
    Verdict,
)

ENUMS = [
    value
    for value in vars(vocabulary).values()
    if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
]


def test_the_module_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(vocabulary.__file__).read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert imported == {"__future__", "enum"}


def test_every_job_state_is_waiting_live_or_ended_and_only_one_of_them() -> None:
    groups = [WAITING_STATES, LIVE_STATES, ENDED_STATES]
    assert frozenset.union(*groups) == set(JobState)
    assert sum(map(len, groups)) == len(JobState)


def test_every_verdict_has_its_own_glyph() -> None:
    assert set(GLYPHS) == set(Verdict)
    assert len(set(GLYPHS.values())) == len(Verdict)
    assert GLYPHS[Verdict.PASS] == "✅"
    assert GLYPHS[Verdict.UNKNOWN] == "❔"


@pytest.mark.parametrize("words", ENUMS, ids=lambda words: words.__name__)
def test_a_word_has_one_spelling(words) -> None:
    assert len({word.value.upper() for word in words}) == len(words)


def test_a_run_that_finished_early_is_healthy_and_a_lost_one_is_not() -> None:
    assert {TrainingStatus.RUNNING, TrainingStatus.COMPLETED} == HEALTHY_TRAINING


def test_files_write_the_manuals_no_go() -> None:
    assert Decision.NO_GO.value == "NO-GO"
    assert JobKind.DAILY_CHECK.value == "daily-check"


def test_the_rights_are_the_designs_table() -> None:
    holders = {right: {role for role in Role if right in RIGHTS[role]} for right in Right}
    assert set(RIGHTS) == set(Role)
    assert holders == {
        Right.READ: set(Role),
        Right.RECORD: {Role.ENGINEER, Role.LEAD, Role.CTO},
        Right.CLOSE: {Role.LEAD, Role.CTO},
        Right.OPERATE: {Role.ENGINEER, Role.LEAD},
        Right.REVALIDATE: {Role.LEAD},
        Right.SIGN: {Role.CTO},
        Right.COUNTERSIGN: {Role.LEAD},
        Right.PLAN: {Role.LEAD},
    }
