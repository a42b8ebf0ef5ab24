"""Every sentence that the code says has its Portuguese, with the same values."""

from __future__ import annotations

import io
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from core.language import LOCALES
from core.locales.sentences import extract

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
KEYWORDS = {"Message": None, "plural": (1, 2), "say": None, "raw": None}
Sentence = str | tuple[str, ...]


class _Source(io.BytesIO):
    def __init__(self, code: str, name: str) -> None:
        super().__init__(code.encode())
        self.name = name


def sentences_of(code: str, name: str = "dashboard/page.py") -> set[Sentence]:
    return {text for _, _, text, _ in extract(_Source(code, name), KEYWORDS, (), {})}


def sentences() -> Iterator[tuple[Path, Sentence]]:
    for package in ("core", "runner", "dashboard"):
        for path in sorted((ROOT / package).rglob("*.py")):
            with path.open("rb") as file:
                for _, _, text, _ in extract(file, KEYWORDS, (), {}):
                    yield path.relative_to(ROOT), text


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('say("Two " "parts")', {"Two parts"}),
        ('page.say.raw("A label")', {"A label"}),
        ("f\"**{say('In an f-string')}** {x}\"", {"In an f-string"}),
        ('say("One" if many else "Other")', {"One", "Other"}),
        ('say("Outer {x}", x=say.raw("Inner"))', {"Outer {x}", "Inner"}),
        ('plural("{n} bar", "{n} bars", n)', {("{n} bar", "{n} bars")}),
        ("say(message)", set()),
    ],
)
def test_a_sentence_is_found_wherever_it_stands(code: str, found: set[Sentence]) -> None:
    assert sentences_of(code) == found


def test_a_sentence_of_a_report_is_found() -> None:
    assert sentences_of('v.say("A figure {x}", x=1)', "core/report/memo.py") == {"A figure {x}"}


def test_what_others_call_say_is_no_sentence() -> None:
    assert sentences_of('say("gates")', "core/decision/build.py") == set()
    assert sentences_of('Message("A reason")', "core/gates.py") == {"A reason"}


def test_every_sentence_has_its_portuguese_with_the_same_values() -> None:
    with (LOCALES / "pt_BR" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="pt_BR")
    missing, wrong, count = [], [], 0
    for path, text in sentences():
        forms = (text,) if isinstance(text, str) else text
        entry = catalogue.get(forms[0])
        translated = (entry.string if entry else None) or ()
        translated = (translated,) if isinstance(translated, str) else translated
        allowed = {name for form in forms for name in fields(form)}
        count += 1
        if len(translated) != len(forms) or not all(translated):
            missing.append(f"{path}: {forms[0]}")
        elif any(fields(one) - allowed for one in translated):
            wrong.append(f"{path}: {forms[0]}")
    assert count > 600  # else the search above is broken
    assert not missing, "\n".join(missing)
    assert not wrong, "\n".join(wrong)
