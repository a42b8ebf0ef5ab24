"""Decisions with their signatures, as programs read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.listening import Listening
from core.vocabulary import SignatureAct
from dashboard.gate import Gate
from tests.dashboard.api.conftest import COOKIE, OWN, PORT
from tests.expected import present, recorded
from tests.runner.entrance import entry_of
from tests.runner.signed_place import CONDITIONS, SignedPlace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> SignedPlace:
    return SignedPlace(tmp_path / "home")


def decisions(place: SignedPlace) -> list[dict[str, Any]]:
    entry = entry_of(place.home)
    link = entry.sessions.make_link(datetime.now(UTC))
    caller = TestClient(
        Gate(Starlette(), entry, Listening(PORT), None),
        base_url=OWN,
        cookies={COOKIE: present(entry.open_link(link))},
    )
    answer = caller.get(f"/api/v1/weeks/{place.week.id}/decisions")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_every_act_and_the_validity_are_told(place: SignedPlace) -> None:
    signed = place.revalidate("GO")
    recorded(place.sign(signed, SignatureAct.APPROVE_WITH_CONDITIONS, CONDITIONS))
    refused = place.revalidate("NO-GO", seed=2)
    newest, oldest = decisions(place)
    assert (newest["sha256"], newest["decision"], newest["signature"]) == (
        refused,
        "NO-GO",
        "UNSIGNED",
    )
    assert (oldest["sha256"], oldest["decision"]) == (signed, "GO")
    assert [one["act"] for one in oldest["acts"]] == ["approve_with_conditions"]
    assert set(oldest["gates"]) == {
        "sharpe", "max_drawdown_pct", "win_rate_pct", "profit_factor", "consecutive_losses", "calmar",
    }  # fmt: skip


def test_a_signature_that_does_not_stand_any_more_says_why(place: SignedPlace) -> None:
    sha = place.revalidate("GO")
    recorded(place.sign(sha, SignatureAct.APPROVE))
    assert decisions(place)[0]["signature"] == "STANDS"
    place.home.best_model.write_bytes(b"others")
    [one] = decisions(place)
    assert one["signature"] == "VOID"
    assert one["why"]


def test_an_altered_archive_is_listed_with_its_problem(place: SignedPlace) -> None:
    sha = place.revalidate("GO")
    file = next((place.home.revalidation_archive / sha).glob("*decision.json"))
    file.write_text(file.read_text().replace("GO", "NO", 1))
    [one] = decisions(place)
    assert one["decision"] is None
    assert one["problem"]
