"""Both languages are complete, and what people typed stays text."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from dashboard.components.states import LOOKS
from dashboard.navigation import ENTRIES
from dashboard.wording import TEXTS, Words, plain

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "dashboard").rglob("*.py"))
_KEY = re.compile(r"[a-z]+\.[a-z_]+")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_are_complete_and_name_the_same_values() -> None:
    for key, (english, portuguese) in TEXTS.items():
        assert english.strip() and portuguese.strip(), key
        assert placeholders(english) == placeholders(portuguese), key


def said_keys() -> set[str]:
    """Every literal key that the code asks ``say`` for."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            key = node.args[0]
            if name in {"say", "raw"} and isinstance(key, ast.Constant):
                found.add(key.value)
    return found


def test_every_text_that_the_code_asks_for_exists() -> None:
    asked = said_keys()
    assert len(asked) > 150  # else the search above is broken
    assert asked <= TEXTS.keys()


def test_every_state_and_every_page_has_its_word() -> None:
    words = {f"{group}.{state.value}" for group, looks in LOOKS.values() for state in looks}
    pages = {f"page.{entry.stem}" for entry in ENTRIES}
    assert words | pages <= TEXTS.keys()


def test_every_state_has_a_look() -> None:
    for kind, (_, looks) in LOOKS.items():
        assert set(looks) == set(kind)


def test_states_of_one_kind_never_look_the_same() -> None:
    for _, (group, looks) in LOOKS.items():
        seen = [(look.icon, look.colour) for look in looks.values()]
        assert len(set(seen)) == len(seen), group


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
    shown = Words()("check.ticked_by", by=typed, time="10:00")
    bare = re.sub(r"\\.", "", shown)  # what is left without the escaped characters
    assert not set("*_[]<>$`#|") & set(bare)
    assert ":red" not in bare


def test_a_code_span_shows_a_path_as_it_is() -> None:
    shown = Words()("reval.model_text", path="a_b/c.zip", sha="12", run="r_1", step="4")
    assert "`a_b/c.zip`" in shown
    assert "r\\_1" in shown


def test_a_backtick_can_not_end_a_code_span() -> None:
    shown = Words()("reval.model_text", path="a`**b", sha="12", run="r", step="4")
    assert "`a'**b`" in shown


def test_lines_are_joined_and_lists_do_not_begin() -> None:
    assert plain("one\ntwo") == "one two"
    assert plain("1. first") == "\\1. first"
    assert plain("- first") == "\\- first"
