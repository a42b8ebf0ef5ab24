from __future__ import annotations

import json
import os
import pickle
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pydantic import BaseModel, ValidationError

from core import language
from core.language import (
    Message,
    alternatives,
    catalogue,
    joined,
    literal,
    plural,
    recorded,
    recorded_message,
    recorded_messages,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORTUGUESE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "KL jumped above {limit}: {value:.3g} at step {step:,}"
msgstr "O KL passou de {limit}: {value:.3g} no passo {step:,}"

msgid "{n} bar"
msgid_plural "{n} bars"
msgstr[0] "{n} candle"
msgstr[1] "{n} candles"

msgid "stopped by {who}"
msgstr "parado por {who}"

msgid "the runner"
msgstr "o runner"
"""


@pytest.fixture(autouse=True)
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small catalogue of our own, so that no sentence of the product is needed here."""
    folder = tmp_path / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(PORTUGUESE, encoding="utf-8")
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    catalogue.cache_clear()
    yield folder
    catalogue.cache_clear()


def jump() -> Message:
    return Message(
        "KL jumped above {limit}: {value:.3g} at step {step:,}", limit=0.1, value=0.25, step=13312
    )


def test_a_message_is_its_english_sentence() -> None:
    assert jump() == "KL jumped above 0.1: 0.25 at step 13,312"
    assert (
        json.dumps({"reason": jump()}) == '{"reason": "KL jumped above 0.1: 0.25 at step 13,312"}'
    )
    assert jump().in_("en") == str(jump())


def test_in_portuguese_the_sentence_and_its_numbers_are_portuguese() -> None:
    assert jump().in_("pt") == "O KL passou de 0,1: 0,25 no passo 13.312"


def test_a_sentence_without_an_entry_and_an_unknown_language_stay_english() -> None:
    assert Message("no such sentence, {n:.1f}", n=0.5).in_("pt") == "no such sentence, 0,5"
    assert jump().in_("xx") == str(jump())
    assert Message("").in_("pt") == ""  # gettext's own answer would be the catalogue's header


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1.234.567,00"),
        (-1.392, "−1,39"),
        (np.float64(0.25), "0,25"),
        (np.float32(0.25), "0,25"),
        (np.int64(2500), "2.500,00"),
    ],
)
def test_numbers_follow_the_language_whatever_made_them(value, text) -> None:
    assert Message("{value:,.2f}", value=value).in_("pt") == text


def test_what_is_no_number_keeps_its_dots() -> None:
    assert Message("{file} {on}", file="best.zip", on=True).in_("pt") == "best.zip True"


@pytest.mark.parametrize(
    ("n", "english", "portuguese"),
    [(0, "0 bars", "0 candle"), (1, "1 bar", "1 candle"), (2, "2 bars", "2 candles")],
)
def test_each_language_has_its_own_plural_rule(n, english, portuguese) -> None:
    message = plural("{n} bar", "{n} bars", n)
    assert message == english
    assert message.in_("pt") == portuguese


def test_a_message_in_a_message_is_translated_with_it() -> None:
    message = Message("stopped by {who}", who=Message("the runner"))
    assert message == "stopped by the runner"
    assert message.in_("pt") == "parado por o runner"


def test_joined_messages_are_translated_one_by_one() -> None:
    both = joined([jump(), plural("{n} bar", "{n} bars", 2)], "; ")
    assert both == "KL jumped above 0.1: 0.25 at step 13,312; 2 bars"
    assert both.in_("pt") == "O KL passou de 0,1: 0,25 no passo 13.312; 2 candles"
    assert joined([]) == ""


def test_literal_text_is_the_same_everywhere_and_may_hold_braces() -> None:
    assert literal("{step} 1,000.5").in_("pt") == "{step} 1,000.5"
    assert literal(message := jump()) is message


def test_said_translates_messages_and_leaves_strings() -> None:
    assert said(Message("the runner"), "pt") == "o runner"
    assert said("the runner", "pt") == "the runner"


def test_only_values_are_escaped_and_nested_ones_once() -> None:
    def escape(text: str) -> str:
        return text.replace("<", "&lt;").replace("&&", "&amp;")

    inner = Message("stopped by {who}", who="<b>")
    outer = Message("<i>{what}</i> {count:,}", what=inner, count=1000)
    assert outer.in_("en", escape) == "<i>stopped by &lt;b></i> 1,000"
    assert outer.in_("pt", escape) == "<i>parado por &lt;b></i> 1.000"


@pytest.mark.parametrize(
    "message",
    [
        jump(),
        plural("{n} bar", "{n} bars", 2),
        Message("stopped by {who}", who=Message("the runner")),
        joined([Message("the runner"), literal("x.zip")]),
        Message("the runner"),
    ],
    ids=str,
)
def test_a_record_and_a_pickle_are_read_back_as_the_same_message(message: Message) -> None:
    record = json.loads(json.dumps(message.as_record()))
    for again in (Message.from_record(record), pickle.loads(pickle.dumps(message))):
        assert isinstance(again, Message)
        assert again == message
        assert again.in_("pt") == message.in_("pt")
        assert again.as_record() == message.as_record()


