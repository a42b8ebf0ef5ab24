"""Whose turn it is: an alert is passed on until a person acknowledges it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from core.alerts.acknowledgement import Acknowledgement
from core.alerts.alerts_file import Channel
from core.alerts.chain import Answers, of_shift_first, receivers, turn, unnamed
from core.alerts.conditions import Alert, Condition, Notice, NoticeState, Owner
from core.alerts.edges import edges
from core.alerts.messages import link_of, message_of
from core.vocabulary import Severity
from tests.core.alerts.notices import T0, WEEK, at, condition, look, notice

if TYPE_CHECKING:
    from collections.abc import Sequence

REPEAT, EACH = timedelta(hours=4), timedelta(minutes=15)
CHAIN = tuple(
    Owner(role=role, title={"en": en, "pt": pt})
    for role, en, pt in (
        ("ml_engineer", "ML engineer", "Engenheiro de ML"),
        ("ml_lead", "ML lead", "Líder de ML"),
        ("swe_lead", "SWE lead", "Líder de software"),
    )
)


def incident(**changed: Any) -> Condition:
    return condition("incident:7", chain=CHAIN, **changed)


class Watch:
    """Looks one after another, while people acknowledge."""

    def __init__(self, each: timedelta = EACH) -> None:
        self.known: dict[str, Alert] = {}
        self.each = each
        self.acknowledged: list[Acknowledgement] = []

    def at(self, minutes: float, *conditions: Condition) -> list[Notice]:
        answers = Answers(tuple(self.acknowledged), self.each)
        found = edges(self.known, look(*conditions), (), at(60 * minutes), REPEAT, answers)
        self.known |= {alert.key: alert for alert in found.alerts}
        return found.notices

    def acknowledge(self, minutes: float, by: str = "ana", what: str = "incident:7") -> None:
        line = len(self.acknowledged) + 100
        self.acknowledged.append(Acknowledgement(line, what, by, at(60 * minutes)))


def states(notices: Sequence[Notice]) -> list[tuple[str, int]]:
    return [(one.state.value, one.turn) for one in notices]


@pytest.mark.parametrize(
    ("minutes", "owners", "place"),
    [(0, 3, 0), (14.9, 3, 0), (15, 3, 1), (29.9, 3, 1), (30, 3, 2), (900, 3, 2), (900, 0, 0)],
)
def test_each_owner_has_their_time(minutes: float, owners: int, place: int) -> None:
    assert turn(T0, owners, EACH, at(60 * minutes)) == place


def test_without_a_time_nothing_is_passed_on() -> None:
    assert turn(T0, 3, timedelta(0), at(1e6)) == 0
    watch = Watch(timedelta(0))
    watch.at(0, incident())
    assert watch.at(200, incident()) == []


def test_what_nobody_acknowledges_goes_to_each_owner_once() -> None:
    watch = Watch()
    assert states(watch.at(0, incident())) == [("firing", 0)]
    assert watch.at(14, incident()) == []
    first = watch.at(15, incident())
    assert states(first) == [("escalated", 1)]
    assert watch.at(16, incident()) == []
    second = watch.at(31, incident())
    assert states(second) == [("escalated", 2)]
    assert first[0].dedup != second[0].dedup
    assert watch.at(100, incident()) == []


def test_an_acknowledgement_ends_the_chain_and_the_repeats_but_not_what_is_worse() -> None:
    watch = Watch()
    watch.at(0, incident(level=Severity.WARNING))
    watch.acknowledge(3)
    said = watch.at(4, incident(level=Severity.WARNING))
    assert states(said) == [("acknowledged", 0)]
    assert said[0].condition.by == "ana"
    assert watch.at(60, incident(level=Severity.WARNING)) == []
    assert states(watch.at(61, incident())) == [("worse", 0)]
    assert watch.at(61 + 5 * 60, incident()) == []
    assert states(watch.at(400) + watch.at(402)) == [("resolved", 0)]


def test_one_that_comes_back_has_to_be_acknowledged_again() -> None:
    watch, finding = Watch(), condition("finding:collapse", chain=CHAIN)
    watch.at(0, finding)
    watch.acknowledge(1, what="finding:collapse")
    assert states(watch.at(2, finding)) == [("acknowledged", 0)]
    watch.at(10)
    assert states(watch.at(20, finding)) == [("firing", 0)]
    assert states(watch.at(36, finding)) == [("escalated", 1)]


def test_one_without_a_chain_is_not_passed_on() -> None:
    watch = Watch()
    watch.at(0, condition("incident:7"))
    assert watch.at(100, condition("incident:7")) == []


def channel(name: str, **more: Any) -> Channel:
    return Channel(name=name, url="json://127.0.0.1/", **more)


TEAM = channel("team")
FIRST, LEAD = channel("first", owner="ml_engineer"), channel("lead", owner="ml_lead")
OTHER = channel("other", owner="cto")


def names(sent: Notice, *channels: Channel) -> list[str]:
    return [one.name for one in receivers(sent, channels)]


def test_an_owners_channel_gets_what_has_reached_the_owner() -> None:
    sent = notice("incident:7", chain=CHAIN)
    every = (TEAM, FIRST, LEAD, OTHER)
    assert names(sent, *every) == ["team", "first"]
    passed_on = sent.model_copy(update={"turn": 1})
    assert names(passed_on, *every) == ["team", "first", "lead"]
    assert names(notice(), *every) == ["team", "first", "lead", "other"], "it has no chain"


def test_nothing_reaches_nobody_because_of_whose_turn_it_is() -> None:
    assert names(notice("incident:7", chain=CHAIN), LEAD, OTHER) == ["lead", "other"]


def test_messages_say_whose_turn_it_is_and_who_has_it() -> None:
    escalated = notice("incident:7", chain=CHAIN, state=NoticeState.ESCALATED)
    escalated = escalated.model_copy(update={"turn": 1})
    message = message_of([escalated], TEAM, "https://t.example.org")
    assert message.title.startswith("[ESCALATED]")
    assert "passed on to: ML lead" in message.body
    assert f"https://t.example.org/alerts?alert=incident:7&week={WEEK}" in message.body
    pt = message_of([escalated], channel("pt", language="pt"), None)
    assert "Líder de ML" in pt.body
    taken = notice("incident:7", chain=CHAIN, by="ana", state=NoticeState.ACKNOWLEDGED)
    message = message_of([taken], TEAM, None)
    assert "Acknowledged by ana" in message.body
    assert "To do" not in message.body


def test_what_waits_for_nobody_leads_to_its_own_page() -> None:
    own = condition("check:a", level=Severity.WARNING, page="hourly_checks")
    assert link_of(own, "https://t") == f"https://t/hourly_checks?week={WEEK}"


SHIFT = of_shift_first(CHAIN, ("ana",))
PHONE, OTHERS = (
    channel("ana-phone", people=("ana",), on_call=True),
    channel("ben-phone", people=("ben",), on_call=True),
)


def test_whose_shift_it_is_comes_before_the_owners() -> None:
    every = (TEAM, FIRST, LEAD, PHONE, OTHERS)
    sent = notice("incident:7", chain=SHIFT, on_call=("ana",))
    assert names(sent, *every) == ["team", "ana-phone"]
    assert names(sent.model_copy(update={"turn": 1}), *every) == ["team", "first", "ana-phone"]
    unowned = notice("check:a", on_call=("ana",))
    assert names(unowned, *every) == ["team", "first", "lead", "ana-phone"]
    nobody = notice("incident:7", chain=CHAIN)
    assert names(nobody, *every) == ["team", "first", "ana-phone", "ben-phone"]
    assert names(sent, OTHERS) == ["ben-phone"], "rather to somebody than to nobody"


def test_somebody_on_call_whom_no_channel_names_counts_as_nobody() -> None:
    every = (TEAM, FIRST, LEAD, PHONE, OTHERS)
    sent = notice("incident:7", chain=of_shift_first(CHAIN, ("Ana",)), on_call=("Ana",))
    assert unnamed(("Ana", "ana"), every) == ("Ana",)
    assert names(sent, *every) == ["team", "first", "ana-phone", "ben-phone"]
    both = sent.model_copy(
        update={"condition": sent.condition.model_copy(update={"on_call": ("Ana", "ben")})}
    )
    assert names(both, *every) == ["team", "ben-phone"]


def test_a_shift_that_ends_in_between_skips_no_owners_turn() -> None:
    watch = Watch()
    on_shift = condition("incident:7", chain=SHIFT, on_call=("ana",))
    assert states(watch.at(0, on_shift)) == [("firing", 0)]
    first = watch.at(15, on_shift)
    assert "ML engineer" in message_of(first, TEAM, None).body
    second = watch.at(30, incident())
    assert (states(second), "ML lead" in message_of(second, TEAM, None).body) == (
        [("escalated", 2)],
        True,
    )
    other = Watch()
    other.at(0, incident())
    assert "ML lead" in message_of(other.at(15, on_shift), TEAM, None).body


def test_a_channel_for_shifts_names_its_people() -> None:
    with pytest.raises(ValidationError, match="on_call needs people"):
        channel("phone", on_call=True)
