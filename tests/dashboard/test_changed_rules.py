"""Changed rules are shown where people launch, revalidate, decide and sign."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Role, SignatureAct
from tests.dashboard.panels.test_signatures import choose, draw, give_reason, sign_button
from tests.dashboard.place import text_of
from tests.expected import recorded
from tests.runner.place import LAUNCH
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "1 rule differs from the playbook that comes with trainweek"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def loosened(place: SignedPlace) -> None:
    file = place.home.root / "own.yaml"
    file.write_text("extends: phase4\ngates: [{id: sharpe, threshold: -99.0}]\n")
    place.week = recorded(place.lead.create_week(LAUNCH + timedelta(days=7), file))


@pytest.mark.parametrize("panel", ["launch", "revalidation", "decision"])
def test_each_page_says_it_and_none_does_for_the_manuals_own(
    place: SignedPlace, panel: str
) -> None:
    assert "playbook that comes with trainweek" not in text_of(draw(place, panel))
    loosened(place)
    test = draw(place, panel, role=Role.VIEWER)
    assert not test.exception
    text = text_of(test)
    assert TITLE in text
    assert 'Gate "Sharpe Ratio", threshold: 1 → -99' in text.replace("\\", "")
    assert "No signature has approved them yet." in text
    portuguese = text_of(draw(place, panel, language="pt"))
    assert "1 regra difere do playbook que vem com o trainweek" in portuguese
    assert "Nenhuma assinatura as aprovou ainda." in portuguese


def test_the_cto_signs_them_by_name_and_they_are_approved_from_then_on(
    place: SignedPlace,
) -> None:
    loosened(place)
    place.revalidate("GO")
    test = draw(place, "decision")
    choose(test, SignatureAct.APPROVE)
    assert "Your signature names this changed rule:" in text_of(test)
    give_reason(test, "I know these gates.")
    sign_button(test).click().run()
    text = text_of(test)
    assert "Signed with this changed rule:" in text
    assert "some cto approved these rules on" in text
    assert "No signature has approved them yet." not in text


def test_the_manuals_gates_after_approved_ones_are_a_difference_too(place: SignedPlace) -> None:
    loosened(place)
    recorded(place.sign(place.revalidate("GO")))
    place.week = recorded(place.lead.create_week(LAUNCH + timedelta(days=14)))
    text = text_of(draw(place, "launch"))
    assert "1 rule differs from the ones that" in text
    assert "-99 → 1" in text.replace("\\", "")
