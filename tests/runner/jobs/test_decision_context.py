"""Which decision counts as the model in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.vocabulary import SignatureAct
from runner.jobs.decision_context import _production
from tests.runner.signed_place import SignedPlace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def test_what_was_rejected_later_is_not_in_production_and_a_void_one_says_so(
    place: SignedPlace,
) -> None:
    first = place.revalidate("GO")
    place.sign(first)
    found = _production(place.client())
    assert found is not None and (found.sha256, found.standing) == (first, "STANDS")

    second = place.revalidate("GO", seed=2)
    place.sign(second)
    place.home.best_model.write_bytes(b"another")
    found = _production(place.client())
    assert found is not None and (found.sha256, found.standing) == (second, "VOID")

    place.home.best_model.write_bytes(b"weights")
    place.sign(second, SignatureAct.REJECT)
    found = _production(place.client())
    assert found is not None and found.sha256 == first
