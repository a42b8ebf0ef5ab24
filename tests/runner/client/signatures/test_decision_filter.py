"""Which revalidations a filter lets through, and the rows of those."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.decision import SavedDecision
from core.decision.brief import brief_of
from core.decision.validity import UNSIGNED, Validity, altered
from core.language import literal
from core.vocabulary import Decision, Role, SignatureAct, SignatureState
from runner.client.signatures.archived_decisions import ArchivedDecision
from runner.client.signatures.decision_filter import DecisionFilter, SignedAs, signed_as
from runner.client.signatures.decision_rows import as_csv, as_json
from runner.records import Signature
from tests.core.backtest_records import MODEL, decision_of, record

AT = datetime(2026, 2, 27, 23, 50, tzinfo=UTC)
BRIEF = brief_of(SavedDecision(decision_of(record()), "a" * 64, Path("none")))


def signature(act: SignatureAct, reason: str = "I read it.", **more: Any) -> Signature:
    given = {"conditions": (), "by": "Carl", "second": None} | more
    return Signature(
        1, "2026-02-23", "a" * 64, act, reason, role=Role.CTO, verified=True, at=AT, at_week=AT,
        **given,
    )  # fmt: skip


def archived(
    name: str,
    acts: tuple[Signature, ...] = (),
    state: SignatureState = SignatureState.STANDS,
    **brief: Any,
) -> ArchivedDecision:
    sha256 = name * 64
    return ArchivedDecision(
        sha256,
        replace(BRIEF, **({"sha256": sha256, "created_at": AT.isoformat()} | brief)),
        literal(""),
        acts,
        Validity(state) if acts else UNSIGNED,
    )


PLAIN = archived("1", decision=Decision.NO_GO, run="first")
APPROVED = archived(
    "2",
    (signature(SignatureAct.REJECT, "Too few trades"), signature(SignatureAct.APPROVE)),
    decision=Decision.GO,
    run="second",
    week="2026-03-02",
    created_at=(AT + timedelta(minutes=20)).isoformat(),
)
VOID = archived(
    "3",
    (signature(SignatureAct.APPROVE, second="Mia"),),
    SignatureState.VOID,
    decision=Decision.PARTIAL,
)
BROKEN = ArchivedDecision("4" * 64, None, literal("gone"), (), altered("gone", "restore"))
EVERY = [PLAIN, APPROVED, VOID, BROKEN]


def names(**asked: Any) -> str:
    return "".join(one.sha256[0] for one in DecisionFilter(**asked).chosen(EVERY))


def test_what_asks_for_nothing_lets_everything_through_altered_ones_too() -> None:
    assert DecisionFilter().empty
    assert names() == "1234"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"run": "second"}, "2"),
        ({"week": "2026-03-02"}, "2"),
        ({"decisions": frozenset({Decision.GO, Decision.NO_GO})}, "12"),
        ({"signed": frozenset({SignedAs.UNSIGNED})}, "1"),
        ({"signed": frozenset({SignedAs.APPROVE})}, "2"),
        ({"signed": frozenset({SignedAs.REJECT})}, ""),  # an approval came after it
        ({"signed": frozenset({SignedAs.VOID, SignedAs.ALTERED})}, "34"),
        ({"text": "few TOO"}, "2"),
        ({"text": "mia"}, "3"),
        ({"text": "4444"}, "4"),
        ({"text": "few mia"}, ""),
        ({"since": date(2026, 2, 28)}, "2"),
        ({"until": date(2026, 2, 27)}, "13"),
        ({"since": date(2026, 2, 27), "until": date(2026, 2, 28)}, "123"),
    ],
)
def test_each_part_of_a_filter(asked: dict[str, Any], found: str) -> None:
    assert not DecisionFilter(**asked).empty
    assert names(**asked) == found


def test_a_valid_rejection_counts_as_one() -> None:
    rejected = archived("5", (signature(SignatureAct.REJECT),), SignatureState.REJECTED)
    assert signed_as(rejected) is SignedAs.REJECT


def test_every_state_of_a_signature_counts_as_something() -> None:
    for state in SignatureState:
        assert signed_as(archived("5", (signature(SignatureAct.REJECT),), state)) in SignedAs


def test_both_files_hold_every_act_and_every_gate() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(EVERY))))
    assert [row["sha256"] for row in rows] == [one.sha256 for one in EVERY]
    assert rows[1]["reason"] == "I read it."
    assert "reject by Carl: Too few trades" in rows[1]["acts"]
    assert float(rows[0]["sharpe"]) == BRIEF.gates[0].value
    assert rows[0]["sharpe_passed"] == str(BRIEF.gates[0].passed)
    assert rows[3]["problem"] == "gone"
    parsed = json.loads(as_json(EVERY))
    assert [act["act"] for act in parsed[1]["acts"]] == ["reject", "approve"]
    assert parsed[0]["gates"]["sharpe"]["value"] == BRIEF.gates[0].value
    assert parsed[0]["run"] == "first"
    assert MODEL["sha256"] == parsed[0]["model_sha256"]
