"""decision.json as a model: its schema, its order, its sentences, and what earlier versions wrote."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.decision import Checks, DecisionRecord, RecordedDecision, read_decision
from core.decision.archive import decision_bytes
from core.decision.load import FIRST_VERSION
from core.decision.schema import FILE, schema_text
from core.decision.sentences import sentences_in
from core.decision.trust import failed_checks
from core.errors import IntegrityError
from core.json_model import JsonModel
from core.trading.evidence import Trials
from tests.core.backtest_records import decision_of, fields_of, look_ahead, record

EARLIER = Path(__file__).with_name("earlier")


def archived(root: Path, content: bytes) -> Path:
    """An archive whose decision has this content; its tables are not named by it."""
    folder = root / hashlib.sha256(content).hexdigest()
    folder.mkdir()
    (folder / "decision.json").write_bytes(content)
    return folder


def read(root: Path, fields: dict[str, Any]) -> RecordedDecision:
    content = json.dumps(fields | {"artifacts": {}}, indent=2, ensure_ascii=False).encode()
    return read_decision(archived(root, content)).decision


def test_the_published_schema_is_the_generated_one():
    assert FILE.read_text(encoding="utf-8") == schema_text(), "python -m core.decision.schema"


def parts_of(kind: type[JsonModel]) -> set[type[JsonModel]]:
    found: set[type[JsonModel]] = set()
    waiting: list[object] = [kind]
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, JsonModel) and part not in found:
            found.add(part)
            waiting += [field.annotation for field in part.model_fields.values()]
        waiting += getattr(part, "__args__", ())
    return found


def test_every_field_of_every_part_explains_itself():
    parts = parts_of(DecisionRecord)
    assert len(parts) > 30
    for part in parts:
        assert part.__doc__, part
        for name, field in part.model_fields.items():
            assert field.description, (part.__name__, name)


def test_a_decision_that_was_read_has_the_same_bytes(tmp_path: Path):
    checks = Checks(lookahead=look_ahead(False, True, None), reproducible=False)
    for decision in (decision_of(record()), decision_of(record(drift=-0.001), checks=checks)):
        fields = decision.as_dict() | {"artifacts": {}}
        again = read(tmp_path, fields)
        assert again.as_dict() == fields
        assert list(again.as_dict()) == list(fields)


def test_a_field_that_is_not_known_or_missing_is_named(tmp_path: Path):
    fields = fields_of(record())
    for wrong, reported in (
        (fields | {"verdict": "GO"}, "verdict: Extra inputs"),
        ({name: part for name, part in fields.items() if name != "trust"}, "trust: Field required"),
        (fields | {"facts": fields["facts"] | {"days": "long"}}, r"facts\.days: "),
        (fields | {"gates": fields["gates"][:5]}, "gates: "),
        (fields | {"sentences": [{"template": "{a}"}]}, "not a recorded message"),
    ):
        with pytest.raises(IntegrityError, match=f"is not a complete decision: .*{reported}"):
            read(tmp_path, wrong)


def test_each_sentence_is_read_in_both_languages_from_the_file(tmp_path: Path):
    checks = Checks(lookahead=look_ahead(False), reproducible=False)
    built = decision_of(record(drift=-0.001), checks=checks, trials=Trials(3, 24, 2))
    again = read(tmp_path, built.as_dict())
    for language in ("en", "pt"):
        assert sentences_in(again, language) == sentences_in(built, language)
    english, portuguese = sentences_in(again, "en"), sentences_in(again, "pt")
    assert (english.reason, english.grade_reasons) == (built.reason, built.evidence.reasons)
    assert english.warnings == built.warnings
    assert portuguese.reason.startswith("3 gates falham: Sharpe −111,1442 < 1, ")
    given = [*zip(english.grade_reasons, portuguese.grade_reasons, strict=True)]
    given += zip(english.warnings, portuguese.warnings, strict=True)
    assert all(said != other for said, other in given)


def test_a_sentence_that_is_not_ours_stays_as_it_is():
    built = decision_of(record(), data_warnings=["3 bars were filled."])
    assert sentences_in(built, "pt").warnings[-1] == "3 bars were filled."
    assert not any("3 bars" in str(parts) for parts in built.sentences or ())


def test_a_decision_written_before_there_were_templates_loads_and_is_read_in_both_languages(
    tmp_path: Path,
):
    content = (EARLIER / "version-2.json").read_bytes()
    fields = json.loads(content)
    decision = read(tmp_path, fields)
    assert isinstance(decision, DecisionRecord)
    assert decision.sentences is None
    assert decision_bytes(DecisionRecord.model_validate(fields)) == content
    english, portuguese = sentences_in(decision, "en"), sentences_in(decision, "pt")
    assert english.reason == fields["reason"]
    assert list(english.grade_reasons) == fields["evidence"]["reasons"]
    assert list(english.warnings) == fields["warnings"]
    assert english.news[2] == "A GO on INSUFFICIENT evidence is no proof of skill."
    assert len(portuguese.warnings) == len(english.warnings)
    assert portuguese.reason == "Todos os gates passam."
    assert "embaralhadas" in portuguese.warnings[0]
    ours = [warning for warning in portuguese.warnings if warning != "3 bars were filled."]
    assert len(ours) == len(fields["warnings"]) - 1
    assert not set(ours) & set(fields["warnings"])


def test_a_decision_of_the_first_version_loads_without_what_it_did_not_measure(tmp_path: Path):
    fields = json.loads((EARLIER / "version-1.json").read_text(encoding="utf-8"))
    decision = read(tmp_path, fields)
    assert not isinstance(decision, DecisionRecord)
    assert decision.schema_version == FIRST_VERSION
    assert (decision.trust, decision.robustness, decision.change) == (None, None, None)
    assert (decision.evidence.dsr, decision.evidence.n_trials) == (None, None)
    assert decision.evidence.have_days == fields["evidence"]["days"]
    assert [gate.value for gate in decision.gates] == [g["value"] for g in fields["gates"]]
    assert list(sentences_in(decision, "en").warnings) == fields["warnings"]
    assert sentences_in(decision, "pt").reason.startswith("3 gates falham: ")
    assert failed_checks(None, reproducible=False)[0].startswith("The backtest is not reproducible")
    assert failed_checks(decision.trust, decision.reproducible) == []
