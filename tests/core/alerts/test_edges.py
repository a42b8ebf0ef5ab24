"""From looks to notices: what is reported, and when nothing is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.alerts.acknowledgement import Acknowledgement, incident_key, incident_of
from core.alerts.chain import Answers
from core.alerts.conditions import Alert, Notice, NoticeState, Silence
from core.alerts.edges import edges
from core.alerts.kinds import EventKind
from core.vocabulary import Severity
from tests.core.alerts.notices import at, condition, look

if TYPE_CHECKING:
    from core.alerts.conditions import Condition, Look

REPEAT = timedelta(hours=4)


class Watch:
    """Looks one after another, as the runner takes them."""

    def __init__(self) -> None:
        self.known: dict[str, Alert] = {}
        self.silences: list[Silence] = []

    def at(self, seconds: float, *conditions: Condition, **changed: Any) -> list[Notice]:
        return self.sees(seconds, look(*conditions, **changed))

    def sees(self, seconds: float, taken: Look) -> list[Notice]:
        found = edges(self.known, taken, self.silences, at(seconds), REPEAT)
        self.known |= {alert.key: alert for alert in found.alerts}
        return found.notices


def states(notices: list[Notice]) -> list[str]:
    return [f"{one.condition.key} {one.state}" for one in notices]


def test_a_condition_is_reported_once_while_it_holds() -> None:
    watch = Watch()
    assert states(watch.at(0, condition("a"))) == ["a firing"]
    assert watch.at(10, condition("a")) == []
    assert watch.at(600, condition("a")) == []


def test_its_end_is_reported_with_the_first_sentence() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    worse = condition("a", text={"en": "Reward is 1.", "pt": "A reward é 1."})
    watch.at(300, worse)
    assert watch.at(330) == []  # it may come back at once
    ended = watch.at(360)
    assert states(ended) == ["a resolved"]
    assert ended[0].condition.text["en"] == "Reward fell from 87 to 9.4."
    assert ended[0].condition.since == at(0)
    assert watch.at(400) == []


def test_one_that_flickers_stays_the_same() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    assert watch.at(20) == []
    assert watch.at(40, condition("a")) == []
    assert watch.at(90) == []


def test_it_is_armed_again_after_its_recovery() -> None:
    watch = Watch()
    first = watch.at(0, condition("a"))
    watch.at(100)
    again = watch.at(200, condition("a"))
    assert states(again) == ["a firing"]
    assert again[0].dedup != first[0].dedup


def test_a_critical_one_is_repeated_a_warning_is_not() -> None:
    watch = Watch()
    watch.at(0, condition("a"), condition("b", level=Severity.WARNING))
    later = REPEAT.total_seconds()
    assert watch.at(later - 1, condition("a"), condition("b", level=Severity.WARNING)) == []
    twice = watch.at(later, condition("a"), condition("b", level=Severity.WARNING))
    thrice = watch.at(2 * later, condition("a"), condition("b", level=Severity.WARNING))
    assert states(twice) == states(thrice) == ["a repeated"]
    assert twice[0].dedup != thrice[0].dedup


def test_one_that_becomes_critical_is_reported_again_not_one_that_eases() -> None:
    watch = Watch()
    watch.at(0, condition("a", level=Severity.WARNING))
    assert states(watch.at(10, condition("a"))) == ["a worse"]
    assert watch.at(20, condition("a", level=Severity.WARNING)) == []
    assert watch.at(30, condition("a")) == []
    ended = watch.at(120)
    assert (states(ended), ended[0].level) == (["a resolved"], Severity.CRITICAL)


def test_one_that_comes_back_after_it_had_eased_is_a_new_episode() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    watch.at(300, condition("a", level=Severity.WARNING))
    assert watch.known["a"].eased == at(300)
    again = watch.at(400, condition("a"))
    assert states(again) == ["a firing"]
    assert (watch.known["a"].began, watch.known["a"].eased) == (at(400), None)


def test_a_new_week_with_the_same_trouble_is_told_of_its_own() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    other = look(condition("a", week="2026-03-02"), week="2026-03-02")
    told = watch.sees(10, other)
    assert states(told) == ["a firing"]
    assert told[0].dedup.startswith("2026-03-02/")
    assert watch.sees(20, other) == []


def test_a_look_that_read_no_week_ends_nothing() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    assert watch.sees(500, look(week=None, complete=False)) == []
    assert watch.known["a"].firing


@pytest.mark.parametrize(("key", "counts"), [("incident:7", True), ("finding:collapse", False)])
def test_an_acknowledgement_before_the_first_look_is_of_an_incident(key: str, counts: bool) -> None:
    early = Acknowledgement(1, key, "Ana", at(5))
    found = edges({}, look(condition(key)), [], at(18), REPEAT, Answers((early,), timedelta(0)))
    assert early.covers(found.alerts[0]) is counts
    assert ("acknowledged" in [one.state for one in found.notices]) is counts


def test_an_incident_is_named_by_its_number_alone() -> None:
    assert incident_of(incident_key(7)) == 7
    for wrong in ("incident:07", "incident:", "incident:-7", "incident:7 ", "finding:7", "7"):
        assert incident_of(wrong) is None
    assert incident_of("incident:" + "9" * 30) is None


def test_what_another_covers_is_reported_neither_as_new_nor_as_over() -> None:
    watch = Watch()
    watch.at(0, condition("finding:crash"))
    incident = condition("incident:7", covers=frozenset({"finding:crash"}))
    assert states(watch.at(10, incident)) == ["incident:7 firing"]
    assert watch.at(200, incident) == []
    assert watch.at(210, condition("finding:crash")) == []  # closed, the finding goes on
    assert states(watch.at(300, condition("finding:crash"))) == ["incident:7 resolved"]
    assert states(watch.at(400)) == ["finding:crash resolved"]


def test_a_silence_holds_back_until_its_end() -> None:
    watch = Watch()
    watch.silences = [Silence(id=1, what="a", until=at(100), reason="known", by="Eva", at=at(0))]
    assert states(watch.at(10, condition("a"), condition("b"))) == ["b firing"]
    assert watch.at(99, condition("a"), condition("b")) == []
    assert states(watch.at(100, condition("a"), condition("b"))) == ["a firing"]


def test_a_silence_may_be_of_a_kind_or_of_all() -> None:
    watch = Watch()
    check = condition("check:kl", kind=EventKind.CHECK)
    until = {"until": at(100), "reason": "known", "by": "Eva", "at": at(0)}
    watch.silences = [Silence(id=1, what="check", **until)]
    assert states(watch.at(10, check, condition("b"))) == ["b firing"]
    watch.silences = [Silence(id=1, what="all", **until)]
    assert watch.at(20, check, condition("c")) == []


def test_one_that_ended_while_silenced_is_never_reported() -> None:
    watch = Watch()
    watch.silences = [Silence(id=1, what="all", until=at(1000), reason="known", by="Eva", at=at(0))]
    watch.at(10, condition("a"))
    assert watch.at(100) == watch.at(2000) == []


def test_what_could_not_be_read_has_not_recovered() -> None:
    watch = Watch()
    watch.at(0, condition("a"))
    assert watch.at(500, complete=False) == []
    assert watch.known["a"].firing


def test_another_week_is_no_recovery() -> None:
    watch = Watch()
    watch.at(0, condition("a"), condition("disk", week=None))
    other = look(condition("disk", week=None), week="2026-03-02")
    assert watch.sees(500, other) == []
    assert not watch.known["a"].firing
    assert watch.known["disk"].firing


def test_what_happens_once_is_reported_by_its_key() -> None:
    signed = condition("signed:9", kind=EventKind.SIGNED)
    found = edges({}, look(moments=(signed,)), [], at(0), REPEAT)
    assert [one.dedup for one in found.notices] == ["signed:9"]
    assert found.alerts == []


def test_how_it_ended_is_told_where_it_is_known() -> None:
    watch = Watch()
    watch.at(0, condition("incident:7"))
    end = {"en": "Closed by Lea: fixed.", "pt": "Encerrado por Lea: fixed."}
    assert watch.at(100, ends={"incident:7": end})[0].end == end


def test_another_occasion_of_the_same_key_is_a_new_episode_that_nobody_acknowledged() -> None:
    first = edges({}, look(condition("rule:7", occasion="above 0.5")), [], at(0), REPEAT)
    known = {alert.key: alert for alert in first.alerts}
    answer = Acknowledgement(9, "rule:7", "ana", at(5))
    answers = Answers((answer,), timedelta(0))
    for occasion, told in (
        ("above 0.5", NoticeState.ACKNOWLEDGED),
        ("above 0.1", NoticeState.FIRING),
    ):
        now = look(condition("rule:7", occasion=occasion))
        found = edges(known, now, [], at(10), REPEAT, answers)
        assert [one.state for one in found.notices] == [told]
