"""Two decisions side by side: what is equal, what differs, and what is not known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from core.decision import SavedDecision
from core.decision.side_by_side import SideBySide, side_by_side
from core.differences import ValuePair
from core.playbook import default_playbook_text
from tests.core.backtest_records import CREATED, MODEL, decision_of, record

TEXT = default_playbook_text()
LATER = CREATED + timedelta(minutes=40)


def saved(sha256: str = "a", seed: int = 1, **changed: Any) -> SavedDecision:
    return SavedDecision(decision_of(record(seed), **changed), sha256 * 64, Path("none"))


def compared(later: SavedDecision, text: str | None = TEXT) -> SideBySide:
    texts = {"a": TEXT, "b": text}
    return side_by_side(later, saved(), lambda one: texts[one.sha256[0]])


def test_the_earlier_one_is_on_the_left_whatever_the_order() -> None:
    pair = compared(saved("b", seed=2, created_at=LATER))
    assert (pair.earlier.sha256[0], pair.later.sha256[0]) == ("a", "b")
    gate = pair.compared.gates["sharpe"]
    before, now = (each.decision.gate("sharpe").value for each in (pair.earlier, pair.later))
    assert (gate.before, gate.now) == (before, now)
    assert before != now
    assert gate.delta is not None


def test_equal_inputs_and_settings_are_said_to_be_equal() -> None:
    pair = compared(saved("b", created_at=LATER))
    assert [pair.same(part) for part in ("model", "data", "playbook")] == [True] * 3
    assert pair.same("code") is None, "neither records its code"
    assert (pair.settings, pair.playbook) == ((), ())
    assert pair.equal_settings > 5


def test_settings_of_training_and_revalidation_that_differ_are_named() -> None:
    model = MODEL | {"sha256": "ef" * 32, "settings": {"learning_rate": 1e-4}}
    pair = compared(saved("b", created_at=LATER, model=model, seeds={"training": 8}))
    assert pair.same("model") is False
    assert ValuePair("revalidation.seeds.training", 7, 8) in pair.settings
    assert ("learning_rate", 1e-4) in [(each.name, each.later) for each in pair.settings]


def test_playbooks_are_compared_value_by_value() -> None:
    other = saved("b", created_at=LATER, playbook_sha256="cd" * 32)
    changed = TEXT.replace("threshold: 45.0", "threshold: 40.0")
    assert changed != TEXT
    assert compared(other, changed).playbook == (
        ValuePair("gates.win_rate_pct.threshold", 45.0, 40.0),
    )
    assert compared(other, TEXT + "# a comment\n").playbook == ()


def test_a_playbook_whose_text_is_gone_is_not_called_equal() -> None:
    other = saved("b", created_at=LATER, playbook_sha256="cd" * 32)
    assert compared(other, None).playbook is None
    assert compared(other, "- no\n- playbook\n").playbook is None


def test_the_definitions_of_the_later_one_are_compared_not_those_of_today() -> None:
    old = {"id": "an earlier set"}
    both = []
    for name, at in (("a", CREATED), ("b", LATER)):
        one = saved(name, created_at=at)
        conventions = one.decision.conventions.model_copy(update=old)
        decided = one.decision.model_copy(update={"conventions": conventions})
        both.append(SavedDecision(decided, one.sha256, one.archive))
    assert side_by_side(both[0], both[1], lambda _: TEXT).compared.numerics == ()
    mixed = side_by_side(both[0], saved("b", created_at=LATER), lambda _: TEXT)
    assert any("defined otherwise" in sentence for sentence in mixed.compared.numerics)
