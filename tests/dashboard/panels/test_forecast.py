"""The forecast on Decision, and what came true on History."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.alerts.kinds import EventKind
from core.asked_moment import AskedMoment
from core.decision import read_decision
from core.errors import IntegrityError
from core.files import file_sha256, write_json
from core.ledger_bodies import DecisionFollowed
from core.people import RUNNER
from core.timestamps import iso, parse_moment
from core.trading.paper import RECORD, PaperRecord
from core.trading.paper_archive import write_paper
from core.vocabulary import Role, SignatureAct
from dashboard.data.paper import TrackRecord, paper_record, track_record
from dashboard.data.services import Services
from dashboard.panels.all_weeks.standing import standing_of
from tests.core.paper_records import paper
from tests.dashboard.panels.test_signatures import draw
from tests.dashboard.place import keyed, text_of
from tests.expected import present
from tests.runner.place import CTO
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


def came(
    place: SignedPlace, sha256: str, days: int, change: float, signed_on: float = 0.0
) -> PaperRecord:
    """So many days of this change have come.

    :param signed_on: the day of them that is now, 0 before the first one opens.
    """
    first = iso(datetime.now(UTC) + timedelta(hours=1) - timedelta(days=signed_on))
    made = paper(days, change, sha256=sha256, first=first)
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
    stated = present(read_decision(place.archive(sha256)).decision.forecast).gates
    expected = [(stated[name] - gate.passed) ** 2 for name, gate in made.gates.items()]
    assert f"Brier score **{sum(expected) / 6:.3f}** over 6 gate forecasts (1 decision)" in text
    assert "1/1" in text  # the signer's approval held


def record_of(place: SignedPlace) -> TrackRecord:
    found = place.client().archived_decisions()
    return track_record(place.home, found, None, place.client().followed())


def test_a_rejection_of_what_held_counts_against_its_signer(place: SignedPlace) -> None:
    came(place, signed(place, SignatureAct.REJECT), 30, 0.0001)
    (signer,) = record_of(place).signers
    assert (signer.approved, signer.rejected, signer.rejected_held) == (0, 1, 1)
    assert signer.skill is None  # all held: nothing tells signers apart


def test_an_act_after_the_outcome_claims_nothing_and_does_not_take_the_first_one_back(
    place: SignedPlace,
) -> None:
    sha256 = signed(place)
    made = came(place, sha256, 12, -0.02)
    place.at = parse_moment(made.first) + timedelta(days=present(made.failed_on))
    place.client().sign(place.week.id, sha256, SignatureAct.REJECT, "it failed")
    place.at = None
    (signer,) = record_of(place).signers
    assert (signer.approved, signer.held, signer.rejected, signer.late) == (1, 0, 0, 1)


def test_days_that_were_over_before_the_decision_are_shown_and_not_scored(
    place: SignedPlace,
) -> None:
    came(place, signed(place), 30, 0.0001, signed_on=31.0)
    kept = record_of(place)
    assert (kept.machine, kept.over, kept.late) == (None, 1, 1)
    (signer,) = kept.signers
    assert (signer.approved, signer.late) == (0, 1)
    text = text_of(draw(place, "history", Role.VIEWER))
    assert "1 of them is not scored" in text


def test_the_chances_are_those_of_the_decision_whatever_the_record_says(
    place: SignedPlace,
) -> None:
    sha256 = signed(place)
    made = came(place, sha256, 30, 0.0001)
    told = present(record_of(place).machine).brier
    gates = {
        name: gate.model_copy(update={"chance": float(gate.passed)})
        for name, gate in made.gates.items()
    }
    better = made.model_copy(update={"gates": gates})
    write_json(place.home.paper(sha256) / RECORD, better.as_dict())
    assert present(record_of(place).machine).brier == told > 0.0


def follows(place: SignedPlace, made: PaperRecord, **other: Any) -> None:
    """The ledger says what this record says."""
    body = DecisionFollowed(
        job_id=made.job_id,
        revalidation_sha256=made.decision,
        record_sha256=file_sha256(place.home.paper(made.decision) / RECORD),
        data_sha256=made.data.sha256,
        **({"days": made.days, "left_on": made.left_on, "expired_on": made.expired_on}
           | {"held": made.held, "of": made.of} | other),
    )  # fmt: skip
    now = datetime.now(UTC)
    with place.client().store.write() as write:
        write.append(body, by=RUNNER, at=now, at_week=now, week_id=None)


def test_a_record_that_hides_an_expiry_is_an_error_with_its_remedy_on_both_pages(
    place: SignedPlace,
) -> None:
    sha256 = signed(place)
    follows(place, came(place, sha256, 12, -0.02))
    assert [each for each in draw(place, "decision", Role.VIEWER).warning
            if "the evidence expired" in each.value]  # fmt: skip
    came(place, sha256, 12, 0.0001)  # in its place, by hand
    for page in ("decision", "history"):
        errors = [each.value for each in draw(place, page, Role.VIEWER).error]
        assert any("is not what the ledger says" in each for each in errors)
        assert any("Make it again" in each and sha256 in each for each in errors)


def test_the_page_of_another_decision_says_that_the_approved_one_expired(
    place: SignedPlace,
) -> None:
    first = signed(place)
    follows(place, came(place, first, 12, -0.02))
    place.revalidate("GO", seed=2)
    errors = [each.value for each in draw(place, "decision", Role.VIEWER).error]
    (said,) = [each for each in errors if first[:12] in each]
    assert "expired on day" in said
    assert "Approved model" in text_of(draw(place, "this_week", Role.VIEWER))
    week = present(Services(place.home, CTO).snapshot())
    assert EventKind.EVIDENCE in [one.kind for one in standing_of(week).problems]


def test_a_past_moment_shows_the_newest_record_that_was_made_by_then(place: SignedPlace) -> None:
    sha256 = signed(place)
    folder = place.home.paper(sha256)
    days = [paper(day, -0.02, sha256=sha256) for day in (11, 12, 13)]
    made = parse_moment("2026-04-01T00:00:00Z")
    earlier = None
    for number, day in enumerate(days):
        later = day.model_copy(update={"made_at": iso(made + timedelta(days=number))})
        write_paper(folder, later, {}, earlier)
        earlier = later
    at = made + timedelta(days=1)
    assert present(paper_record(place.home, sha256, AskedMoment(at, at))).days == 12
    before = made - timedelta(seconds=1)
    assert paper_record(place.home, sha256, AskedMoment(before, before)) is None
    assert present(paper_record(place.home, sha256, None)).days == 13


def test_a_damaged_record_is_no_record_that_was_never_made(place: SignedPlace) -> None:
    sha256 = signed(place)
    came(place, sha256, 12, 0.0001)
    (place.home.paper(sha256) / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(IntegrityError, match="is not the paper record"):
        paper_record(place.home, sha256, None)
    test = forecast_view(place)
    assert any("Make it again" in each.value for each in test.error)
    assert not keyed(test.button, "paper:follow")[0].disabled
