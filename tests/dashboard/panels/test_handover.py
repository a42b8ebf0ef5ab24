"""The handover on the page On call: the machine writes it, a person edits it, another accepts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.own_rule import Operator, RuleTerms
from core.vocabulary import Role, Severity, Verdict
from runner.week.handover_draft import draft
from tests.dashboard.place import PEOPLE, button, keyed, text_of
from tests.expected import present, recorded

if TYPE_CHECKING:
    from tests.dashboard.place import Place

LEAD, ENGINEER = PEOPLE[Role.LEAD], PEOPLE[Role.ENGINEER]


def test_the_draft_says_incidents_silences_work_and_what_is_due(place: Place) -> None:
    place.train()
    client = place.client()
    recorded(client.open_incident(present(place.page().week).id, "crash", "It stopped."))
    recorded(client.silence("check", place.now + timedelta(hours=4), "the disk is replaced"))
    made = draft(present(place.page().snapshot()), "pt")
    assert "It stopped. Próximo passo:" in made["incidents"]
    assert "check até 23/02/2026 21:05 UTC" in made["silences"]
    assert "train-" in made["work"]
    assert made["due"].startswith("- 23/02/2026 ")
    assert made["changes"] == made["asks"] == ""


def test_the_draft_says_what_was_changed_by_hand_and_what_is_wrong_now(place: Place) -> None:
    place.train()
    week, client = present(place.page().week), place.client()
    terms = RuleTerms("KL of mine", "train/approx_kl", Operator.ABOVE, 0.02, Severity.WARNING)
    recorded(client.make_rule(terms))
    done = client.tick(week.id, "hourly_1", "reward_positive", "", Verdict.PASS, "12.4")
    recorded(client.withdraw_tick(recorded(done).id, "it was another run"))
    made = draft(present(place.page().snapshot()), "en")
    assert "a new alert rule: KL of mine. The way back: retire the rule" in made["changes"]
    assert "took back the tick of" in made["changes"]
    assert "it was another run" in made["changes"]
    assert "Runner (critical): It is not running" in made["incidents"]


def test_the_form_says_whose_shift_is_next_and_warns_of_another_person(place: Place) -> None:
    place.week()
    place.client().set_shift("ben", place.now + timedelta(hours=3), place.now + timedelta(hours=9))
    test = place.draw("on_call", role=Role.ENGINEER)
    said = "The next shift: ben, from Mon 23 Feb"
    assert said in text_of(test)
    assert f":orange[:material/warning: {said}" not in text_of(test)
    keyed(test.selectbox, "handover:to")[0].select(LEAD.name).run()
    assert f":orange[:material/warning: {said}" in text_of(test)


def test_it_is_edited_signed_over_and_accepted_with_one_click(place: Place) -> None:
    week = place.week()
    recorded(place.client().open_incident(week.id, "crash", "It stopped."))
    test = place.draw("on_call", role=Role.ENGINEER)
    (incidents,) = keyed(test.text_area, "handover:incidents")
    assert "It stopped. Next step:" in present(incidents.value)
    (asks,) = keyed(test.text_area, "handover:asks")
    asks.input("call the *data* team").run()
    keyed(test.selectbox, "handover:to")[0].select(LEAD.name).run()
    button(test, "handover:sign").click().run()
    (signed,) = present(place.client().week_records()).handovers
    assert (signed.by, signed.to, signed.texts["asks"]) == (
        ENGINEER.name,
        LEAD.name,
        "call the *data* team",
    )
    assert test.session_state["handover:to"] is None, "nothing left to sign a second time"
    assert test.session_state["write-handover:done"] == 1, "the form is closed"
    assert f"signed over to {LEAD.name}" in text_of(test)
    accept = f"handover-{signed.id}:accept"
    assert button(test, accept).disabled, "it is for somebody else"
    receiver = place.draw("on_call", role=Role.LEAD)
    button(receiver, accept).click().run()
    (accepted,) = present(place.client().week_records()).handovers
    assert accepted.accepted_by == LEAD.name
    assert "Earlier handovers: 1" in text_of(receiver)
    assert "call the *data* team" in text_of(receiver)
