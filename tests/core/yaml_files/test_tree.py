"""Two parsers of one text: the quick one, and the one that says most exactly what is wrong."""

from __future__ import annotations

import pytest

from core.playbook import default_playbook_text
from core.yaml_files import tree

TEXTS = (
    default_playbook_text(),
    "a: 10:00\nb: no\nc: 3e-4\nd: 007\ne: .5\nf: ~\ng:\nh: TRUE\n",
    "- 'it''s'\n- \"a\\tb\"\n- |\n  two\n  lines\n- >\n  one\n  line\n- {a: [1, -2], b: x}\n",
    "# a comment\n---\nkey: value # another\n...\n",
)


@pytest.mark.parametrize("text", TEXTS)
def test_both_parsers_read_the_same_values_on_the_same_lines(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = tree.read_tree.__wrapped__
    quick = read(text)
    monkeypatch.setattr(tree, "_QUICK", tree._Loader)
    assert read(text) == quick
    assert len(quick.lines) > 1


def test_an_installation_without_the_quick_parser_is_told_by_the_other_what_is_wrong() -> None:
    with pytest.raises(tree.TreeError) as refused:
        tree.read_tree("a: [1\nb: 2\n")
    assert "expected ',' or ']', but got ':'" in str(refused.value.what)
    assert refused.value.line == 2


@pytest.mark.parametrize("bad", ["\ud800", "\ufeff"])
def test_half_a_character_and_a_mark_within_are_refused_by_line(bad: str) -> None:
    with pytest.raises(tree.TreeError) as refused:
        tree.read_tree(f"a: 1\nb: {bad}2\n")
    assert f"U+{ord(bad):04X}" in str(refused.value.what)
    assert refused.value.line == 2


def test_a_mark_at_the_start_is_none_of_the_text() -> None:
    assert tree.read_tree("\ufeffa: 1\n").data == {"a": 1}
