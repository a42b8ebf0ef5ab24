"""What commands print is in the language of the terminal; JSON and exit codes are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError, InputError
from core.language import FIRST_LANGUAGE, Message
from runner.cli.program import _print_error
from runner.cli.speech import (
    LANGUAGE_VARIABLE,
    as_json,
    in_words,
    printable,
    tell,
    visible,
    warn,
)
from runner.cli.weeks import list_weeks
from runner.settings import Terminal, variable
from tests.dashboard.place import Place

if TYPE_CHECKING:
    from pathlib import Path

NO_RUNNER = Message("No runner is active for {home} on this machine.", home="/home/x")


@pytest.fixture
def portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINWEEK_LANGUAGE", "pt")


def test_english_is_spoken_without_a_setting_whatever_the_machine_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")
    assert in_words(NO_RUNNER) == NO_RUNNER


def test_a_sentence_is_printed_in_the_language_of_the_terminal(
    portuguese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(NO_RUNNER, "plain text")
    assert capsys.readouterr().out == (
        "Nenhum runner ativo para /home/x nesta máquina.\nplain text\n"
    )


def test_an_error_and_its_remedy_are_translated(
    portuguese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _print_error(
        ConflictError(
            Message("There is no active week."),
            Message("Make one: trainweek week new --launch 2026-11-23T14:00Z"),
        ),
        2,
    )
    reported = capsys.readouterr().err.splitlines()
    assert reported[0].startswith("erro: ")
    assert reported[0] != "erro: There is no active week."
    assert reported[1].startswith("  ")
    assert reported[1].endswith("trainweek week new --launch 2026-11-23T14:00Z")


def test_a_language_that_is_none_of_ours_is_refused_and_said_in_english(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAINWEEK_LANGUAGE", "Klingon")
    with pytest.raises(InputError, match=r"TRAINWEEK_LANGUAGE is 'Klingon'. Give one of en, pt"):
        tell(NO_RUNNER)
    _print_error(ConflictError(NO_RUNNER), 2)
    assert capsys.readouterr().err == f"error: {NO_RUNNER}\n"


def test_json_is_the_same_in_each_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path / "home")
    place.week()
    found = []
    for language in ("en", "pt"):
        monkeypatch.setenv("TRAINWEEK_LANGUAGE", language)
        list_weeks(home=place.home.root, json=True)
        found.append(json.loads(capsys.readouterr().out))
        list_weeks(home=place.home.root)
        assert ("lançamento" in capsys.readouterr().out) is (language == "pt")
    assert found[0] == found[1]


def test_control_characters_are_escaped_wherever_text_is_printed(capsys):
    hidden = "a\x1b[31m\x9b2J\u202eb\u200b\ufeff\xad"
    escaped = "a\\x1b[31m\\x9b2J\\u202eb\\u200b\\ufeff\\xad"
    assert visible(hidden + "\n\r") == escaped + "\\n\\r"
    assert printable(hidden + "\n\tü 漢 👩\u200d💻") == escaped + "\n\tü 漢 👩\u200d💻"
    tell(hidden)
    warn(hidden)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (escaped + "\n", escaped + "\n")
    text = as_json({hidden: ["ü\n"]})
    assert not set(text) & {"\x1b", "\x9b", "\u202e"}
    assert json.loads(text) == {hidden: ["ü\n"]}


def test_the_language_variable_is_the_setting_s() -> None:
    assert variable("language") == LANGUAGE_VARIABLE
    assert Terminal.model_fields["language"].default == FIRST_LANGUAGE
