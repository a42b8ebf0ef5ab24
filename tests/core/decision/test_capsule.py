"""The capsule proves itself, and a single altered byte is found."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.decision import SavedDecision, decision_text, read_decision, write_reports
from core.decision.binding import Present, bound_to, compare, rules_sha256
from core.decision.capsule import examine, make_capsule, parse_capsule, whole_capsule
from core.decision.seal import fingerprint, public_text, seal
from core.decision.validity import FORMAT, Validity, sealed
from core.errors import InputError, IntegrityError
from core.paths import Home
from core.playbook.extension import whole_text
from core.playbook.loading import default_playbook_text
from core.timestamps import iso
from core.vocabulary import SignatureState
from tests.core.backtest_records import CREATED, DAY, decision_of, record
from tests.expected import present

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CONDITION = {"text": "half size — metade", "owner": "Lea", "due": "2026-03-13"}
LATER = CREATED + timedelta(days=1)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> SavedDecision:
    backtest = record()
    decision = decision_of(backtest)
    home = Home(tmp_path_factory.mktemp("home"))
    paths = write_reports(
        home, DAY, decision, equity=backtest.equity, trades=backtest.trades,
        text=decision_text(decision), memo_html="<p>memo</p>", log_summary="log",
    )  # fmt: skip
    return read_decision(paths.archive)


def statement_of(saved: SavedDecision, key: Ed25519PrivateKey = KEY) -> dict:
    return {
        "format": FORMAT,
        "week": "2026-02-23",
        "decision_sha256": saved.sha256,
        "decision": saved.decision.decision.value,
        "score": saved.decision.score,
        "evidence": saved.decision.evidence.grade.value,
        "act": "approve_with_conditions",
        "reason": "Small size only.",
        "conditions": [CONDITION],
        "by": "Carl", "role": "cto", "verified": True, "second": None, "second_verified": None,
        "at": iso(CREATED), "at_week": iso(CREATED), "expires_at": iso(CREATED + timedelta(days=30)),
        "bound": bound_to(saved, default_playbook_text(), "data/backtest/"),
        "public_key": public_text(key),
    }  # fmt: skip


def capsule_of(saved: SavedDecision, key: Ed25519PrivateKey = KEY, **changed: Any) -> bytes:
    statement = statement_of(saved, key) | changed
    validity = Validity(SignatureState.STANDS)
    given = [CONDITION | {"closed": None}]
    return make_capsule(sealed(statement, key), saved, given, validity, key, LATER)


def test_a_capsule_proves_itself_with_nothing_else_at_hand(saved: SavedDecision) -> None:
    content = capsule_of(saved)
    found = examine(content, LATER)
    assert found.state is SignatureState.UNTRUSTED
    assert "key" in found.reason
    assert found.checked == ("seal", "signature", "contents")
    assert len(found.unchecked) == 6  # the key's owner, model, manifest, data, rules, archive
    assert examine(content, LATER, any_key=True).valid
    assert examine(content, LATER, key=fingerprint(public_text(KEY))[:16]).valid
    held = present(parse_capsule(content))["files"]
    assert held["decision.json"].encode() == saved.file("decision.json").read_bytes()


def test_any_altered_byte_is_found(saved: SavedDecision) -> None:
    content = capsule_of(saved)
    seeded = random.Random(5)
    places = {0, 1, len(content) - 1, *seeded.sample(range(len(content)), 60)}
    for place in places:
        for bit in (1, 0x20):
            changed = bytearray(content)
            changed[place] ^= bit
            found = examine(bytes(changed), LATER)
            assert found.state is SignatureState.ALTERED, place
            assert "altered" in found.reason
            assert "Export it again" in found.remedy
    for other in (content[:-1], content + b"\n", content + b" ", content[1:], b"", b"{}"):
        assert examine(other, LATER).state is SignatureState.ALTERED


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (lambda c: c["signed"]["statement"].update(act="approve"), "seal does not cover"),
        (lambda c: c["signed"]["statement"].update(reason="fine"), "seal does not cover"),
        (lambda c: c["conditions"].clear(), "seal does not cover"),
        (lambda c: c["files"].update({"metrics.csv": "x"}), "seal does not cover"),
        (lambda c: c["standing"].update(state="VOID"), "seal does not cover"),
        (lambda c: c.pop("seal"), "part of the capsule is missing"),
        (lambda c: c["seal"].update(public_key="AAAA"), "altered"),
        (lambda c: c["seal"].update(signature=5), "seal does not cover"),
    ],
)
def test_what_was_altered_is_named(saved: SavedDecision, change, reported: str) -> None:
    capsule = json.loads(capsule_of(saved))
    change(capsule)
    text = json.dumps(capsule, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    found = examine(text.encode(), LATER)
    assert found.state is SignatureState.ALTERED
    assert reported in found.reason


@pytest.mark.parametrize(
    ("changed", "reported"),
    [
        ({"decision_sha256": "0" * 64}, "a different decision"),
        ({"conditions": []}, "conditions in the capsule"),
        ({"format": "x"}, "signed statement was altered"),
        ({"bound": {"files": {}, "model": {}}}, "or lacks a part"),
        ({"bound": {"files": {}}}, "or lacks a part"),
        ({"expires_at": "garbage"}, "or lacks a part"),
        ({"expires_at": 5}, "or lacks a part"),
        ({"expires_at": "2099-01-01T00:00:00"}, "or lacks a part"),
        ({"at": None}, "or lacks a part"),
        ({"act": "foo"}, "or lacks a part"),
        ({"role": "viewer"}, "who may not sign"),
        ({"role": "king"}, "has the wrong type"),
        ({"decision": "NO-GO"}, "differ in: decision"),
        ({"score": "6/7"}, "differ in: score"),
        ({"evidence": "NONE"}, "differ in: evidence"),
        ({"week": "2026-03-02"}, "differ in: week"),
    ],
)
def test_a_statement_that_does_not_fit_its_capsule_is_named(
    saved: SavedDecision, changed: dict, reported: str
) -> None:
    found = examine(capsule_of(saved, **changed), LATER)
    assert found.state is SignatureState.ALTERED
    assert reported in found.reason


@pytest.mark.parametrize("part", ["model", "data", "playbook"])
def test_a_statement_that_binds_something_else_than_was_tested_is_named(
    saved: SavedDecision, part: str
) -> None:
    bound = statement_of(saved)["bound"]
    bound[part] = bound[part] | {"sha256": "0" * 64}
    found = examine(capsule_of(saved, bound=bound), LATER)
    assert found.state is SignatureState.ALTERED
    assert f"differ in: {part}" in found.reason


def test_a_file_that_is_not_the_signed_one_is_named(saved: SavedDecision, tmp_path: Path) -> None:
    statement = statement_of(saved)
    statement["bound"] = statement["bound"] | {
        "files": statement["bound"]["files"] | {"metrics.csv": "0" * 64}
    }
    content = make_capsule(
        sealed(statement, KEY), saved, [CONDITION | {"closed": None}],
        Validity(SignatureState.STANDS), KEY, LATER,
    )  # fmt: skip
    assert "metrics.csv in the capsule is not the one" in examine(content, LATER).reason


def test_a_capsule_of_another_key_is_genuine_but_not_trusted(saved: SavedDecision) -> None:
    forged = capsule_of(saved, OTHER)
    assert examine(forged, LATER).state is SignatureState.UNTRUSTED  # one must ask whose it is
    found = examine(forged, LATER, key=fingerprint(public_text(KEY)))
    assert found.state is SignatureState.ALTERED
    assert "another key" in found.reason
    assert "fingerprint" in found.remedy
    assert not examine(forged, LATER, key=fingerprint(public_text(OTHER))[:8]).valid  # too short


def test_an_expired_capsule_says_when_and_what_to_do(saved: SavedDecision) -> None:
    content = capsule_of(saved)
    found = examine(content, CREATED + timedelta(days=30))
    assert found.state is SignatureState.EXPIRED
    assert "expired at 2026-03-29 16:01 UTC" in found.reason
    assert "sign again" in found.remedy
    assert examine(content, CREATED + timedelta(days=30, seconds=-1), any_key=True).valid


def test_what_differs_here_is_named(saved: SavedDecision, tmp_path: Path) -> None:
    content = capsule_of(saved)
    model = tmp_path / "m.zip"
    model.write_bytes(b"other")
    text = default_playbook_text()
    present = Present(model=model, playbook_text=text, archive=saved.archive, complete=False)
    found = examine(content, LATER, present)
    assert found.state is SignatureState.VOID
    assert [d.part for d in found.differences] == ["model"]
    assert "m.zip" not in found.reason
    assert set(found.checked) >= {"rules", "files"}
    other = text.replace("threshold: 15", "threshold: 25")
    assert other != text
    found = examine(content, LATER, Present(playbook_text=other, complete=False))
    assert [d.part for d in found.differences] == ["rules"]


def test_a_void_decision_travels_as_one(saved: SavedDecision) -> None:
    bound = statement_of(saved)["bound"]
    gone = compare(bound, Present(model=Path("/nowhere")))
    void = Validity(SignatureState.VOID, gone.differences)
    given = [CONDITION | {"closed": None}]
    content = make_capsule(sealed(statement_of(saved), KEY), saved, given, void, KEY, LATER)
    found = examine(content, LATER)
    assert found.state is SignatureState.VOID
    assert "is missing" in found.reason


def test_prose_and_comments_of_the_rules_are_free_and_limits_are_not() -> None:
    text = default_playbook_text()
    same = "# new\n" + text.replace("Semana de treinamento", "Semana do treino")
    assert "short: " in text
    same = same.replace("short: ", "short: my ")
    assert rules_sha256(same) == rules_sha256(text)
    for before, after in (("min_days: 90", "min_days: 60"), ("threshold: 1.5", "threshold: 1.4"),
        ("fee_bps: 10", "fee_bps: 0"), ("slippage_bps: 5", "slippage_bps: 0"),
        ("interval: 1h", "interval: 2h"), ("symbol: OGNUSDT", "symbol: BTCUSDT"),
    ):  # fmt: skip
        assert before in text
        assert rules_sha256(text.replace(before, after)) != rules_sha256(text)
    free = text.replace("fee_bps: 10", "fee_bps: 0")
    assert rules_sha256(free, 1) == rules_sha256(text, 1)  # as older signatures are bound
    assert rules_sha256("gates: [") != rules_sha256("gates: [[")


def test_a_playbook_that_extends_another_has_the_rules_that_it_inherits() -> None:
    own = "extends: phase4\nid: mine\ngates:\n  - id: sharpe\n    threshold: 9.0\n"
    assert rules_sha256(own) == rules_sha256(whole_text(own))  # the file, and what a week keeps
    assert rules_sha256(own) != rules_sha256(own.replace("9.0", "8.0"))
    assert rules_sha256("extends: nothing") == rules_sha256("extends: nothing")


def resealed(saved: SavedDecision, **changed: Any) -> bytes:
    """A capsule that another hand changed and sealed with its own key."""
    capsule = json.loads(capsule_of(saved)) | changed
    public = public_text(KEY)
    capsule["seal"] = {"public_key": public, "fingerprint": fingerprint(public)}
    capsule["seal"]["signature"] = seal(capsule, KEY)
    text = json.dumps(capsule, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode()


def test_a_capsule_carries_the_recipe_and_another_recipe_is_found(saved: SavedDecision) -> None:
    assert whole_capsule(capsule_of(saved))["recipe"] == {"manifest": None, "playbook": None}
    for part, value in (("manifest", {"run": "x"}), ("playbook", "id: other\n")):
        recipe = {"manifest": None, "playbook": None, part: value}
        found = examine(resealed(saved, recipe=recipe), LATER)
        assert found.state is SignatureState.ALTERED
        assert f"The {part} in the capsule is not the one" in found.reason


def test_a_capsule_of_the_first_format_is_still_read(saved: SavedDecision) -> None:
    capsule = json.loads(resealed(saved, format="trainweek-capsule/1"))
    del capsule["recipe"]
    capsule["seal"].pop("signature")
    capsule["seal"]["signature"] = seal(capsule, KEY)
    text = json.dumps(capsule, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert examine(text.encode(), LATER, any_key=True).valid
    assert "recipe" not in whole_capsule(text.encode())


@pytest.mark.parametrize("name", ["../x.csv", "/etc/passwd", "a/b.csv", "..\\x.csv"])
def test_a_file_of_a_capsule_has_no_path(saved: SavedDecision, name: str) -> None:
    statement = statement_of(saved)
    files = statement["bound"]["files"]
    text = saved.file("trades.csv").read_text("utf-8")
    statement["bound"] = statement["bound"] | {"files": files | {name: files["trades.csv"]}}
    capsule = json.loads(capsule_of(saved))
    given = {"signed": sealed(statement, KEY), "files": capsule["files"] | {name: text}}
    found = examine(resealed(saved, **given), LATER)
    assert found.state is SignatureState.ALTERED
    assert "not the name of a file" in found.reason


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"PK\x03\x04rest", InputError, "zip archive"),
        (b'{"format": "trainweek-capsule/9"}', InputError, "trainweek-capsule/9'; this version"),
        (b"", IntegrityError, "not a capsule"),
        (b'{"format": 5}', IntegrityError, "not a capsule"),
    ],
)
def test_what_is_no_capsule_of_a_known_format_is_refused_by_name(
    content: bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        whole_capsule(content)
