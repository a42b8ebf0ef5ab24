"""Which decision counts as the last approved one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.vocabulary import SignatureAct
from runner.jobs.decision_context import approvals
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def test_only_an_approval_that_stands_is_in_production(place: SignedPlace) -> None:
    first = place.revalidate("GO")
    place.sign(first)
    found = approvals(place.client())
    assert found.production is not None
    assert found.lapsed is None
    assert (found.production.sha256, found.production.validity) == (first, "STANDS")

    second = place.revalidate("GO", seed=2)
    place.sign(second, SignatureAct.REJECT)
    found = approvals(place.client())
    assert found.production is not None
    assert found.production.sha256 == first
    assert found.lapsed is None


def test_an_approval_that_became_void_is_told_and_not_in_production(place: SignedPlace) -> None:
    signed = place.revalidate("GO")
    place.sign(signed)
    place.home.best_model.write_bytes(b"another")
    found = approvals(place.client())
    assert found.production is None
    assert found.lapsed is not None
    assert (found.lapsed.sha256, found.lapsed.validity) == (signed, "VOID")
    fresh = place.revalidate("GO", seed=2)
    place.sign(fresh)
    found = approvals(place.client())
    assert found.production is not None
    assert found.production.sha256 == fresh
    assert found.lapsed is None  # what is older than the approval that stands is history


def test_what_a_lapsed_approval_had_replaced_is_not_in_production_again(
    place: SignedPlace,
) -> None:
    place.sign(place.revalidate("GO"))
    replaced_by = place.revalidate("GO", seed=2)
    place.sign(replaced_by)
    place.home.best_model.write_bytes(b"another")
    found = approvals(place.client())
    assert found.production is None
    assert found.lapsed is not None
    assert found.lapsed.sha256 == replaced_by
