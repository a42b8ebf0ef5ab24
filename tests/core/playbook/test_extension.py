"""A playbook that names only what differs from the one that comes with trainweek."""

from __future__ import annotations

import pytest

from core.errors import PlaybookError
from core.playbook import DEFAULT, load_playbook, parse_playbook, playbook_problems, whole_text

THREE_LINES = "extends: phase4\ntraining:\n  total_steps: 50000\n"


def test_three_lines_are_a_playbook_and_the_checks_follow() -> None:
    playbook, phase4 = parse_playbook(THREE_LINES, "x"), load_playbook(DEFAULT)
    assert playbook.training.total_steps == 50_000
    assert playbook.checks["steps_completed"].threshold == 50_000
    assert playbook.gates == phase4.gates
    assert playbook.schedule == phase4.schedule
    assert playbook.training.gamma == phase4.training.gamma


def test_a_check_that_is_written_out_does_not_follow() -> None:
    text = THREE_LINES + "checks:\n  steps_completed:\n    threshold: 9\n"
    (problem,) = playbook_problems(text, "mine.yaml")
    assert problem.field == "checks.steps_completed.threshold"
    assert problem.line == 6  # in the file that the person wrote


def test_lists_with_ids_are_merged_and_new_items_come_last() -> None:
    text = (
        'extends: phase4\nschedule:\n  - id: daily_2\n    time: "09:30"\n'
        "gates:\n  - id: sharpe\n    threshold: 1.5\n"
    )
    playbook, phase4 = parse_playbook(text, "x"), load_playbook(DEFAULT)
    assert playbook.slot("daily_2").time != phase4.slot("daily_2").time
    assert [slot.id for slot in playbook.schedule] == [slot.id for slot in phase4.schedule]
    assert playbook.gate("sharpe").threshold == 1.5
    assert playbook.gate("calmar") == phase4.gate("calmar")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("id: mine\nextends: phase9\n", 2, "unknown playbook to extend: 'phase9'"),
        ("extends: [phase4]\n", 1, "unknown playbook"),
        ("extends: phase4\n\ntraining:\n  gama: 0.9\n", 4, "unknown"),
        ("extends: phase4\nschedule:\n  - id: daily_1\n    time: noon\n", 4, "noon"),
        ("extends: phase4\ntraining: 7\n", 2, "training"),
        ("extends: phase4\nchecks: []\n", 2, "checks"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, what: str) -> None:
    problem = playbook_problems(text, "mine.yaml")[0]
    assert problem.line == line
    assert what in str(problem)


@pytest.mark.parametrize(
    ("part", "item", "value"),
    [
        ("gates", "sharpe", "threshold: {n}.5"),
        ("schedule", "hourly_1", "grace_minutes: {n}"),
        ("scenarios", "kl_explosion", "threshold: 0.{n}"),
        ("escalations", "crash", "log_line: '[ISSUE] {n}'"),
    ],
)
def test_an_id_that_is_given_twice_is_refused_at_its_second_place(
    part: str, item: str, value: str
) -> None:
    lines = [f"  - id: {item}\n    {value.format(n=n)}\n" for n in (1, 2)]
    (problem,) = playbook_problems(f"extends: phase4\n{part}:\n" + "".join(lines), "mine.yaml")
    assert problem.what == f"duplicate id {item!r}"
    assert problem.line == 5
    assert problem.remedy == "Use a unique id."


@pytest.mark.parametrize(
    ("part", "item", "near"),
    [
        ("scenarios", "kl_explosions", "kl_explosion"),
        ("gates", "sharp", "sharpe"),
        ("escalations", "crashed", "crash"),
    ],
)
def test_a_mistyped_id_is_one_problem_that_names_the_nearest(
    part: str, item: str, near: str
) -> None:
    text = f"extends: phase4\n{part}:\n  - id: {item}\n"
    (problem,) = playbook_problems(text, "mine.yaml")
    assert problem.what.startswith(f"'{item}' is invalid")
    assert problem.what.endswith(f"did you mean {near}?")
    assert problem.line == 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("training: 7\n", "7 is invalid; expected a mapping of keys"),
        ("roles: {}\n", None),
        ("schedule: 7\n", "7 is invalid; expected a list"),
        ("tag: [a]\n", "['a'] is invalid; expected a string"),
    ],
)
def test_what_is_expected_is_said_in_plain_words(text: str, wanted: str | None) -> None:
    problems = playbook_problems("extends: phase4\n" + text, "mine.yaml")
    assert [problem.what for problem in problems] == ([wanted] if wanted else [])


def test_a_setting_of_a_wrong_type_is_one_problem_where_it_stands() -> None:
    (problem,) = playbook_problems("extends: phase4\ntraining:\n  total_steps: true\n", "mine.yaml")
    assert (problem.field, problem.line) == ("training.total_steps", 3)


def test_the_whole_text_stands_by_itself() -> None:
    whole = whole_text(THREE_LINES)
    assert "extends" not in whole
    assert parse_playbook(whole, "x") == parse_playbook(THREE_LINES, "y")
    assert whole_text(whole) == whole
    with pytest.raises(PlaybookError):
        parse_playbook("extends: nothing\n", "x")
