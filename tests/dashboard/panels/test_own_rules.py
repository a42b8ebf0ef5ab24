"""Rules on the page Alerts: made with a preview on what was recorded, and shown with what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.own_rule import Operator, RuleTerms
from core.vocabulary import Role, Severity
from runner.client import Client
from tests.dashboard.place import button, keyed, text_of
from tests.event_files import write_events
from tests.expected import recorded

if TYPE_CHECKING:
    import pytest
    from streamlit.testing.v1 import AppTest

    from runner.client.recorded_runs import RecordedWeeks
    from tests.dashboard.place import Place

TAG = "train/explained_variance"


def terms(**changed: object) -> RuleTerms:
    given = {
        "name": "Reward is high",
        "tag": "rollout/ep_rew_mean",
        "operator": Operator.ABOVE,
        "threshold": 5.0,
        "level": Severity.CRITICAL,
    }
    return RuleTerms(**(given | changed))  # type: ignore[arg-type]


def filled(test: AppTest, threshold: float, name: str = "Reward *rose*") -> AppTest:
    keyed(test.toggle, "own-rule:open")[0].set_value(True).run()
    keyed(test.selectbox, "own-rule:tag")[0].select("rollout/ep_rew_mean").run()
    keyed(test.number_input, "own-rule:threshold")[0].set_value(threshold)
    return keyed(test.text_input, "own-rule:name")[0].input(name).run()


def test_a_rule_is_previewed_on_what_was_recorded_and_then_fires(place: Place) -> None:
    place.train(2)
    test = filled(place.draw("alerts", role=Role.ENGINEER), 4.0)
    assert "Would have fired 1 time in this week." in text_of(test)
    button(test, "own-rule:save").click().run()
    assert not test.exception
    (rule,) = place.client().alert_rules()
    assert (rule.terms.name, rule.terms.threshold) == ("Reward *rose*", 4.0)
    shown = text_of(test)
    assert "Reward *rose*" in shown
    assert "rollout/ep_rew_mean above 4" in shown
    assert "Firing for" in shown
    assert "Reward *rose*" in text_of(place.draw("this_week"))


def test_the_form_reads_the_recorded_weeks_once_it_is_opened(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.train(2)
    read: list[Client] = []
    weeks = Client.recorded_weeks

    def counted(client: Client) -> RecordedWeeks:
        read.append(client)
        return weeks(client)

    monkeypatch.setattr(Client, "recorded_weeks", counted)
    test = place.draw("alerts", role=Role.ENGINEER)
    assert not read
    filled(test, 4.0)
    assert read


def test_a_rule_that_is_always_true_says_so_and_nothing_is_saved(place: Place) -> None:
    place.train(2)
    test = filled(place.draw("alerts", role=Role.ENGINEER), -50.0)
    button(test, "own-rule:save").click().run()
    assert "would fire all the time" in text_of(test)
    assert place.client().alert_rules() == []


def test_a_rule_without_readings_says_why_instead_of_being_quiet(place: Place) -> None:
    place.week()
    recorded(place.client().make_rule(terms(tag="own/number")))
    assert "No run of this week has started yet." in text_of(place.draw("alerts"))


def test_a_rule_whose_tag_the_run_does_not_log_says_so(place: Place) -> None:
    place.week()
    recorded(place.client().make_rule(terms(tag="own/number")))
    folder = place.home.root / "watched"
    write_events(
        folder / "attempt-001",
        {"train/loss": [(i, place.now.timestamp() - 60 * (9 - i), 1.0) for i in range(9)]},
    )
    recorded(place.client().create_week(place.now, watched=folder))
    shown = text_of(place.draw("alerts"))
    assert "it can't fire" in shown
    assert "own/number" in shown


def test_a_rule_is_changed_and_retired(place: Place) -> None:
    place.train(2)
    rule = recorded(place.client().make_rule(terms()))
    test = place.draw("alerts", role=Role.ENGINEER)
    button(test, f"edit:{rule.id}").click().run()
    assert f"Change rule {rule.id}" in text_of(test)
    keyed(test.number_input, "own-rule:threshold")[0].set_value(3.0).run()
    button(test, "own-rule:save").click().run()
    (changed,) = place.client().alert_rules()
    assert (changed.id, changed.terms.threshold) == (rule.id, 3.0)
    assert button(place.draw("alerts", role=Role.VIEWER), f"edit:{rule.id}").disabled
    button(test, f"retire:{rule.id}").click().run()
    assert place.client().alert_rules() == []


def test_a_changed_rule_keeps_a_tag_that_no_recorded_run_has(place: Place) -> None:
    rule = recorded(place.client().make_rule(terms(tag="own/number")))
    place.train(2)
    test = place.draw("alerts", role=Role.ENGINEER)
    button(test, f"edit:{rule.id}").click().run()
    keyed(test.number_input, "own-rule:threshold")[0].set_value(3.0).run()
    button(test, "own-rule:save").click().run()
    assert not test.exception
    (changed,) = place.client().alert_rules()
    assert (changed.terms.tag, changed.terms.threshold) == ("own/number", 3.0)


def test_a_slider_says_how_often_a_rule_would_have_paged_and_its_threshold_is_taken(
    place: Place,
) -> None:
    place.train(2)
    rule = recorded(place.client().make_rule(terms(threshold=4.5)))
    test = place.draw("alerts", role=Role.ENGINEER)
    assert not keyed(test.select_slider, "backtest:"), "it reads every recorded week: when asked"
    keyed(test.toggle, "backtest:on")[0].set_value(True).run()
    (slider,) = keyed(test.select_slider, f"backtest:rule:{rule.id}")
    stops = [float(one) for one in slider.options]
    assert 4.5 in stops
    assert "Would have fired 1 time in this week." in text_of(test)
    slider.set_value(max(stops)).run()
    assert f"above {max(stops):g}: Would have fired 0 times" in text_of(test).replace("**", "")
    button(test, f"backtest:{rule.id}:use").click().run()
    assert not test.exception
    assert place.client().alert_rules()[0].terms.threshold == max(stops)


def test_limits_of_the_playbook_are_replayed_without_any_rule(place: Place) -> None:
    place.train(3, kl=0.012)
    test = place.draw("alerts")
    keyed(test.toggle, "backtest:on")[0].set_value(True).run()
    chosen = keyed(test.selectbox, "backtest:rule:")[0]
    kl = next(one for one in chosen.options if "KL" in one)
    chosen.select(kl).run()
    assert "Would have fired 1 time in this week." in text_of(test)
    assert "Replayed at the moments of its checklists" in text_of(test)
