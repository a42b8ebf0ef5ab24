"""The forecast on Decision, and what came true on History."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.asked_moment import AskedMoment
from core.files import write_json
from core.timestamps import parse_moment
from core.trading.paper import RECORD, PaperRecord
from core.vocabulary import Role, SignatureAct
from dashboard.data.paper import paper_record, track_record
from tests.core.paper_records import paper
from tests.dashboard.panels.test_signatures import draw
from tests.dashboard.place import keyed, text_of
from tests.expected import present
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path_factory.mktemp("forecast") / "home")
    yield made
    made.clear()


def signed(place: SignedPlace, act: SignatureAct = SignatureAct.APPROVE) -> str:
    sha256 = place.revalidate("GO")
    place.client().sign(place.week.id, sha256, act, "read")
    return sha256


def came(place: SignedPlace, sha256: str, days: int, change: float) -> PaperRecord:
    """So many days of this change have come."""
    made = paper(days, change, sha256=sha256)
    write_json(place.home.paper(sha256) / RECORD, made.as_dict())
    return made


def forecast_view(place: SignedPlace) -> AppTest:
    test = draw(place, "decision", Role.ENGINEER)
    keyed(test.button_group, "view")[0].set_value("forecast").run()
    assert not test.exception
    return test


def test_the_cone_stands_before_the_first_day_and_an_unsigned_decision_is_not_followed(
    place: SignedPlace,
) -> None:
    place.revalidate("GO")
    test = forecast_view(place)
    assert "Forecast of 30 days: in 90% of the futures" in text_of(test)
    assert keyed(test.button, "paper:follow")[0].disabled
    assert "It is followed once it is signed." in text_of(test)


def test_the_truth_is_in_the_cone_and_its_sentence_beside_the_gates(place: SignedPlace) -> None:
    sha256 = signed(place)
    came(place, sha256, 12, 0.0001)
    test = forecast_view(place)
    sentence = "12 of 30 days, inside the 90% cone; too early to say"
    said = [each.value for each in (*test.caption, *test.markdown) if sentence in each.value]
    assert len(said) == 2  # below the gates, and below the cone
    assert not keyed(test.button, "paper:follow")[0].disabled
    assert not [each for each in test.warning if "worse than its forecast" in str(each.proto)]


def test_an_evidence_that_has_expired_is_said_at_the_top(place: SignedPlace) -> None:
    made = came(place, signed(place), 12, -0.02)
    test = draw(place, "decision", Role.VIEWER)
    warning = [each.value for each in test.warning if "the evidence expired" in each.value]
    assert len(warning) == 1
    assert f"the evidence expired on day {made.expired_on}" in warning[0]


def test_history_scores_machine_and_signer_once_the_days_are_over(place: SignedPlace) -> None:
    sha256 = signed(place)
    assert "What came true" not in text_of(draw(place, "history", Role.VIEWER))
    made = came(place, sha256, 30, 0.0001)
    text = text_of(draw(place, "history", Role.VIEWER))
    expected = [(gate.chance - gate.passed) ** 2 for gate in made.gates.values()]
    assert f"Brier score **{sum(expected) / 6:.3f}** over 6 gate forecasts" in text
    assert "1/1" in text  # the signer's approval held


def test_a_rejection_of_what_held_counts_against_its_signer(place: SignedPlace) -> None:
    came(place, signed(place, SignatureAct.REJECT), 30, 0.0001)
    kept = track_record(place.home, place.client().archived_decisions(), None)
    (signer,) = kept.signers
    assert (signer.approved, signer.rejected, signer.rejected_held) == (0, 1, 1)
    assert signer.brier == 1.0


def test_a_past_moment_does_not_know_what_came_true_later(place: SignedPlace) -> None:
    sha256 = signed(place)
    made = came(place, sha256, 12, 0.0001)
    at = parse_moment(made.made_at)
    assert paper_record(place.home, sha256, None) == made
    assert paper_record(place.home, sha256, AskedMoment(at, at)) == made
    before = at - timedelta(seconds=1)
    assert paper_record(place.home, sha256, AskedMoment(before, before)) is None
    damaged = place.home.paper(sha256) / RECORD
    damaged.write_text("{", encoding="utf-8")
    assert paper_record(place.home, sha256, None) is None
    assert present(made).days == 12
