"""A wrong playbook is refused with the place and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import PlaybookError
from core.playbook import (
    DEFAULT,
    check_playbook,
    default_playbook_text,
    load_playbook,
    parse_playbook,
    playbook_problems,
)
from core.playbook.references import RULES
from core.yaml_files.tree import MAX_CHARACTERS
from tests.expected import present
from tests.portuguese import untranslated

if TYPE_CHECKING:
    from core.playbook.schema import Playbook
    from core.yaml_files import FileProblem

TEXT = default_playbook_text()


def line_of(fragment: str, text: str = TEXT) -> int:
    """Number of the only line that holds the fragment."""
    (number,) = [n for n, line in enumerate(text.splitlines(), 1) if fragment in line]
    return number


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times"
    return TEXT.replace(old, new)


def only_problem(text: str) -> FileProblem:
    (problem,) = playbook_problems(text, "mine.yaml")
    return problem


WRONG_VALUES = [
    # old, new, field, part of what is said
    ("  total_steps: 500000", "  total_steps: -5", "training.total_steps", "greater than or equal to 1000"),
    ("  total_steps: 500000", "  total_steps: 1e30", "training.total_steps", "integer"),
    ("  total_steps: 500000", "  total_steps: 999999999999999999999999", "training.total_steps", "integer"),
    ("  total_steps: 500000", '  total_steps: "500000"', "training.total_steps", "integer"),
    ("  total_steps: 500000", "  total_steps: true", "training.total_steps", "integer"),
    ("  total_steps: 500000", "  total_steps: .inf", "training.total_steps", "integer"),
    ("  total_steps: 500000", "  total_steps: null", "training.total_steps", "integer"),
    ("  gamma: 0.98", "  gamma: 1e30", "training.gamma", "less than or equal to 1"),
    ("  gamma: 0.98", "  gamma: [0.98]", "training.gamma", "number"),
    ("  gamma: 0.98", "  gama: 0.98", "training.gama", "unknown key"),
    ("  net_arch: [64, 64]", "  net_arch: 64", "training.net_arch", "list"),
    ("  net_arch: [64, 64]", "  net_arch: [64, -1]", "training.net_arch[1]", "greater than or equal to 1"),
    ("  episodes: 10", "  episodes: 0", "revalidation.episodes", "greater than or equal to 1"),
    ("symbol: OGNUSDT", "symbol: ogn/usdt", "symbol", "text that matches the pattern"),
    ("symbol: OGNUSDT", "symbol: 1000", "symbol", "string"),
    ("    rights: lead", "    rights: boss", "roles.ml_lead.rights", "'viewer', 'engineer', 'lead' or 'cto'"),
    ("    threshold: 0.01", "    threshold: {a: 1}", "checks.kl_divergence.threshold", "a number, a word"),
    ("    threshold: 0.01", "    threshold: 1e30", "checks.kl_divergence.threshold", "out of range"),
    ("    threshold: 0.01", "    threshold: true", "checks.kl_divergence.threshold", "a number, a word"),
    ("    offset: -6h", "    offset: six hours before", "schedule[0].offset", "not an offset"),
    ("    min_passed: 6", "    min_passed: 7", "decision[0].min_passed", "less than or equal to 6"),
    ("  - id: sharpe\n", "  - id: sortino\n", "gates[0].id", "'sharpe', 'max_drawdown_pct'"),
    ("  - id: flat_reward", "  - id: bad_luck", "scenarios[0].id", "'flat_reward'"),
    ("  command: null", "  command: [train, '{port}']", "training.command", "{port}"),
    ("  command: null", "  command: [train, '{steps']", "training.command", "unbalanced brace"),
    ("    chain: [ml_engineer, swe_lead]", "    chain: []", "escalations[2].chain", "at least 1 item"),
    ("  net_arch: [64, 64]", "  net_arch: [1, 1, 1, 1, 1, 1, 1, 1, 1]", "training.net_arch", "at most 8 items"),
    ("tag: F12-phase4-final", "tag: ''", "tag", "text that matches the pattern"),
    ("  - id: flat_reward", "  - id: flat_rewards", "scenarios[0].id", "did you mean flat_reward?"),
    ("  command: null", "  command: []", "training.command", "the command is empty"),
    ("  command: null", '  command: ["a\\0"]', "training.command", r"'\x00' is a control character"),
    ("  command: null", '  command: [python, "\\e[31m"]', "training.command", r"'\x1b' is a control character"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    WRONG_VALUES,
    ids=[f"{w[2]}={w[1].strip()}" for w in WRONG_VALUES],
)
def test_a_wrong_value_is_refused_with_line_field_and_remedy(old, new, field, said) -> None:
    text = changed(old, new)
    problem = only_problem(text)
    assert problem.field == field
    assert said in problem.what
    assert problem.remedy
    assert untranslated(problem.text) == []
    assert problem.line == line_of(new.strip("\n"), text)
    with pytest.raises(PlaybookError, match=f"mine.yaml, line {problem.line}: ") as refused:
        parse_playbook(text, "mine.yaml")
    assert field in str(refused.value)


WRONG_REFERENCES = [
    ("    checks: [steps_completed, backup_verified,", "    checks: [steps_complete, backup_verified,",
     "schedule[13].checks[0]", "unknown check 'steps_complete'"),
    ("    metric: kl_divergence", "    metric: kl_divergance", "checks.kl_divergence.metric", "unknown metric"),
    ("    owner: cto", "    owner: ceo", "schedule[17].owner", "unknown role 'ceo'"),
    ("    chain: [ml_engineer, swe_lead]", "    chain: [ml_engineer, swe]", "escalations[2].chain[1]", "unknown role 'swe'"),
    ("  - id: hourly_2", "  - id: hourly_1", "schedule[3].id", "duplicate id"),
    ("    threshold: 0.01", "    threshold: small", "checks.kl_divergence.threshold", "is a number"),
    ("    threshold: [INCREASING, STABLE]", "    threshold: [INCREASING, UPWARD]",
     "checks.reward_trend.threshold", "can't have the value 'UPWARD'"),
    ("    threshold: [INCREASING, STABLE]", "    threshold: INCREASING",
     "checks.reward_trend.threshold", "'in' with a list"),
    ("    threshold: 500000", "    threshold: 400000", "checks.steps_completed.threshold", "training.total_steps is 500000"),
    ("  batch_size: 500", "  batch_size: 300", "training.batch_size", "does not divide"),
    ("  lowered_learning_rate: 1e-4", "  lowered_learning_rate: 1e-3",
     "training.lowered_learning_rate", "not below"),
    ("  raised_ent_coef: 0.005", "  raised_ent_coef: 0.0005", "training.raised_ent_coef", "not above"),
    ("    min_passed: 4", "    min_passed: 6", "decision", "leave a gap or overlap"),
    ("    offset: +0h", "    offset: +2h", "schedule[1]", "counted from the launch"),
    ("    number: 6", "    number: 5", "gates", "numbered"),
    ("interval: 1h", "interval: 15m", "interval", "only hourly candles"),
    ("interval: 1h", "interval: 60m", "interval", "only hourly candles"),
    ("  bars_per_year: 8760", "  bars_per_year: 35040", "revalidation.bars_per_year", "8760 hourly bars"),
    ("    escalation: performance", "    escalation: data", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "said"), WRONG_REFERENCES)
def test_what_does_not_fit_together_is_refused_where_it_stands(old, new, field, said) -> None:
    text = changed(old, new)
    if field is None:
        assert playbook_problems(text, "mine.yaml") == []  # another known procedure is fine
        return
    problem = only_problem(text)
    assert problem.field == field
    assert said in problem.what
    assert problem.remedy
    assert untranslated(problem.text) == []


def test_every_rule_of_references_refuses_something() -> None:

    base = load_playbook(DEFAULT)
    gates = base.gates
    broken: dict[str, Playbook] = {
        "ids_are_unique": base.model_copy(update={"schedule": (*base.schedule, base.schedule[0])}),
        "slots_name_known_roles_and_checks": base.model_copy(update={"roles": {}}),
        "checks_measure_known_metrics": base.model_copy(
            update={"checks": {"x": base.checks["speed"].model_copy(update={"op": "in"})}}
        ),
        "checks_repeat_the_training_settings": base.model_copy(
            update={"training": base.training.model_copy(update={"min_steps_per_second": 1.0})}
        ),
        "schedule_has_its_fixed_points": base.model_copy(update={"schedule": base.schedule[1:]}),
        "gates_are_the_six": base.model_copy(update={"gates": gates[:5]}),
        "decision_covers_every_count": base.model_copy(update={"decision": base.decision[:2]}),
        "troubles_name_known_procedures_and_roles": base.model_copy(update={"escalations": ()}),
        "training_settings_fit_together": base.model_copy(
            update={"training": base.training.model_copy(update={"batch_size": 7})}
        ),
        "bars_are_hours": base.model_copy(update={"interval": "1d"}),
    }
    assert {rule.__name__ for rule in RULES} == set(broken)
    for rule in RULES:
        assert list(rule(base)) == []
        assert list(rule(broken[rule.__name__])), rule.__name__


BROKEN_YAML = [
    (TEXT + "symbol: BTCUSDT\n", "duplicate key 'symbol'"),
    (changed("  seed: 7", "  seed: 7\n  seed: 8"), "duplicate key 'seed'"),
    (changed("tag: F12", "tag: [F12"), "invalid YAML"),
    (changed("  gamma: 0.98", "\tgamma: 0.98"), "invalid YAML"),
    (changed("  gamma: 0.98", "  gamma: &g 0.98\n  gae: *g"), "alias"),
    (changed("  gamma: 0.98", "  gamma: !!python/object/apply:os.system [ls]"), "tag"),
    (changed("  gamma: 0.98", "  gamma: 1e999"), "not a finite number"),
    (changed("  gamma: 0.98", "  [a, b]: 0.99"), "a key must be a word"),
    (TEXT + "---\nid: second\n", "invalid YAML"),
    (TEXT + "\x00", "invalid YAML"),
    ("", "the file is empty"),
    ("# only a comment\n", "the file is empty"),
    ("- a\n- list\n", "not a YAML mapping"),
    ("just words", "not a YAML mapping"),
    ("[" * 5000, "YAML"),
    ("{a: " * 50 + "1" + "}" * 50, "nested too deeply"),
    ("x" * (MAX_CHARACTERS + 1), "longer than 1,000,000"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN_YAML, ids=[said for _, said in BROKEN_YAML])
def test_what_is_no_playbook_at_all_is_refused(text, said) -> None:
    problem = only_problem(text)
    assert said in problem.what
    assert problem.remedy
    assert untranslated(problem.text) == []
    assert problem.line >= 1
    with pytest.raises(PlaybookError):
        parse_playbook(text, "mine.yaml")


def test_a_duplicate_key_names_both_lines() -> None:
    text = changed("  seed: 7", "  seed: 7\n  seed: 8")
    first = line_of("  seed: 7", text)
    problem = only_problem(text)
    assert (problem.field, problem.line) == ("training.seed", first + 1)
    assert f"first on line {first}" in problem.what


def test_a_missing_field_is_named_at_its_parent() -> None:
    text = changed("    rights: lead\n", "")
    problem = only_problem(text)
    assert problem.field == "roles.ml_lead.rights"
    assert problem.line == line_of("ml_lead:", text)
    assert "missing" in problem.what
    assert problem.remedy == "Add it: Rights of the role: viewer, engineer, lead or cto."


def test_all_problems_are_listed_in_the_order_of_their_lines() -> None:
    text = TEXT.replace("  gamma: 0.98", "  gamma: 5").replace(
        "    min_passed: 6", "    min_passed: 9"
    )
    text = text.replace("symbol: OGNUSDT", "symbol: ''")
    problems = playbook_problems(text, "mine.yaml")
    assert [problem.field for problem in problems] == [
        "symbol",
        "training.gamma",
        "decision[0].min_passed",
    ]


def test_numbers_and_words_are_read_as_people_write_them() -> None:
    text = changed("  seed: 7", "  seed: 0007")
    assert parse_playbook(text, "x").training.seed == 7
    unquoted = TEXT.replace('time: "10:00"', "time: 10:00")
    assert parse_playbook(unquoted, "x") == load_playbook(DEFAULT)
    assert load_playbook(DEFAULT).training.learning_rate == 3e-4


def test_an_own_trainer_is_read_as_a_list_of_words() -> None:
    text = changed(
        "  command: null", '  command: [python, train.py, --logdir, "{tensorboard_dir}"]'
    )
    assert present(parse_playbook(text, "x").training.command)[-1] == "{tensorboard_dir}"


def test_a_file_is_checked_and_named(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(changed("  gamma: 0.98", "  gamma: 7"), encoding="utf-8")
    with pytest.raises(PlaybookError, match=r"mine\.yaml, line \d+: training\.gamma"):
        check_playbook(path)
    path.write_text("\ufeff" + TEXT, encoding="utf-8")  # as some editors save it
    assert check_playbook(path) == load_playbook(DEFAULT)


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_file_that_can_not_be_read_is_refused(tmp_path, kind) -> None:
    path = tmp_path / "mine.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(PlaybookError, match=r"mine\.yaml") as refused:
        load_playbook(path)
    assert refused.value.remedy
