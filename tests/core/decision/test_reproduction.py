"""A model that was trained again: gate by gate, and why it is another one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from core.canonical_json import canonical_sha256
from core.decision.model_recipe import Recipe, candles_of, read_recipe
from core.decision.reproduced_gate import Match, gate_by_gate, overall
from core.decision.reproduction import FORMAT, Reproduction, causes_of
from core.errors import InputError, IntegrityError, MarketDataError
from core.files import write_bytes
from core.language import Message
from core.playbook.loading import default_playbook_text
from tests.core.backtest_records import decision_of, record

if TYPE_CHECKING:
    from pathlib import Path

    from core.decision import DecisionRecord
    from core.gates import GateResult

SHA = "a" * 64
MANIFEST: dict[str, Any] = {
    "schema": 1,
    "sha256": SHA,
    "run": "run-a",
    "step": 4000,
    "data_sha256": "b" * 64,
    "config": {"settings": {"seed": 7}, "total_steps": 20_000, "restarts": [], "resumes": []},
    "validation": {"of_run": {"count": 2, "lost": 0, "steps": [4000, 8000]}},
    "versions": {"python": "3.11.7", "torch": "2.13.0"},
    "numerics": {"cpu_capability": "AVX2", "threads": "1"},
    "cpu": "EPYC",
    "code": {"version": "0.1.0", "commit": "c" * 40, "modified": False, "tree_sha256": "d" * 64},
    "weights_sha256": "e" * 64,
}
PRESENT = {
    "versions": MANIFEST["versions"],
    "numerics": MANIFEST["numerics"],
    "cpu": "EPYC",
    "code": MANIFEST["code"],
}


BASE = decision_of(record(), model={"path": "m.zip", "sha256": SHA})


def decided(manifest: dict[str, Any] = MANIFEST) -> DecisionRecord:
    named = {"manifest_sha256": canonical_sha256(manifest)}
    playbook = {"sha256": sha256_of(default_playbook_text())}
    return BASE.model_copy(
        update={
            "model": BASE.model.model_copy(update=named),
            "playbook": BASE.playbook.model_copy(update=playbook),
        }
    )


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def recipe_of(own: dict[str, Any] = MANIFEST, **parts: Any) -> Recipe:
    text = json.dumps(decided(own).model_dump(mode="json", exclude_unset=True))
    given = {"manifest": own, "playbook_text": default_playbook_text()} | parts
    return Recipe.of(text, **given)


def changed(gate: GateResult, **values: Any) -> GateResult:
    return gate.model_copy(update=values)


GATES = BASE.gates


@pytest.mark.parametrize(
    ("values", "match", "words"),
    [
        ({}, Match.EQUAL, "equal to the bit"),
        ({"value": 1.2345678901234569}, Match.WITHIN, "equal within"),
        ({"value": 1.239}, Match.WITHIN, "equal within 0.004"),
        ({"value": 1.24}, Match.DIFFERENT, "different, passes as before"),
        ({"value": 0.9, "passed": False}, Match.DIFFERENT, "different, no longer passes"),
        ({"value": 1.2345678901234567, "passed": False}, Match.DIFFERENT, "no longer passes"),
        ({"value": None, "passed": False, "status": "no_trades"}, Match.DIFFERENT, "no longer"),
    ],
)
def test_a_gate_is_equal_to_the_bit_within_what_is_printed_or_different(
    values: dict[str, Any], match: Match, words: str
) -> None:
    claimed = changed(GATES[0], value=1.2345678901234567, passed=True, decimals=2)
    (found,) = gate_by_gate([claimed], [changed(claimed, **values)])
    assert (found.match, found.tolerance) == (match, 0.005)
    assert words in found.outcome()


def test_counts_that_differ_by_one_are_different() -> None:
    losses = next(gate for gate in GATES if gate.id == "consecutive_losses")
    claimed = changed(losses, value=4, passed=True)
    (found,) = gate_by_gate([claimed], [changed(claimed, value=5)])
    assert found.match is Match.DIFFERENT


def test_gates_that_are_undefined_in_the_same_way_are_equal() -> None:
    claimed = changed(GATES[0], value=None, passed=False, status="no_trades")
    assert gate_by_gate([claimed], [claimed])[0].match is Match.EQUAL


def test_a_training_that_diverged_has_no_equal_gate() -> None:
    found = gate_by_gate(GATES, None)
    assert {gate.match for gate in found} == {Match.DIFFERENT}


def test_the_worst_gate_counts_and_another_record_is_not_equal() -> None:
    gates = gate_by_gate(GATES, GATES)
    assert overall(gates, record_equal=True, weights_equal=None) is Match.EQUAL
    assert overall(gates, record_equal=False, weights_equal=None) is Match.WITHIN
    assert overall(gates, record_equal=True, weights_equal=False) is Match.WITHIN
    worse = gate_by_gate(GATES, [changed(GATES[0], value=-9.0), *GATES[1:]])
    assert overall(worse, record_equal=False, weights_equal=False) is Match.DIFFERENT


def test_what_differs_is_named_by_phase() -> None:
    config = MANIFEST["config"] | {
        "restarts": [{"step": 6000, "changes": ["learning_rate 0.0003 -> 0.0001"]}],
        "resumes": [6000],
    }
    recipe = recipe_of(MANIFEST | {"config": config})
    present = {
        "versions": {"python": "3.11.7", "torch": "2.14.0"},
        "numerics": {"cpu_capability": "AVX512", "threads": "2"},
        "cpu": "Xeon",
        "code": MANIFEST["code"] | {"tree_sha256": "f" * 64},
    }
    said = " ".join(cause.sentence() for cause in causes_of(recipe, present))
    assert "Training: torch 2.13.0 then, 2.14.0 now." in said
    assert "Training: CPU capability AVX2 then, AVX512 now." in said
    assert "Training: number of threads 1 then, 2 now." in said
    assert "Training: CPU EPYC then, Xeon now." in said
    assert "Training: code" in said
    assert "6000: learning_rate 0.0003 -> 0.0001" in said
    assert "resumed from a checkpoint (step 6000)" in said
    assert "python" not in said
    assert causes_of(recipe_of(), PRESENT) == ()


def reproduction(match: Match, **changes: Any) -> Reproduction:
    gates = gate_by_gate(GATES, GATES)
    if match is Match.DIFFERENT:
        gates = gate_by_gate(GATES, [changed(GATES[0], value=-9.0), *GATES[1:]])
    fields: dict[str, Any] = {
        "format": FORMAT,
        "decision_sha256": SHA,
        "job_id": "reproduce-a",
        "requested_by": "Lea",
        "at": "2026-11-30T03:00:00Z",
        "match": match,
        "gates": gates,
        "record_equal": match is Match.EQUAL,
        "weights_equal": None,
        "claimed_step": 4000,
        "step": 4000,
        "trained_steps": 8000,
        "seed": 7,
        "train_sha256": "b" * 64,
        "backtest_sha256": "c" * 64,
        "causes": (),
        "not_recorded": (),
        "seconds": 3.0,
    }
    return Reproduction(**fields | changes)


def test_a_difference_without_a_known_cause_says_so() -> None:
    found = reproduction(Match.DIFFERENT)
    assert "1 different" in found.sentence()
    assert "not recorded does" in found.reasons()[0]
    assert found.heading() == "Possible causes:"
    other = reproduction(Match.DIFFERENT, step=8000)
    assert "step 8,000; the decided one is of step 4,000" in other.reasons()[-1]


def test_an_equal_one_needs_no_cause_and_survives_its_file() -> None:
    found = reproduction(Match.EQUAL, not_recorded=("cpu",))
    assert found.reasons() == ()
    assert "All 6 gates are equal to the bit" in found.sentence()
    assert "the CPU that trained it" in found.unknown()
    assert Reproduction.model_validate(found.as_dict()) == found


def test_a_recipe_ends_where_the_run_validated_last(tmp_path: Path) -> None:
    recipe = recipe_of()
    assert (recipe.total_steps, recipe.last_step, recipe.settings.seed) == (20_000, 8_000, 7)
    assert recipe.not_recorded() == ()
    kept = write_bytes(tmp_path / "recipe.json", recipe.as_file())
    assert read_recipe(kept).sha256 == recipe.sha256


def test_an_old_manifest_says_what_it_lacks() -> None:
    old = {
        name: value
        for name, value in MANIFEST.items()
        if name not in ("cpu", "code", "weights_sha256", "validation")
    }
    recipe = recipe_of(old)
    assert recipe.not_recorded() == ("cpu", "code", "weights_sha256")
    assert recipe.last_step == 20_000


@pytest.mark.parametrize(
    ("manifest", "parts", "words"),
    [
        (MANIFEST, {"manifest": None}, "Missing: the model's manifest"),
        (MANIFEST, {"playbook_text": None}, "Missing: the playbook"),
        (MANIFEST | {"origin": "imported"}, {}, "was imported"),
        (MANIFEST | {"config": {"settings": {}}}, {}, "schema 1) lacks config.total_steps"),
        (MANIFEST | {"data_sha256": None}, {}, "lacks data_sha256"),
        (
            MANIFEST | {"config": {"settings": {"command": ["mine"]}, "total_steps": 1}},
            {},
            "trainer of your own",
        ),
        (
            MANIFEST | {"config": {"settings": {"new_thing": 1}, "total_steps": 1}},
            {},
            "can't use the model's settings",
        ),
    ],
)
def test_a_recipe_that_is_not_complete_is_refused(
    manifest: dict[str, Any], parts: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as found:
        recipe_of(manifest, **parts)
    assert words in found.value.what
    assert found.value.remedy


@pytest.mark.parametrize("part", ["manifest", "playbook_text"])
def test_a_recipe_with_another_part_is_refused(part: str) -> None:
    other: dict[str, Any] = {"manifest": MANIFEST | {"step": 1}, "playbook_text": "id: other\n"}
    with pytest.raises(IntegrityError, match="not the decision's"):
        recipe_of(**{part: other[part]})


def test_missing_candles_are_refused_with_their_hash(tmp_path: Path) -> None:
    with pytest.raises(MarketDataError, match=r"b{64}") as found:
        candles_of("b" * 64, [tmp_path / "none"], Message("training data"))
    assert "--train-data-dir" in found.value.remedy
