"""What holds for all scenarios together."""

from __future__ import annotations

import importlib
import json
import pickle
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from core.diagnosis import SCENARIOS, scenarios
from core.diagnosis.advice import advice
from core.diagnosis.diagnose import CRITICAL, diagnose
from core.diagnosis.foreign_run import facts_of_folder
from core.language import Message
from core.playbook.scenarios import ScenarioId
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    PLAYBOOK,
    at,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
)
from tests.event_files import append_events, write_events
from tests.expected import present
from tests.portuguese import untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.diagnosis.finding import ScenarioResult
    from core.diagnosis.run_view import RunView

diagnosis = importlib.import_module("core.diagnosis.diagnose")
ALARMS = (FindingStatus.FIRING, FindingStatus.RECOVERING)


def test_a_healthy_run_has_no_alarm_at_any_hour(tmp_path):
    write_events(tmp_path, ppo(900))
    reader = open_reader(tmp_path)
    for hour in range(1, 16):
        found = findings(facts(reader, hour * HOUR + 1))
        alarms = [name for name, finding in found.items() if finding.status in ALARMS]
        assert alarms == [], f"hour {hour}"


def test_every_scenario_is_always_told_in_one_order(tmp_path):
    write_events(tmp_path, ppo(30))
    for given in (facts(None, HOUR), facts(open_reader(tmp_path), HOUR)):
        assert tuple(finding.scenario for finding in diagnose(given, PLAYBOOK)) == SCENARIOS


