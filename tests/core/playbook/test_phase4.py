"""The playbook that comes with trainweek says what the manual says."""

from __future__ import annotations

import itertools
import re

import pytest
from pydantic import BaseModel

from core.playbook import DEFAULT, METRICS, Playbook, Text, load_playbook
from core.vocabulary import RIGHTS, Decision, Right
from tests.shared_files import shared_file

PLAYBOOK = load_playbook(DEFAULT)


def parts(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """The model and all models below it."""
    if model in seen:
        return seen
    seen.add(model)
    for field in model.model_fields.values():
        for inner in re.findall(r"[A-Z]\w+", str(field.annotation)):
            for candidate in _subclasses(BaseModel):
                if candidate.__name__ == inner and candidate.__module__.startswith("core.playbook"):
                    parts(candidate, seen)
    return seen


def _subclasses(base: type[BaseModel]) -> set[type[BaseModel]]:
    return {base} | {deep for child in base.__subclasses__() for deep in _subclasses(child)}


def texts(value: object, place: str = "") -> list[tuple[str, Text]]:
    if isinstance(value, Text):
        return [(place, value)]
    if isinstance(value, BaseModel):
        return [
            t for n in type(value).model_fields for t in texts(getattr(value, n), f"{place}.{n}")
        ]
    if isinstance(value, dict):
        return [t for n, v in value.items() for t in texts(v, f"{place}.{n}")]
    if isinstance(value, tuple):
        return [t for i, v in enumerate(value) for t in texts(v, f"{place}[{i}]")]
    return []


def test_every_field_explains_itself() -> None:
    found = parts(Playbook, set())
    assert len(found) >= 11
    silent = {
        f"{model.__name__}.{name}"
        for model in found
        for name, field in model.model_fields.items()
        if not field.description
    }
    assert silent == set()


def test_every_field_of_the_schema_stands_in_the_file_or_has_a_default() -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    for settings in ("training", "revalidation"):
        for name in type(getattr(PLAYBOOK, settings)).model_fields:
            assert re.search(rf"^  {name}:", text, re.MULTILINE), f"{settings}.{name}"


@pytest.mark.parametrize(("place", "text"), texts(PLAYBOOK), ids=[p for p, _ in texts(PLAYBOOK)])
def test_prose_is_in_two_languages(place: str, text: Text) -> None:
    same_in_both = {"CTO"}
    assert text.en != text.pt or text.en in same_in_both, place
    assert text.in_("en") == text.en
    assert text.in_("pt") == text.pt
    # a question stays a question, a sentence stays a sentence
    assert text.en[-1] == text.pt[-1] or text.en[-1].isalnum(), place


def test_every_check_is_used_and_every_metric_measured() -> None:
    used = {check for slot in PLAYBOOK.schedule for check in slot.checks}
    assert used == set(PLAYBOOK.checks)
    assert {check.metric for check in PLAYBOOK.checks.values()} == set(METRICS)


def test_each_hourly_slot_repeats_the_items_before_it() -> None:
    lists = [PLAYBOOK.slot(f"hourly_{n}").checks for n in (1, 2, 3, 4)]
    for before, after in itertools.pairwise(lists):
        assert after[: len(before)] == before
        assert len(after) > len(before)
    assert PLAYBOOK.slot("closing").checks == lists[-1]


def test_the_lists_have_the_manuals_lengths() -> None:
    lengths = {slot.id: len(slot.checks) for slot in PLAYBOOK.schedule if slot.checks}
    assert lengths["preflight"] == 6
    assert [lengths[f"hourly_{n}"] for n in (1, 2, 3, 4)] == [4, 5, 7, 9]
    assert [lengths[f"daily_{n}"] for n in (1, 2, 3)] == [5, 5, 5]
    assert lengths["preparation"] == 4
    assert lengths["delivery"] == 5


def test_the_gates_are_the_manuals() -> None:
    assert [(g.number, g.name, g.op, g.threshold) for g in PLAYBOOK.gates] == [
        (1, "Sharpe Ratio", ">=", 1.0),
        (2, "Max DD", "<=", 15.0),
        (3, "Win Rate", ">=", 45.0),
        (4, "Profit Factor", ">=", 1.5),
        (5, "Consecutive Losses", "<=", 5.0),
        (6, "Calmar Ratio", ">=", 2.0),
    ]


def test_the_decision_rule_is_the_manuals() -> None:
    assert [(r.decision, r.min_passed, r.recommendation) for r in PLAYBOOK.decision] == [
        (Decision.GO, 6, "Deploy"),
        (Decision.PARTIAL, 4, "Tune"),
        (Decision.NO_GO, 0, "Retrain"),
    ]


def test_the_escalation_chains_are_the_manuals() -> None:
    chains = {e.id: (e.chain, e.blocks_start) for e in PLAYBOOK.escalations}
    assert chains == {
        "crash": (("ml_engineer", "ml_lead", "swe_lead"), True),
        "performance": (("ml_engineer", "ml_lead"), False),
        "data": (("ml_engineer", "swe_lead"), True),
        "unresponsive": (("ml_engineer", "ml_lead"), False),  # ours: the manual only restarts
    }
    assert [len(e.actions) for e in PLAYBOOK.escalations] == [5, 5, 5, 3]


def test_the_last_slot_is_signed_by_one_who_may_sign() -> None:
    owner = PLAYBOOK.roles[PLAYBOOK.slot("approval").owner]
    assert Right.SIGN in RIGHTS[owner.rights]


def test_machine_text_is_the_manuals_to_the_letter() -> None:
    manual = shared_file("manual/TRAINING_WEEK_MANUAL.md").read_text(encoding="utf-8")
    manual = re.sub(r"\s*\\\n\s*", " ", manual)  # commands that continue over lines
    machine = [
        *(scenario.log_line for scenario in PLAYBOOK.scenarios),
        *(e.log_line for e in PLAYBOOK.escalations if e.log_line),
        *(e.contact for e in PLAYBOOK.escalations if e.contact),
        *(line for slot in PLAYBOOK.schedule for line in slot.expected),
        *(line for slot in PLAYBOOK.schedule for line in slot.look_at),
        *(step.command for e in PLAYBOOK.escalations for step in e.actions if step.command),
        *(step.command for s in PLAYBOOK.scenarios for step in s.actions if step.command),
        *(
            slot.command.replace("{date}", "2026-02-24").replace("{day_month}", "27FEV")
            for slot in PLAYBOOK.schedule
            if slot.command
        ),
        *(gate.name for gate in PLAYBOOK.gates),
    ]
    assert len(machine) > 30
    assert [text for text in machine if text not in manual] == []


def test_the_prose_is_in_our_own_words() -> None:
    manual = shared_file("manual/TRAINING_WEEK_MANUAL.md").read_text(encoding="utf-8").lower()
    copied = [
        text.pt
        for _, text in texts(PLAYBOOK)
        if len(text.pt.split()) > 4 and text.pt.lower().rstrip(".?") in manual
    ]
    assert copied == []


def test_it_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        PLAYBOOK.training.total_steps = 1  # type: ignore[misc]  # wrong on purpose
