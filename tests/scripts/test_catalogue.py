from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from scripts.catalogue import HEADER, fields, sentences_of_the_code, updated, wrong_entries

ENTRY = 'msgid "at step {step:,}"\nmsgstr "no passo {step:,}"\n'
PLURAL = (
    'msgid "{n} bar"\nmsgid_plural "{n} bars"\nmsgstr[0] "{n} candle"\nmsgstr[1] "{n} candles"\n'
)


def extracted(*ids: str | tuple[str, str], file: str = "core/a.py") -> Catalog:
    catalogue = Catalog()
    for index, said in enumerate(ids):
        catalogue.add(said, locations=[(file, index + 1)])
    return catalogue


def test_an_update_keeps_what_is_known_adds_what_is_new_and_drops_what_left() -> None:
    known = HEADER + ENTRY + '\nmsgid "gone"\nmsgstr "saiu"\n'
    text = updated(extracted("at step {step:,}", "new", ("{n} bar", "{n} bars")), known)
    assert text.startswith(HEADER)
    assert "gone" not in text
    catalogue = read_po(io.StringIO(text), locale="pt_BR")
    assert {message.id: message.string for message in catalogue if message.id} == {
        "at step {step:,}": "no passo {step:,}",
        "new": "",
        ("{n} bar", "{n} bars"): ("", ""),
    }
    assert not any(message.fuzzy for message in catalogue)


def test_an_update_changes_nothing_the_second_time_and_knows_no_line_numbers() -> None:
    code = extracted("at step {step:,}", ("{n} bar", "{n} bars"))
    once = updated(code, HEADER + ENTRY + "\n" + PLURAL)
    assert updated(code, once) == once
    assert "#: core/a.py\n" in once


def test_a_sentence_that_became_a_plural_wants_new_portuguese() -> None:
    text = updated(extracted(("{n} bar", "{n} bars")), HEADER + 'msgid "{n} bar"\nmsgstr "{n} x"\n')
    assert "no Portuguese for '{n} bar'" in list(wrong_entries(text))


def test_a_complete_catalogue_has_no_problems() -> None:
    assert list(wrong_entries(HEADER + ENTRY + "\n" + PLURAL)) == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (ENTRY.replace("no passo {step:,}", ""), "no Portuguese for 'at step {step:,}'"),
        (PLURAL.replace("{n} candles", ""), "no Portuguese for '{n} bar'"),
        ("#, fuzzy\n" + ENTRY, "'at step {step:,}' is marked fuzzy"),
        (
            ENTRY.replace("passo {step:,}", "passo {passo:,}"),
            "'at step {step:,}' has the fields ['step'], its Portuguese ['passo']",
        ),
        (
            ENTRY.replace("passo {step:,}", "passo"),
            "'at step {step:,}' has the fields ['step'], its Portuguese []",
        ),
        (
            ENTRY.replace("passo {step:,}", "passo {step"),
            "the Portuguese of 'at step {step:,}' can't be formatted: expected '}' before end of string",
        ),
        (PLURAL + 'msgstr[2] "{n} x"\n', "it can't be compiled"),
    ],
    ids=["empty", "half a plural", "fuzzy", "other field", "no field", "broken", "three plurals"],
)
def test_a_wrong_entry_is_named(entry: str, problem: str) -> None:
    (found,) = wrong_entries(HEADER + entry)
    assert found.startswith(problem)


def test_the_singular_may_leave_the_count_out() -> None:
    one = PLURAL.replace('"{n} bar"', '"one bar"').replace('"{n} candle"', '"um candle"')
    assert list(wrong_entries(HEADER + one)) == []


def test_fields_inside_a_format_are_fields_too() -> None:
    assert fields("{value:.{digits}f} of {total} {{no field}}") == {"value", "digits", "total"}


def test_the_sentences_of_the_code_are_found_with_their_plurals() -> None:
    catalogue, _ = sentences_of_the_code()
    ids = [message.id for message in catalogue if message.id]
    assert len(ids) > 300
    assert any(isinstance(said, tuple) for said in ids)