def test_a_record_holds_plain_numbers() -> None:
    record = Message("{a} {b}", a=np.float32(0.5), b=np.int64(3)).as_record()
    assert json.dumps(record) == '{"template": "{a} {b}", "values": {"a": 0.5, "b": 3}}'


def test_what_an_older_version_recorded_as_text_stays_text() -> None:
    assert Message.from_record("KL {is} high").in_("pt") == "KL {is} high"


@pytest.mark.parametrize(
    "record", [None, 3, {}, {"template": "{a}"}, {"template": "{}", "values": {}}, {"values": {}}]
)
def test_what_is_no_record_is_refused(record) -> None:
    with pytest.raises(ValueError, match="is not a recorded message"):
        Message.from_record(record)


def test_a_body_keeps_the_text_and_beside_it_what_translates_it() -> None:
    body = json.loads(json.dumps(recorded({"reason": jump(), "all": [{"by": jump()}], "n": 1})))
    assert body["reason"] == body["all"][0]["by"] == str(jump())
    assert recorded_message(body, "reason").in_("pt") == jump().in_("pt")
    assert recorded_message(body["all"][0], "by").in_("pt") == jump().in_("pt")
    assert recorded_message({"reason": "of an older version"}, "reason") == "of an older version"
    assert recorded_message({"reason": "text", "reason_message": {"no": 1}}, "reason") == "text"
    assert recorded_message({}, "reason") == ""


def test_a_list_of_texts_keeps_the_record_of_each_message() -> None:
    body = json.loads(json.dumps(recorded({"warnings": [jump(), "typed"], "other": ["a"]})))
    assert body["warnings"] == [str(jump()), "typed"]
    assert "other_messages" not in body
    first, second = recorded_messages(body, "warnings")
    assert (first.in_("pt"), second.in_("pt")) == (jump().in_("pt"), "typed")
    assert recorded_messages({"warnings": ["old"]}, "warnings") == ["old"]
    assert recorded_messages({"warnings": ["a"], "warnings_messages": [1]}, "warnings") == ["a"]
    assert recorded_messages({}, "warnings") == []


def test_a_field_of_a_model_keeps_template_and_values_in_json() -> None:
    class Note(BaseModel):
        text: Message

    note = Note(text=jump())
    assert note.model_dump()["text"] == str(jump())
    again = Note.model_validate_json(note.model_dump_json())
    assert again.text.in_("pt") == jump().in_("pt")
    assert Note.model_validate({"text": "typed"}).text == "typed"
    with pytest.raises(ValidationError, match="not a recorded message"):
        Note.model_validate({"text": 3})


def test_the_compiled_catalogue_is_used_while_it_is_newer_than_its_source(locales: Path) -> None:
    source, compiled = locales / "messages.po", locales / "messages.mo"
    other = PORTUGUESE.replace("o runner", "o executor")
    with compiled.open("wb") as file:
        write_mo(file, read_po(other.splitlines(keepends=True), locale="pt_BR"))
    os.utime(source, (1, 1))
    assert Message("the runner").in_("pt") == "o executor"
    catalogue.cache_clear()
    os.utime(compiled, (0, 0))
    assert Message("the runner").in_("pt") == "o runner"


def test_without_a_catalogue_at_all_the_error_names_the_file(locales: Path) -> None:
    shutil.rmtree(locales)
    with pytest.raises(FileNotFoundError, match=r"messages\.po"):
        jump().in_("pt")


@pytest.mark.parametrize(
    ("message", "english"),
    [
        (
            Message("Due {at:%d %b %H:%M} UTC.", at=datetime(2026, 2, 27, 16, tzinfo=UTC)),
            "Due 27 Feb 16:00 UTC.",
        ),
        (Message("KL {kl:.4g}", kl=float("nan")), "KL nan"),
        (Message("KL {kl:.4g}", kl=np.float64(0.25)), "KL 0.25"),
        (joined([Message("KL {kl:.1f}.", kl=float("-inf"))]), "KL -inf."),
    ],
)
def test_values_that_json_lacks_survive_a_record(message: Message, english: str) -> None:
    text = json.dumps(message.as_record(), allow_nan=False)
    again = Message.from_record(json.loads(text))
    assert again == message == english
    assert again.in_("pt") == message.in_("pt")


def test_alternatives_are_joined_by_or() -> None:
    assert alternatives(["RUNNING"]) == "RUNNING"
    assert alternatives(["a", "b", "c"]) == "a, b or c"


def test_days_and_moments_follow_the_language_and_survive_a_record() -> None:
    message = Message(
        "{first:%Y-%m-%d} to {last:%Y-%m-%d %H:%M} UTC",
        first=date(2026, 2, 23),
        last=datetime(2026, 2, 27, 16, tzinfo=UTC),
    )
    assert message == "2026-02-23 to 2026-02-27 16:00 UTC"
    assert message.in_("pt") == "23/02/2026 to 27/02/2026 16:00 UTC"
    read = Message.from_record(json.loads(json.dumps(message.as_record())))
    assert (read, read.in_("pt")) == (message, message.in_("pt"))


def test_a_message_within_a_sentence_can_be_in_capitals() -> None:
    message = Message("{word:upper} and {word:>6}", word=Message("done"))
    assert message == "DONE and   done"
    assert message.in_("xx") == "DONE and   done"