def test_each_scenario_has_a_file_and_a_rule_of_its_name():
    files = {path.stem for path in Path(scenarios.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(SCENARIOS)
    assert len(SCENARIOS) == len(set(SCENARIOS))
    for name in SCENARIOS:
        rule = getattr(importlib.import_module(f"core.diagnosis.scenarios.{name}"), name)
        assert callable(rule)
        assert rule.__doc__


def test_the_playbooks_scenarios_are_the_first_ones_and_the_others_have_advice_of_ours():
    playbooks = get_args(ScenarioId)
    assert tuple(spec.id for spec in PLAYBOOK.scenarios) == playbooks
    assert SCENARIOS[: len(playbooks)] == playbooks
    assert all(advice(PLAYBOOK, name).causes for name in SCENARIOS)


def test_before_a_training_there_is_no_data_and_nothing_is_ok():
    given = facts(None, 0)
    for bare in (
        type(given)(as_of=at(0), as_of_real=at(0), launch=at(0), clock=given.clock),
        type(given)(as_of=at(9), as_of_real=None, launch=at(0), clock=given.clock, run=given.run),
    ):
        statuses = {finding.status for finding in diagnose(bare, PLAYBOOK)}
        assert statuses == {FindingStatus.NO_DATA}


def test_later_events_never_change_an_earlier_diagnosis(tmp_path):
    early = ppo(400)
    path = write_events(tmp_path, early)
    moment = 400 * MINUTE + 30
    before = findings(facts(open_reader(tmp_path), moment))
    later = {
        tag: [(step + 2048 * 400, wall + 400 * MINUTE, value * 100) for step, wall, value in points]
        for tag, points in ppo(100, train__approx_kl=lambda i: 5.0).items()
    }
    append_events(path, later)
    write_events(tmp_path / "attempt-002", {tag: points[:5] for tag, points in later.items()})
    reader = open_reader(tmp_path)
    assert present(reader.last_wall) > at(moment).timestamp()
    assert findings(facts(reader, moment)) == before
    now = findings(facts(reader, 500 * MINUTE))
    assert now["kl_explosion"].status is FindingStatus.FIRING


@pytest.mark.parametrize("scenario", [spec.id for spec in PLAYBOOK.scenarios])
def test_the_manuals_words_come_from_the_playbook(tmp_path, scenario):
    finding = diagnosed(tmp_path, ppo(5), HOUR)[scenario]
    spec = PLAYBOOK.scenario(scenario)
    assert (finding.causes, finding.actions) == (spec.causes, spec.actions)
    assert finding.log_line == spec.log_line


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_causes_and_actions_in_both_languages(tmp_path, scenario):
    finding = diagnosed(tmp_path, ppo(5), HOUR)[scenario]
    assert finding.causes
    assert finding.actions
    for text in (*finding.causes, *finding.actions):
        assert text.en.strip()
        assert text.pt.strip()


def test_a_finding_is_strict_json(tmp_path):
    for finding in diagnosed(tmp_path, ppo(50), HOUR).values():
        reported = json.loads(json.dumps(finding.as_dict("pt"), allow_nan=False))
        assert reported["scenario"] == finding.scenario
        assert isinstance(reported["evidence_for"], list)


def test_a_playbook_without_scenarios_has_findings_without_words(tmp_path):
    write_events(tmp_path, ppo(50))
    bare = PLAYBOOK.model_copy(update={"scenarios": (), "escalations": ()})
    found = diagnose(facts(open_reader(tmp_path), HOUR), bare)
    assert len(found) == len(SCENARIOS)
    assert found[0].actions == ()


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf"), 3e38, -1.0, 0.0])
def test_odd_numbers_never_break_the_diagnosis(tmp_path, odd):
    series = {
        tag: [
            (-1 if i == 90 else step, odd if i == 91 else wall, odd if i % 9 == 0 else value)
            for i, (step, wall, value) in enumerate(points)
        ]
        for tag, points in ppo(300).items()
    }
    write_events(tmp_path, series)
    reader = open_reader(tmp_path)
    for minutes in (1, 10, 100, 1000):
        assert len(findings(facts(reader, minutes * MINUTE))) == len(SCENARIOS)
    assert len(findings(facts_of_folder(tmp_path, at(HOUR), PLAYBOOK))) == len(SCENARIOS)


def test_any_folder_can_be_diagnosed(tmp_path):
    write_events(tmp_path, ppo(60, train__approx_kl=lambda i: 3.0 if i > 55 else 0.01))
    given = facts_of_folder(tmp_path, at(60 * MINUTE), PLAYBOOK)
    found = findings(given)
    assert found["kl_explosion"].severity is Severity.CRITICAL
    assert found["hung"].status is FindingStatus.OK
    later = findings(facts_of_folder(tmp_path, at(9 * HOUR), PLAYBOOK))
    assert later["hung"].severity is Severity.CRITICAL
    done = findings(facts_of_folder(tmp_path, at(9 * HOUR), PLAYBOOK, total_steps=60 * 2048))
    assert done["hung"].status is FindingStatus.OK


def test_a_folder_that_nobody_writes_to_has_ended_and_is_not_hung(tmp_path):
    write_events(tmp_path, ppo(60))
    ended = findings(facts_of_folder(tmp_path, at(9 * HOUR), PLAYBOOK, alive=False))
    assert ended["hung"].status is FindingStatus.OK
    assert ended["crash"].status is FindingStatus.OK
    # Between two iterations it can't be known yet.
    fresh = facts_of_folder(tmp_path, at(61 * MINUTE), PLAYBOOK, alive=False)
    assert present(fresh.run).status is TrainingStatus.RUNNING


def test_an_empty_folder_has_no_metrics(tmp_path):
    found = findings(facts_of_folder(tmp_path, at(HOUR), PLAYBOOK))["no_metrics"]
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.WARNING)


def test_a_file_with_only_its_header_is_dated_by_its_name(tmp_path):
    name = f"events.out.tfevents.{int(at(0).timestamp())}.host.1.0"
    write_events(tmp_path, {}, name)
    soon = findings(facts_of_folder(tmp_path, at(5 * MINUTE), PLAYBOOK))["no_metrics"]
    late = findings(facts_of_folder(tmp_path, at(31 * MINUTE), PLAYBOOK))["no_metrics"]
    assert soon.status is FindingStatus.NO_DATA
    assert late.status is FindingStatus.FIRING


def test_only_what_is_asked_for_is_judged(tmp_path, judged):
    write_events(tmp_path, ppo(60))
    reader = open_reader(tmp_path)
    given = facts(reader, 61 * MINUTE)
    whole = {finding.scenario: finding for finding in diagnose(given, PLAYBOOK)}
    for wanted in (("hung", "kl_explosion"), ("not_converging",)):
        judged.clear()
        some = diagnose(facts(reader, 61 * MINUTE), PLAYBOOK, wanted)
        assert [finding.scenario for finding in some] == [s for s in SCENARIOS if s in wanted]
        assert all(finding == whole[finding.scenario] for finding in some)
        assert set(judged) <= {*wanted, *CRITICAL}
    assert "slowdown" not in judged


def test_no_scenario_is_judged_twice_for_the_same_facts(tmp_path, judged):
    write_events(tmp_path, ppo(60))
    reader = open_reader(tmp_path)
    given = facts(reader, 61 * MINUTE)
    first = [*diagnose(given, PLAYBOOK, ("not_converging",)), *diagnose(given, PLAYBOOK, CRITICAL)]
    assert sorted(judged) == sorted(CRITICAL)
    again = {finding.scenario: finding for finding in diagnose(given, PLAYBOOK)}
    assert max(Counter(judged).values()) == 1
    assert all(again[finding.scenario] == finding for finding in first)
    diagnose(replace(given, log=None), PLAYBOOK, CRITICAL)
    assert Counter(judged)["hung"] == 2, "other facts are judged on their own"


def test_what_can_be_critical_is_listed():
    """A check that asks for critical findings leaves the other scenarios out."""
    folder = Path(scenarios.__file__).parent
    reported = {p.stem for p in folder.glob("*.py") if "Severity.CRITICAL" in p.read_text("utf-8")}
    assert reported == set(CRITICAL)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the scenarios whose rules ran, in their order; those by the reward left out."""
    names: list[str] = []

    def noting(
        name: str, rule: Callable[[RunView], ScenarioResult]
    ) -> Callable[[RunView], ScenarioResult]:
        def noted(view: RunView) -> ScenarioResult:
            names.append(name)
            return rule(view)

        return noted

    noted = {name: noting(name, rule) for name, rule in diagnosis._RULES.items()}
    monkeypatch.setattr(diagnosis, "_RULES", noted)
    return names


def test_headlines_and_evidence_have_portuguese_and_survive_a_record(tmp_path):
    write_events(tmp_path, ppo(300))
    reader = open_reader(tmp_path)
    for minutes in (0, 1, 30, 301, 330, 900):
        for finding in diagnose(facts(reader, minutes * MINUTE), PLAYBOOK):
            assert finding.headline.in_("pt") != finding.headline.in_("en")
            for text in (finding.headline, *finding.evidence_for, *finding.evidence_against):
                assert untranslated(text) == []
                assert pickle.loads(pickle.dumps(text)).in_("pt") == text.in_("pt")
                recorded = json.loads(json.dumps(text.as_record(), allow_nan=False))
                assert Message.from_record(recorded).in_("pt") == text.in_("pt")
                assert Message.from_record(recorded) == text


def test_a_finding_is_json_in_the_language_that_is_asked_for(tmp_path):
    found = diagnosed(tmp_path, ppo(50, train__approx_kl=lambda i: 0.9), HOUR)["kl_explosion"]
    assert found.as_dict()["headline"].startswith("KL explosion since step")
    portuguese = found.as_dict("pt")
    assert portuguese["headline"].startswith("Explosão de KL desde o passo")
    assert portuguese["evidence_for"][0].startswith("KL saltou acima de 0,5: ")
