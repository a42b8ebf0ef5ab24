"""Numbers of a playbook inside its texts."""

from __future__ import annotations

from core.playbook import default_playbook_text, parse_playbook

OWN = """\
extends: phase4
checks:
  kl_divergence:
    threshold: 0.02
training:
  raised_ent_coef: 0.01
scenarios:
  - id: not_converging
    hours: 6
"""


def test_texts_of_the_built_in_playbook_show_its_limits() -> None:
    playbook = parse_playbook(default_playbook_text(), "phase4.yaml")
    assert playbook.checks["kl_divergence"].title.en == "Is the KL divergence below 0.01?"
    assert playbook.checks["kl_divergence"].title.pt == "A divergência KL está abaixo de 0,01?"
    assert playbook.checks["steps_completed"].title.en == "Did the run complete its 500,000 steps?"
    assert "{" not in str([spec.model_dump() for spec in playbook.scenarios]).replace("{'", "")


def test_texts_follow_the_limits_of_an_extension() -> None:
    playbook = parse_playbook(OWN, "own.yaml")
    assert playbook.checks["kl_divergence"].title.en == "Is the KL divergence below 0.02?"
    assert "first 6 h" in playbook.scenario("not_converging").symptom.en
    assert "from 0.001 to 0.01" in playbook.scenario("flat_reward").actions[2].en
    assert "de 0,001 para 0,01" in playbook.scenario("flat_reward").actions[2].pt


def test_a_procedure_may_name_the_limit_of_a_scenario() -> None:
    own = OWN + "  - id: flat_reward\n    hours: 3\n"
    actions = parse_playbook(own, "own.yaml").escalation("performance").actions
    assert any("longer than 3 h" in step.en for step in actions)


def test_other_braces_stay_as_written() -> None:
    text = OWN + "objective: {en: 'See {run}, {threshold}, {training.seed:q}', pt: x}\n"
    playbook = parse_playbook(text, "own.yaml")
    assert playbook.objective.en == "See {run}, {threshold}, {training.seed:q}"


def test_a_filled_text_keeps_its_command_and_its_button() -> None:
    step = parse_playbook(OWN, "own.yaml").scenario("flat_reward").actions[2]
    assert step.act == "restart_raised_ent_coef"
