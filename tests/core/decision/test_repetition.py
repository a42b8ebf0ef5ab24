"""The same revalidation again is the same decision; any difference makes a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.decision import decision_sha256
from core.decision.comparison import EarlierDecision
from core.decision.repetition import repeated
from core.trading.evidence import Trials
from tests.core.backtest_records import CREATED, MODEL, decision_of, record

FIRST = decision_of(record())
BEFORE = EarlierDecision(decision_sha256(FIRST), FIRST)


def later(seed: int = 1, **changed: Any) -> Any:
    given = {"created_at": CREATED + timedelta(hours=1), "previous": BEFORE, **changed}
    return repeated(decision_of(record(seed), **given), BEFORE)


def test_a_repetition_is_the_first_decision_with_its_hash() -> None:
    found = later()
    assert found is FIRST
    assert decision_sha256(found) == BEFORE.sha256


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 2},
        {"week": "2026-03-02"},
        {"playbook_sha256": "cd" * 32},
        {"model": MODEL | {"sha256": "ef" * 32}},
        {"trials": Trials(counted=7)},
        {"seeds": {"training": 8}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_difference_makes_a_new_decision(changed: dict[str, Any]) -> None:
    assert later(**changed) is None


def test_the_first_one_repeats_nothing() -> None:
    assert repeated(FIRST, None) is None


def test_a_record_whose_hash_is_another_one_is_not_taken_for_it() -> None:
    assert repeated(decision_of(record()), EarlierDecision("0" * 64, FIRST)) is None
