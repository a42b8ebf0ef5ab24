"""History: filter, pages of the table, and two decisions side by side, all in the address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from core.vocabulary import Role, SignatureAct
from dashboard.panels.history.decision_table import PER_PAGE
from runner.jobs.decision_context import Approvals, approvals
from tests.dashboard.panels.test_signatures import draw, seen_by
from tests.dashboard.place import _script, button, keyed, text_of
from tests.runner.place import LAUNCH
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.language import Language

COUNT = PER_PAGE + 2
REASONS = ("Too few trades.", "Read with the team.")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedPlace]:
    """A day with many revalidations: the first is a rejected GO, the second an approved one."""
    made = SignedPlace(tmp_path_factory.mktemp("history") / "home")
    made.at = LAUNCH + timedelta(hours=1)
    for number in range(COUNT):
        verdict = "GO" if number < 2 else "NO-GO"
        known = approvals(made.client()) if number == COUNT - 1 else Approvals()
        sha256 = made.revalidate(verdict, seed=1 + number % 2, approvals=known)
        if number < 2:
            act = (SignatureAct.REJECT, SignatureAct.APPROVE)[number]
            made.client().sign(made.week.id, sha256, act, REASONS[number])
        made.at += timedelta(minutes=20)
    yield made
    made.clear()


def open_at(place: SignedPlace, language: Language = "en", **asked: str) -> AppTest:
    page = seen_by(place, Role.VIEWER, language)
    test = AppTest.from_function(_script, args=("history", page), default_timeout=60)
    for name, value in asked.items():
        test.query_params[name] = value
    return test.run()


def hashes(place: SignedPlace) -> list[str]:
    return [one.sha256 for one in place.client().archived_decisions()]


def rows(test: AppTest) -> int:
    return len(test.table[0].value)


def test_a_day_of_revalidations_is_paged_and_charted_point_by_point(place: SignedPlace) -> None:
    test = open_at(place)
    assert not test.exception
    assert not test.error
    assert f"{COUNT} revalidations" in text_of(test)
    assert rows(test) == PER_PAGE
    assert len(test.get("plotly_chart")) == 6
    assert rows(open_at(place, page="2")) == COUNT - PER_PAGE
    assert rows(open_at(place, page="99")) == COUNT - PER_PAGE, "the last page, not an empty one"


def test_a_filter_stands_in_the_address_and_a_link_brings_it_back(place: SignedPlace) -> None:
    test = open_at(place)
    keyed(test.button_group, "history:verdict")[0].set_value(["GO"]).run()
    keyed(test.text_input, "history:text")[0].input("READ team").run()
    keyed(test.date_input, "history:since")[0].set_value(date(2026, 2, 1)).run()
    assert f"1 of {COUNT} revalidations" in text_of(test)
    asked = dict(test.query_params)
    assert asked == {"verdict": "GO", "text": "READ team", "since": "2026-02-01"}
    again = open_at(place, "pt", **asked)
    assert f"1 de {COUNT} revalidações" in text_of(again)
    assert keyed(again.text_input, "history:text")[0].value == "READ team"
    button(again, "history:clear").click().run()
    assert f"{COUNT} revalidações" in text_of(again)
    assert not again.query_params
    assert keyed(again.text_input, "history:text")[0].value == ""


def test_rejected_ones_are_found_by_their_signature(place: SignedPlace) -> None:
    text = text_of(open_at(place, signed="reject"))
    assert REASONS[0] in text
    assert REASONS[1] not in text
    assert "No revalidation matches" in text_of(open_at(place, signed="expired"))


def test_an_address_with_nonsense_shows_the_page(place: SignedPlace) -> None:
    test = open_at(place, verdict="MAYBE", signed="x,", since="soon", page="-1", pair=",,,")
    assert not test.exception
    assert f"{COUNT} revalidations" in text_of(test)
    missing = open_at(place, of_week="1999-01-01")
    assert f"0 of {COUNT} revalidations" in text_of(missing), "an unknown week is said, not ignored"
    unknown = open_at(place, pair="000000000000,111111111111")
    assert not unknown.exception
    assert "Choose two decisions here" in text_of(unknown)


def test_two_decisions_are_chosen_on_their_cards_and_compared(place: SignedPlace) -> None:
    first, second = hashes(place)[-1], hashes(place)[-2]
    test = open_at(place)
    for sha256 in (first, second):
        button(test, f"history:compare:{sha256[:12]}").click().run()
    assert test.query_params["pair"] == f"{first[:12]},{second[:12]}"
    text = text_of(test)
    assert "recorded settings are equal" in text
    assert "Both were judged by the same playbook." in text
    pair = next(table.value for table in test.table if "Difference" in table.value.columns)
    assert [head.split("`")[1] for head in pair.columns[1:3]] == [second[:8], first[:8]]
    assert any("same" in cell for cell in pair[pair["What"] == "Model"].to_numpy().ravel())


def test_a_link_opens_a_pair_whose_decisions_the_filter_hides(place: SignedPlace) -> None:
    first, second = hashes(place)[:2]
    test = open_at(place, pair=f"{first[:12]},{second[:12]}", verdict="NO-GO")
    text = text_of(test)
    assert REASONS[0] in text
    assert REASONS[1] in text
    assert "Rejected by" in text


def test_what_changed_links_to_the_pair(place: SignedPlace) -> None:
    test = draw(place, "decision")
    next(c for c in test.button_group if c.key == "view").set_value("change").run()
    (link,) = [one for one in test.get("page_link") if one.proto.label == "Compare side by side"]
    pair = ",".join(hashes(place)[at][:12] for at in (1, -1))
    assert unquote(link.proto.query_string) == f"pair={pair}"
