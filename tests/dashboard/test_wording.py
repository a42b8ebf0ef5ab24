"""Words are complete, speak both languages, and what people typed stays text."""

from __future__ import annotations

import ast
import re

import pytest

from core.diagnosis.diagnose import SCENARIOS as ALL_SCENARIOS
from core.diagnosis.scenario_titles import SCENARIOS
from core.language import Language, Message, plural
from core.paths import CHECKOUT
from core.playbook import DEFAULT, load_playbook
from core.state_words import ACTS_DONE, WORDS
from core.vocabulary import JobKind, Role, SignatureAct
from dashboard.components import conditions
from dashboard.components.states import LOOKS
from dashboard.formatting import number
from dashboard.wording import Words, plain
from dashboard.wording.decision import ACTS, BROKEN, REMEDIES
from dashboard.wording.names import JOB_KINDS, ROLES, SLOT_KINDS

MODEL = "`{path}`, SHA-256 `{sha}`, run {run}, step {step}"


def test_every_state_and_every_name_has_its_word() -> None:
    for kind, words in WORDS.items():
        assert set(words) == set(kind), kind
    assert set(WORDS) >= set(LOOKS)
    assert set(ROLES) == set(Role)
    assert set(JOB_KINDS) == set(JobKind)
    assert set(ACTS) == set(ACTS_DONE) == set(SignatureAct)
    assert set(BROKEN) == set(REMEDIES) == conditions.BROKEN


def test_every_slot_of_the_playbook_has_a_name() -> None:
    assert {slot.kind for slot in load_playbook(DEFAULT).schedule} <= set(SLOT_KINDS)


def test_every_scenario_beyond_the_manual_has_a_name() -> None:
    manual = {scenario.id for scenario in load_playbook(DEFAULT).scenarios}
    assert set(SCENARIOS) == set(ALL_SCENARIOS) - manual


def test_every_state_has_a_look() -> None:
    for kind, looks in LOOKS.items():
        assert set(looks) == set(kind)


def test_states_of_one_kind_never_look_the_same() -> None:
    for kind, group in LOOKS.items():
        seen = [(look.icon, look.colour) for look in group.values()]
        assert len(set(seen)) == len(seen), kind


@pytest.mark.parametrize(
    "typed",
    [
        "**bold** and _thin_",
        "[link](http://evil.example)",
        "<script>alert(1)</script>",
        ":red[alarm]",
        "$x^2$",
        "![image](http://evil.example/x.png)",
        "`code` | pipe",
        "# heading",
    ],
)
def test_what_people_typed_never_becomes_markup(typed: str) -> None:
    shown = Words()("{by} countersigned the override.", by=typed)
    bare = re.sub(r"\\.", "", shown)  # what is left without the escaped characters
    assert not set("*_[]<>$`#|") & set(bare)
    assert ":red" not in bare


def test_a_code_span_shows_a_path_as_it_is() -> None:
    shown = Words()(MODEL, path="a_b/c.zip", sha="12", run="r_1", step="4")
    assert "`a_b/c.zip`" in shown
    assert "r\\_1" in shown


def test_a_backtick_can_not_end_a_code_span() -> None:
    shown = Words()(MODEL, path="a`**b", sha="12", run="r", step="4")
    assert "`a'**b`" in shown


def test_what_people_typed_can_not_stand_for_another_value() -> None:
    first = Words()("{a} {b}", a="0000", b="**x**")
    assert first == "0000 \\*\\*x\\*\\*"


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_message_shows_its_words_and_code_spans_alone(language: Language) -> None:
    message = Message("Run `trainweek {name}` *now*: {why}", name="a_b", why="**x**")
    shown = Words(language)(message)
    assert shown == "Run `trainweek a_b` \\*now\\*\\: \\*\\*x\\*\\*"
    assert Words(language).text(message) == shown


def test_a_text_of_an_old_record_stays_as_it_is() -> None:
    assert Words("pt").text("lost {x} *y*") == "lost \\{x\\} \\*y\\*"


def test_numbers_within_a_sentence_follow_the_language() -> None:
    assert Words("pt").raw("{n} x", n=number(500_000)) == "500.000 x"
    assert Words("pt")("{n:+.2f}", n=-1.392) == "−1,39"
    assert Words("en")("{n:+.2f}", n=-1.392) == "-1.39"


def test_one_and_many_are_worded_apart() -> None:
    for count, english, portuguese in ((1, "1 tick", "1 marcação"), (2, "2 ticks", "2 marcações")):
        message = plural("{n} tick", "{n} ticks", count)
        assert Words("en")(message) == english
        assert Words("pt")(message) == portuguese


def test_lines_are_joined_and_lists_do_not_begin() -> None:
    assert plain("one\ntwo") == "one two"
    assert plain("1. first") == "\\1. first"
    assert plain("- first") == "\\- first"


def test_no_field_shows_the_english_word_that_streamlit_adds_to_a_required_one() -> None:
    fields = {"text_area", "text_input", "number_input", "date_input", "selectbox", "multiselect"}
    found = [
        f"{path.name}:{call.lineno}"
        for path in (CHECKOUT / "dashboard").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in fields
        and any(keyword.arg == "required" for keyword in call.keywords)
    ]
    assert not found
