"""Changed gates come into a week by the lead alone, and the CTO's signature names them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.decision.validity import is_genuine, sealed
from core.vocabulary import SignatureAct
from runner.client.signatures.approved_rules import RULE_CHANGES
from runner.home.signing_key import signing_key
from tests.expected import present, recorded, refused
from tests.runner.place import ENGINEER, LAUNCH
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOSE = "gates: [{id: sharpe, threshold: -99.0}]"
NEXT = LAUNCH + timedelta(days=7)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def own(place: SignedPlace, extra: str = LOOSE, name: str = "own.yaml") -> Path:
    file = place.home.root / name
    file.write_text(f"extends: phase4\n{extra}\n")
    return file


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (LOOSE, "gates.sharpe.threshold 1.0 → -99.0"),
        ("checks: {kl_divergence: {threshold: 99.0}}", "checks.kl_divergence.threshold 0.01 → 99"),
    ],
)
def test_an_engineer_makes_no_week_with_other_rules_not_even_a_planned_one(
    place: SignedPlace, extra: str, said: str
) -> None:
    engineer = place.client(ENGINEER)
    no = refused(engineer.create_week(NEXT, own(place, extra), planned=True))
    assert "may not plan" in no.reason
    assert said in no.reason
    assert len(place.lead.weeks()) == 1
    assert recorded(place.lead.create_week(NEXT, own(place), planned=True)).playbook


def test_an_engineer_makes_weeks_with_the_shipped_rules_whatever_else_changes(
    place: SignedPlace,
) -> None:
    other = "training: {seed: 8}\nsymbol: BTCUSDT"
    week = recorded(place.client(ENGINEER).create_week(NEXT, own(place, other), planned=True))
    assert week.playbook.training.seed == 8


def test_the_signature_names_the_difference_and_the_rules_are_known_from_then_on(
    place: SignedPlace,
) -> None:
    place.week = recorded(place.lead.create_week(NEXT, own(place)))
    seen = place.revalidate("GO")
    text = place.week.playbook_text
    before = place.lead.compared_rules(text)
    assert (len(before.leads), before.approved) == (1, None)
    signature = recorded(place.sign(seen))
    named = present(signature.sealed)["statement"][RULE_CHANGES]
    assert [(one["field"], one["before"], one["after"]) for one in named] == [
        ("gates.sharpe.threshold", "1.0", "-99.0")
    ]
    answer = place.client().gate()
    assert answer.passes
    assert answer.facts["rule_changes"] == named
    assert answer.facts["rule_changes_signed"] is True
    known = place.lead.compared_rules(text)
    assert (known.leads, known.since_approved) == ((), ())
    later = NEXT + timedelta(days=7)
    assert recorded(place.client(ENGINEER).create_week(later, own(place), planned=True))
    looser = own(place, "gates: [{id: sharpe, threshold: -100.0}]", "looser.yaml")
    no = refused(
        place.client(ENGINEER).create_week(later + timedelta(days=7), looser, planned=True)
    )
    assert "-100.0" in no.reason


def test_a_rejection_after_the_approval_takes_it_back(place: SignedPlace) -> None:
    place.week = recorded(place.lead.create_week(NEXT, own(place)))
    seen = place.revalidate("GO")
    recorded(place.sign(seen))
    recorded(place.sign(seen, SignatureAct.REJECT))
    found = place.lead.compared_rules(place.week.playbook_text)
    assert found.approved is None
    assert len(found.leads) == 1


def test_a_statement_of_an_older_version_is_genuine_and_approves_no_rules(
    place: SignedPlace,
) -> None:
    place.week = recorded(place.lead.create_week(NEXT, own(place)))
    signature = recorded(place.sign(place.revalidate("GO")))
    statement = dict(present(signature.sealed)["statement"])
    del statement[RULE_CHANGES]
    assert is_genuine(sealed(statement, signing_key(place.home)))


def test_the_name_of_a_difference_can_not_be_taken_out_of_a_signature(
    place: SignedPlace,
) -> None:
    place.week = recorded(place.lead.create_week(NEXT, own(place)))
    record = dict(present(recorded(place.sign(place.revalidate("GO"))).sealed))
    assert is_genuine(record)
    record["statement"] = {**record["statement"], RULE_CHANGES: []}
    assert not is_genuine(record)
