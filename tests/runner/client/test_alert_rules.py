"""Rules of the engineers' own: who makes them, what is refused, and what the ledger restores."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.acknowledgement import incident_key
from core.alerts.own_rule import Operator, RuleTerms
from core.vocabulary import Severity
from runner.outcomes import Refused
from runner.recovery.verification import verify_ledger
from tests.event_files import write_events
from tests.expected import present, recorded
from tests.runner.place import ENGINEER, LAUNCH, VIEWER, Place

if TYPE_CHECKING:
    from runner.client import Client

TAG = "train/approx_kl"


def terms(**changed: object) -> RuleTerms:
    given = {
        "name": "KL is high",
        "tag": TAG,
        "operator": Operator.ABOVE,
        "threshold": 0.03,
        "level": Severity.CRITICAL,
        "minutes": 10.0,
    }
    return RuleTerms(**(given | changed))  # type: ignore[arg-type]


def refused(outcome: object) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def watching(place: Place) -> Client:
    """A client of a home whose newest week watches a run: KL 0.01, 0.02, 0.05, once a minute."""
    folder = place.home.root / "watched"
    began = LAUNCH.timestamp()
    points = [(i, began + 60 * i, value) for i, value in enumerate((0.01, 0.02, 0.05), 1)]
    write_events(folder / "attempt-001", {TAG: points, "train/loss": points})
    recorded(place.lead.create_week(LAUNCH + timedelta(days=7), watched=folder))
    return place.client(ENGINEER)


def test_a_rule_is_made_changed_and_retired_by_engineers_only(place: Place) -> None:
    client = watching(place)
    assert isinstance(place.client(VIEWER).make_rule(terms()), Refused)
    made = recorded(client.make_rule(terms()))
    assert recorded(client.make_rule(terms())).id == made.id  # a second click
    assert client.alert_rules() == [made]
    changed = recorded(client.change_rule(made.id, terms(threshold=0.04)))
    assert (changed.id, client.alert_rules()[0].terms.threshold) == (made.id, 0.04)
    assert "already a rule" in refused(client.make_rule(terms())).reason
    other = recorded(client.make_rule(terms(name="Other")))
    assert "already a rule" in refused(client.change_rule(other.id, terms())).reason
    assert isinstance(place.client(VIEWER).retire_rule(made.id), Refused)
    assert recorded(client.retire_rule(made.id)).retired
    assert [one.id for one in client.alert_rules()] == [other.id]
    assert "no rule" in refused(client.change_rule(made.id, terms(threshold=0.04))).reason
    assert "no rule" in refused(client.retire_rule(99_999)).reason


def test_a_rule_that_can_not_be_meant_is_refused_with_what_to_do(place: Place) -> None:
    client = watching(place)
    unknown = refused(client.make_rule(terms(tag="train/aprox_kl")))
    assert unknown.reason == "No recorded run has the tag 'train/aprox_kl'."
    assert unknown.remedy == f"Did you mean {TAG}?"
    always = refused(client.make_rule(terms(threshold=0.001)))
    assert "Each of the 3 recorded readings of train/approx_kl is above 0.001" in always.reason
    assert "between 0.01 and 0.05" in always.remedy
    assert "finite" in refused(client.make_rule(terms(threshold=math.nan))).reason
    assert "less than nothing" in refused(client.make_rule(terms(minutes=-1.0))).reason
    assert client.alert_rules() == []


def test_a_rule_keeps_its_tag_and_may_have_any_of_the_eight_weeks(place: Place) -> None:
    early = recorded(place.client(ENGINEER).make_rule(terms(tag="own/number")))
    client = watching(place)
    changed = recorded(client.change_rule(early.id, terms(tag="own/number", threshold=0.04)))
    assert changed.terms.threshold == 0.04
    assert isinstance(client.change_rule(early.id, terms(tag="other/number")), Refused)
    for days in range(14, 49, 7):  # the tag's week is now the sixth
        folder = place.home.root / f"watched-{days}"
        write_events(folder / "attempt-001", {"train/loss": [(1, LAUNCH.timestamp(), 1.0)]})
        recorded(place.lead.create_week(LAUNCH + timedelta(days=days), watched=folder))
    assert recorded(client.make_rule(terms(name="Another"))).terms.tag == TAG


def test_a_rule_may_be_made_before_the_first_run(place: Place) -> None:
    assert recorded(place.client(ENGINEER).make_rule(terms(tag="any/tag"))).terms.tag == "any/tag"


def test_who_acknowledged_says_whether_it_was_useful_and_the_record_counts(place: Place) -> None:
    client = place.client(ENGINEER)
    incident = recorded(client.open_incident(place.week.id, "crash", "It stopped."))
    key = incident_key(incident.id)
    answer = recorded(client.acknowledge(key))
    assert "acknowledged this alert" in refused(place.lead.mark_alert(answer.id, True)).reason
    assert recorded(client.mark_alert(answer.id, True)).useful is True
    assert recorded(client.mark_alert(answer.id, False)).useful is False
    record = client.alert_records()[key]
    assert (record.acknowledged, record.useful, record.noise) == (1, 0, 1)
    assert "no acknowledgement" in refused(client.mark_alert(99_999, True)).reason


def test_a_note_that_no_file_can_hold_acknowledges_nothing(place: Place) -> None:
    client = place.client(ENGINEER)
    incident = recorded(client.open_incident(place.week.id, "crash", "It stopped."))
    key = incident_key(incident.id)
    assert "can't be recorded" in refused(client.acknowledge_and_mark(key, False, "\x00")).reason
    assert present(client.incident(incident.id)).acknowledged is None
    assert recorded(client.acknowledge_and_mark(key, False, "a spike")).useful is False


def test_rules_and_marks_come_back_from_the_ledger(place: Place) -> None:
    client = watching(place)
    made = recorded(client.make_rule(terms()))
    recorded(client.change_rule(made.id, terms(steps=5, minutes=0.0)))
    recorded(client.retire_rule(recorded(client.make_rule(terms(name="Other"))).id))
    incident = recorded(client.open_incident(place.week.id, "crash", "It stopped."))
    answer = recorded(client.acknowledge(incident_key(incident.id)))
    recorded(client.mark_alert(answer.id, True))
    report = verify_ledger(place.home, tables=True)
    assert report.ok, report.text()
