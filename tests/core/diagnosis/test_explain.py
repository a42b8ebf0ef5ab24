"""Explanations use the rules' own numbers; what changed around an event is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.diagnosis import SCENARIOS
from core.diagnosis.explain import explain
from core.diagnosis.recent_changes import changes, wall_of_step
from core.diagnosis.scenarios import kl_explosion
from core.facts import JobFacts
from core.vocabulary import JobState
from tests.core.diagnosis.runs import MINUTE, PLAYBOOK, STEPS, at, facts, open_reader, ppo
from tests.event_files import write_events
from tests.portuguese import untranslated


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_explains_its_rule_in_both_languages(scenario):
    said = explain(PLAYBOOK, scenario)
    assert len(said) > 80
    assert said != said.in_("pt")
    assert untranslated(said) == []
    assert "{" not in said + said.in_("pt")


def test_an_explanation_follows_the_rules_own_numbers(monkeypatch):
    assert "consecutive updates above 0.1" in explain(PLAYBOOK, "kl_explosion")
    monkeypatch.setattr(kl_explosion, "HIGH", 0.25)
    assert "consecutive updates above 0.25" in explain(PLAYBOOK, "kl_explosion")
    assert "seguidas acima de 0,25" in explain(PLAYBOOK, "kl_explosion").in_("pt")


def test_attempts_settings_and_data_that_changed_around_an_event_are_found(tmp_path):
    first = ppo(30, train__learning_rate=lambda i: 3e-4)
    second = {
        tag: [(step + 30 * STEPS, wall + 30 * MINUTE, value) for step, wall, value in points]
        for tag, points in ppo(30, train__learning_rate=lambda i: 1e-4).items()
    }
    write_events(tmp_path / "attempt-1", first)
    write_events(tmp_path / "attempt-2", second)
    given = facts(open_reader(tmp_path), 61 * MINUTE)
    check = JobFacts(
        "data-check-1", JobState.SUCCEEDED, "", at(33 * MINUTE), {"ok": True}, "logs/jobs"
    )
    given = replace(given, data_check=check)
    wall = wall_of_step(given, 31 * STEPS)
    assert wall == at(31 * MINUTE).timestamp()
    found = {change.what: change for change in changes(given, wall, timedelta(minutes=5))}
    assert str(found["attempt"].after).endswith("attempt-2")
    rate = found["train/learning_rate"]
    # Event files hold single precision.
    assert (rate.before, rate.after) == pytest.approx((3e-4, 1e-4), rel=1e-6)
    assert found["data"].after == "PASS"
    assert changes(given, at(10 * MINUTE).timestamp(), timedelta(minutes=5)) == []


def test_the_limit_of_the_check_is_the_playbooks():
    check = PLAYBOOK.checks["kl_divergence"].model_copy(update={"threshold": 0.05})
    laxer = PLAYBOOK.model_copy(update={"checks": PLAYBOOK.checks | {"kl_divergence": check}})
    assert "The check's limit of 0.01 raises no alarm" in explain(PLAYBOOK, "kl_explosion")
    assert "The check's limit of 0.05 raises no alarm" in explain(laxer, "kl_explosion")
    others = {name: c for name, c in PLAYBOOK.checks.items() if c.metric != "kl_divergence"}
    without = PLAYBOOK.model_copy(update={"checks": others})
    assert "raises no alarm" not in explain(without, "kl_explosion")
