"""The gate for pipelines believes the lines of the ledger file, not the tables that repeat them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.decision.seal import public_text
from core.decision.validity import sealed
from core.people import Person
from core.vocabulary import Role, SignatureAct
from tests.expected import present, recorded
from tests.runner.place import LEAD, add_line
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.client.signatures.gate_answer import GateAnswer
    from runner.records import Signature

LEA = Person("lea@example.org", Role.LEAD, verified=True)
ONE = ({"text": "half size", "owner": "Lea", "due": "2099-01-01"},)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def asked(place: SignedPlace) -> GateAnswer:
    return place.client().gate().only_proved()


def change(place: SignedPlace, statement: str, *given: object) -> None:
    """As any program of the account can, without reading a key."""
    with closing(sqlite3.connect(place.home.database)) as database, database:
        assert database.execute(statement, given).rowcount == 1


def with_conditions(place: SignedPlace) -> Signature:
    seen = place.revalidate("GO")
    return recorded(place.sign(seen, SignatureAct.APPROVE_WITH_CONDITIONS, ONE))


def test_a_rejection_that_the_database_calls_an_approval_does_not_pass(place: SignedPlace) -> None:
    """With a seal and a key of the forger's own, which the database calls the directory's."""
    refused = recorded(place.sign(place.revalidate("GO"), SignatureAct.REJECT))
    key = Ed25519PrivateKey.generate()
    statement: dict[str, Any] = dict(present(refused.sealed)["statement"])
    statement |= {"act": "approve", "public_key": public_text(key)}
    change(
        place,
        "UPDATE signatures SET act = 'approve', sealed = ?",
        json.dumps(sealed(statement, key)),
    )
    named = json.dumps({"action": "create", "public_key": public_text(key)})
    change(place, "UPDATE ledger SET body = ? WHERE kind = 'key'", named)
    answer = asked(place)
    assert place.client().gate().facts["act"] == "approve", "the control: the forgery is complete"
    assert not answer.passes
    assert "no login proved the name" in answer.reason


def test_a_closed_condition_counts_if_its_line_is_proved(place: SignedPlace) -> None:
    signed = with_conditions(place)
    assert not asked(place).passes
    recorded(place.client(LEA).close_condition(signed.id, 0, "halved"))
    assert asked(place).passes


def test_a_condition_that_nobody_proved_to_have_closed_opens_no_gate(place: SignedPlace) -> None:
    signed = with_conditions(place)
    recorded(place.client(LEAD).close_condition(signed.id, 0, "halved"))
    answer = asked(place)
    assert not answer.passes
    assert "Lea closed a condition, but no login proved the name" in answer.reason
    assert place.client().gate().passes  # for whom this is enough: --allow-unverified


def test_a_forged_line_closes_no_condition(place: SignedPlace) -> None:
    signed = with_conditions(place)
    body = {"action": "close", "signature_id": signed.id, "number": 0, "note": "met"}
    add_line(place.home, "condition", body, place.week.id)  # it claims what the line before did
    closed = place.client().conditions(place.week.id)[0].closed
    assert closed is not None
    assert not closed.verified
    assert not asked(place).passes


def test_a_closure_that_only_the_database_has_opens_no_gate(place: SignedPlace) -> None:
    signed = with_conditions(place)
    change(
        place,
        "INSERT INTO conditions_closed (id, week_id, signature_id, number, note, by, role,"
        " verified, at, at_week) SELECT id, week_id, id, 0, 'met', by, role, 1, at, at_week"
        " FROM signatures WHERE id = ?",
        signed.id,  # a line that is proved, and says something else
    )
    answer = asked(place)
    assert answer.facts["conditions"][0]["closed"]["verified"] is False
    assert not answer.passes
