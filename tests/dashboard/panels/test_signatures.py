"""A signature on the pages: what it takes, whether it holds, and what is still to be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.language import Language, Message
from core.people import Person
from core.vocabulary import Role, SignatureAct
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.panels.decision.page import show
from dashboard.viewer import Viewer
from dashboard.wording.decision import OVERLAP, VIEWS
from runner.jobs.decision_context import approvals
from tests.dashboard.place import _script, button, draw_frame, keyed, text_of
from tests.expected import present, recorded
from tests.runner.place import LEAD
from tests.runner.signed_place import CONDITIONS, SignedPlace, looked_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.testing.v1.element_tree import Button

WITH_CONDITIONS = SignatureAct.APPROVE_WITH_CONDITIONS


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SignedPlace]:
    made = SignedPlace(tmp_path / "home")
    yield made
    made.clear()


def seen_by(
    place: SignedPlace, role: Role, language: Language = "en", verified: bool = False
) -> Page:
    person = Person(f"some {role.value}", role, verified)
    services = Services(place.home, person, now=lambda: place.at or datetime.now(UTC))
    return Page(services, Viewer(person, language, "UTC", live=False))


def draw(
    place: SignedPlace,
    panel: str,
    role: Role = Role.CTO,
    language: Language = "en",
    verified: bool = False,
) -> AppTest:
    page = seen_by(place, role, language, verified)
    return AppTest.from_function(_script, args=(panel, page), default_timeout=60).run()


def give_reason(test: AppTest, text: str, key: str = "sign:reason") -> None:
    keyed(test.text_area, key)[0].input(text).run()


def choose(test: AppTest, act: SignatureAct) -> None:
    keyed(test.button_group, "sign:act")[0].set_value(act).run()


def sign_button(test: AppTest) -> Button:
    return keyed(test.button, "sign:button")[0]


def test_a_go_on_weak_evidence_is_no_plain_go_in_the_headline(place: SignedPlace) -> None:
    place.revalidate("GO", grade="WEAK")
    test = draw(place, "decision")
    assert not test.exception
    assert not test.error
    text = text_of(test)
    assert "GO" in text
    assert "on WEAK evidence" in text
    assert "com evidência FRACA" in text_of(draw(place, "decision", language="pt"))
    choose(test, SignatureAct.APPROVE)
    assert "this result could be luck" in text_of(test)  # beside the act, too
    sign_button(test).click().run()
    assert "Write the reason first" in text_of(test)
    give_reason(test, "One quarter of the size, for a month.")
    sign_button(test).click().run()
    text = text_of(test)
    assert "Approved by some cto" in text
    assert "identity unverified" in text
    assert "Valid" in text
    assert "expires" in text
    assert "key " in text


def test_a_go_that_looked_ahead_is_red_and_says_why(place: SignedPlace) -> None:
    place.revalidate("GO", checks=looked_ahead())
    test = draw(place, "decision")
    assert not test.exception
    assert not test.error
    headline = next(m.value for m in test.metric if m.label == "Decision")
    assert headline.startswith(":red[")
    assert "not reliable" in headline
    assert "look-ahead test failed" in text_of(test)
    assert "Look-ahead test failed. the policy knew" in text_of(test)
    assert "teste de look-ahead falhou" in text_of(draw(place, "decision", language="pt"))


def test_ranges_that_overlap_fail_the_question_of_trust(place: SignedPlace) -> None:
    place.revalidate("GO", train_range=("2023-01-01T00:00:00Z", "2026-01-01T00:00:00Z"))
    test = draw(place, "decision")
    next(c for c in test.button_group if c.key == "view").set_value("trust").run()
    questions = next(m.value for m in test.markdown if OVERLAP in m.value)
    line = next(line for line in questions.split("\n") if OVERLAP in line)
    assert "red" in line


def test_an_altered_dated_copy_is_told_and_the_archived_decision_is_shown(
    place: SignedPlace,
) -> None:
    seen = place.revalidate("GO")
    place.sign(seen)
    dated = next(place.home.revalidation.glob("*_decision.json"))
    dated.write_text(dated.read_text().replace('"score": "6/6"', '"score": "5/6"'))
    test = draw(place, "decision")
    assert not test.error
    assert "was altered" in text_of(test)
    assert "archived decision is intact" in text_of(test)
    assert place.client().gate().passes


def test_evidence_that_changes_while_the_page_is_open_is_not_signed(place: SignedPlace) -> None:
    place.revalidate("GO")
    test = draw(place, "decision")
    choose(test, SignatureAct.APPROVE)
    give_reason(test, "Fine by me.")
    place.revalidate("NO-GO", seed=2)
    sign_button(test).click()
    test.run()
    assert "The evidence changed" in text_of(test)
    assert not place.client().signatures()


def test_what_was_written_for_one_decision_signs_no_other_that_came_meanwhile(
    place: SignedPlace,
) -> None:
    place.revalidate("GO")
    test = draw(place, "decision")
    choose(test, SignatureAct.APPROVE)
    give_reason(test, "Six of six: approve.")
    newer = place.revalidate("PARTIAL", seed=2, grade="WEAK")
    test.run()  # the page's own timer
    assert "The evidence changed while you were writing" in text_of(test)
    assert not keyed(test.button, "sign:button")
    assert not place.client().signatures()
    keyed(test.button, "sign:new")[0].click().run()
    assert not keyed(test.button, "sign:button")
    choose(test, SignatureAct.APPROVE)
    assert not keyed(test.text_area, "sign:reason")[0].value
    give_reason(test, "I saw the new one.")
    sign_button(test).click().run()
    signed = place.client().signatures()
    assert [(one.revalidation_sha256, one.reason) for one in signed] == [
        (newer, "I saw the new one.")
    ]


def test_what_was_signed_and_changed_is_void_on_every_page(place: SignedPlace) -> None:
    sha256 = place.revalidate("GO")
    place.sign(sha256)
    place.home.best_model.write_bytes(b"another")
    decision = draw(place, "decision")
    assert "VOID: what was signed has changed" in text_of(decision)
    assert "best_model.zip changed" in text_of(decision)
    every = draw_frame(seen_by(place, Role.ENGINEER))
    (alert,) = [error.value for error in every.error if "no longer valid" in error.value]
    assert "Void" in alert
    assert "changed" in alert
    history = draw(place, "history")
    assert "Void" in text_of(history)
    assert "best_model.zip mudou: seu SHA-256" in text_of(draw(place, "history", language="pt"))
    assert "best_model.zip changed" in text_of(history)
    assert not decision.exception
    assert not every.exception
    assert not history.exception


def test_conditions_are_closed_on_the_week_page(place: SignedPlace) -> None:
    signed = recorded(place.sign(place.revalidate("PARTIAL"), WITH_CONDITIONS, CONDITIONS))
    key = f"condition:{signed.id}:0"
    for role in (Role.VIEWER, Role.ENGINEER):
        assert button(draw(place, "this_week", role=role), f"{key}:button").disabled
    test = draw(place, "this_week", role=Role.LEAD)
    assert "overdue" in text_of(test)
    assert "2 open" in text_of(test)
    button(test, f"{key}:button").click().run()
    assert "requires a note" in text_of(test)
    give_reason(test, "The size is halved since today.", f"{key}:note")
    button(test, f"{key}:button").click().run()
    assert "1 open" in text_of(test)
    assert "The size is halved since today." in text_of(test)
    assert present(place.client().conditions(place.week.id)[0].closed).by == "some lead"


@pytest.mark.slow
@pytest.mark.parametrize("verified", [True, False])
def test_the_lead_countersigns_an_override_before_the_cto_signs_it(
    place: SignedPlace, verified: bool
) -> None:
    place.revalidate("NO-GO")
    cto = draw(place, "decision", verified=verified)
    choose(cto, SignatureAct.APPROVE)
    assert "No lead has countersigned yet" in text_of(cto)
    assert not [b for b in cto.button if (b.key or "").startswith("sign:button")]
    give_reason(cto, "We take the risk.")
    next(b for b in cto.button if (b.key or "").startswith("sign:ask")).click().run()
    assert "some cto asked for a countersignature" in text_of(cto)
    assert "asks a lead to countersign" in text_of(draw(place, "this_week", role=Role.LEAD))
    lead = draw(place, "decision", role=Role.LEAD, verified=verified)
    assert "asks you to countersign the override: We take the risk." in text_of(lead)
    give_reason(lead, "I know why it failed.", "sign:countersign")
    button(lead, "countersign:button").click().run()
    assert "some lead countersigned the override" in text_of(lead)
    assert "asks you to countersign" not in text_of(lead)
    cto = draw(place, "decision", verified=verified)
    choose(cto, SignatureAct.APPROVE)
    give_reason(cto, "We take the risk.")
    sign_button(cto).click().run()
    assert "second person: some lead" in text_of(cto)
    assert place.client().signatures()[0].second_verified is verified


@pytest.mark.slow
def test_every_view_draws_in_both_languages(place: SignedPlace) -> None:
    place.sign(place.revalidate("PARTIAL"))
    for language in ("en", "pt"):
        test = draw(place, "decision", language=language)
        for view in VIEWS:
            next(c for c in test.button_group if c.key == "view").set_value(view).run()
            assert not test.exception, (view, language)
            assert not test.error, (view, language)


def test_an_old_record_says_what_it_did_not_measure(place: SignedPlace) -> None:
    place.revalidate("PARTIAL", schema=1)
    test = draw(place, "decision")
    assert not test.exception
    assert not test.error
    assert "PARTIAL" in text_of(test)
    for view in VIEWS:
        next(c for c in test.button_group if c.key == "view").set_value(view).run()
        assert not test.exception, view
        assert not test.error, view
        if view in {"skill", "earning", "breaks", "trust", "change"}:
            assert "not measured" in text_of(test), view
    assert not draw(place, "history").exception


def test_an_earlier_weeks_condition_stays_on_the_week_page(place: SignedPlace) -> None:
    place.sign(place.revalidate("PARTIAL"), WITH_CONDITIONS, CONDITIONS)
    place.lead.create_week(place.week.launch + timedelta(days=7))
    text = text_of(draw(place, "this_week"))
    assert "half size" in text
    assert "2 open" in text


def test_a_signature_says_what_a_pipeline_gets(place: SignedPlace) -> None:
    place.sign(place.revalidate("PARTIAL"), WITH_CONDITIONS, CONDITIONS)
    assert "until these conditions are closed" in text_of(draw(place, "decision"))
    place.sign(place.revalidate("GO", seed=2))
    assert "Deployment allowed" in text_of(draw(place, "decision"))


def test_an_override_with_open_conditions_promises_no_pipeline_anything(
    place: SignedPlace,
) -> None:
    sha256 = place.revalidate("NO-GO")
    lead = place.client(Person("Lea", Role.LEAD, verified=True))
    cto = place.client(Person("Carl", Role.CTO))
    recorded(cto.request_countersignature(place.week.id, sha256, "We take it."))
    recorded(lead.countersign(place.week.id, sha256, "I stand by it"))
    place.sign(sha256, WITH_CONDITIONS, CONDITIONS, second=LEAD)
    text = text_of(draw(place, "decision"))
    assert "Deployment blocked. The decision is a NO-GO" in text
    assert "until these conditions are closed" not in text


def test_an_approval_that_lapsed_is_told_and_not_called_production(place: SignedPlace) -> None:
    place.sign(place.revalidate("GO"))
    place.home.best_model.write_bytes(b"another")
    place.revalidate("GO", seed=2, approvals=approvals(place.client()))
    no_production = Message("No approval was valid at that time.")
    reported_in: dict[Language, str] = {"en": "was no longer valid", "pt": "não era mais válida"}
    for language, reported in reported_in.items():
        test = draw(place, "decision", language=language)
        next(c for c in test.button_group if c.key == "view").set_value("change").run()
        text = text_of(test)
        assert no_production.in_(language) in text
        assert reported in text


def test_an_earlier_signature_that_changes_draws_the_comparison_again(
    place: SignedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.sign(place.revalidate("GO"))
    place.revalidate("GO", seed=2, approvals=approvals(place.client()))
    parts, again = [], []
    monkeypatch.setattr(
        "dashboard.panels.decision.page.live_part", lambda page, draw, *_, **__: parts.append(draw)
    )
    monkeypatch.setattr("streamlit.rerun", lambda: again.append(True))
    page = seen_by(place, Role.CTO)
    show(page)
    head = parts[0]
    head(page, present(page.snapshot()))
    assert not again
    signed = next((place.home.root / "models" / "signed").rglob("*.zip"))
    signed.chmod(0o600)
    signed.write_bytes(b"another")
    later = seen_by(place, Role.CTO)
    head(later, present(later.snapshot()))
    assert again


def test_history_keeps_every_act_in_its_order(place: SignedPlace) -> None:
    seen = place.revalidate("PARTIAL")
    place.client().sign(place.week.id, seen, SignatureAct.REJECT, "Too few trades.")
    place.client().sign(place.week.id, seen, WITH_CONDITIONS, "Half size is fine.", CONDITIONS)
    text = text_of(draw(place, "history"))
    first, second = text.index("Too few trades."), text.index("Half size is fine.")
    assert text.index("Rejected by") < first < second
    assert "2 of 2 conditions open" in text


def test_a_rejection_that_stands_is_no_green_tick(place: SignedPlace) -> None:
    place.sign(place.revalidate("GO"), SignatureAct.REJECT)
    badge = ":red-badge[:material/block: Rejected]"
    for panel in ("decision", "history"):
        assert any(badge in m.value for m in draw(place, panel).markdown), panel


def test_what_was_not_tested_is_said_before_anybody_writes_a_reason(place: SignedPlace) -> None:
    place.revalidate("GO")
    assert keyed(draw(place, "decision").button_group, "sign:act")
    tested = place.home.best_model.read_bytes()
    place.home.best_model.write_bytes(b"trained since")
    test = draw(place, "decision")
    reported = [error.value for error in test.error]
    assert reported
    assert all("changed" in one for one in reported)
    assert not keyed(test.button_group, "sign:act")
    place.home.best_model.write_bytes(tested)
    test = draw(place, "decision")
    assert not test.error
    assert keyed(test.button_group, "sign:act")
