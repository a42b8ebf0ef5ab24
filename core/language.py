"""The languages of the product, and sentences that can be read in each of them.

The English sentence is written in the code where it is used; it is also the key of its
translation. Each language has one gettext catalogue, below
``core/locales/``. Babel extracts, updates and checks it (``make catalogue``, ``make check``).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from numbers import Real
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Language = Literal["en", "pt"]
FIRST_LANGUAGE: Language = "en"  # where none is asked for
LANGUAGES: dict[Language, str] = {"en": "English", "pt": "Português"}

LOCALES = Path(__file__).parent / "locales"
_LOCALE: dict[Language, str] = {"pt": "pt_BR"}
DAY = "%Y-%m-%d"  # how a sentence writes a day: ``{at:%Y-%m-%d %H:%M}``
_SWAPPED = str.maketrans(".,", ",.")  # Brazilian numbers: 500.000 and −0,25


class Message(str):
    """A sentence with values, readable in every language of the product.

    As a ``str`` it is the English sentence, so files, logs and JSON need no conversion.
    Values keep their types: the catalogue's sentence formats them again, numbers by the
    language's rules. A value may be a :class:`Message`; it is translated with the sentence.

    >>> Message("KL jumped above {limit}: {value:.3g} at step {step:,}", limit=0.1, value=0.25, step=9000)
    'KL jumped above 0.1: 0.25 at step 9,000'
    """

    template: str
    plural: str | None
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        """Format a literal English template with its values.

        :raises KeyError: the template has a field without a value.
        """
        return cls._made(template, None, values)

    @classmethod
    def _made(cls, template: str, plural: str | None, values: Mapping[str, Any]) -> Message:
        chosen = template if plural is None or values["n"] == 1 else plural
        made = super().__new__(cls, chosen.format(**values))
        made.template, made.plural, made.values = template, plural, values
        return made

    def __format__(self, spec: str) -> str:
        return _cased(str(self), spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return Message._made, (self.template, self.plural, dict(self.values))

    def in_(self, language: str, escape: Callable[[str], str] | None = None) -> str:
        """The sentence in a language; English for one that has no catalogue.

        :param escape: applied to each value that is not a message, for example to keep
            what people typed from becoming markup.
        """
        if language == "en" and escape is None:
            return str(self)
        return _Values(language, escape).vformat(self._template_in(language), (), self.values)

    def _template_in(self, language: str) -> str:
        known = catalogue(language)
        if self.plural is None:
            return known.gettext(self.template) if self.template else self.template
        return known.ngettext(self.template, self.plural, self.values["n"])

    def as_record(self) -> dict[str, Any]:
        """JSON with template and values, for :meth:`from_record`."""
        made: dict[str, Any] = {"template": self.template}
        if self.plural is not None:
            made["plural"] = self.plural
        if self.values:
            made["values"] = {name: _saved(value) for name, value in self.values.items()}
        return made

    @classmethod
    def from_record(cls, record: Any) -> Message:
        """A message from JSON; a plain string, as older versions recorded it, stays as it is.

        :raises ValueError: neither a string nor a record of a message.
        """
        if isinstance(record, str):
            return record if isinstance(record, Message) else literal(record)
        try:
            values = {name: _loaded(value) for name, value in record.get("values", {}).items()}
            return cls._made(record["template"], record.get("plural"), values)
        except (AttributeError, KeyError, IndexError, TypeError) as broken:
            raise ValueError(f"{record!r} is not a recorded message") from broken

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema  # a command that only speaks needs no pydantic

        return core_schema.no_info_plain_validator_function(
            cls.from_record,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.as_record, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        record = {"type": "object", "required": ["template"]}
        return {"anyOf": [{"type": "string"}, record]}


def plural(one: str, many: str, /, n: float, **values: Any) -> Message:
    """A message whose wording depends on a count, ``{n}`` in both sentences.

    >>> plural("{n} bar", "{n} bars", 2)
    '2 bars'
    """
    return Message._made(one, many, {"n": n, **values})


def literal(text: str) -> Message:
    """Text that is the same in each language: machine text, or what a person typed."""
    return text if isinstance(text, Message) else Message("{text}", text=text)


def joined(parts: Iterable[str], separator: str = " ") -> Message:
    """Several messages as one, each translated separately."""
    named = {f"part{index}": part for index, part in enumerate(parts)}
    return Message(separator.join(f"{{{name}}}" for name in named), **named)


def number_in(written: str, language: str) -> str:
    """A number as Python writes it, by the rules of a language.

    >>> number_in("1,234.5", "pt")
    '1.234,5'
    """
    if language != "pt":
        return written
    swapped = written.translate(_SWAPPED)
    return f"−{swapped[1:]}" if swapped.startswith("-") else swapped


def alternatives(words: Sequence[str]) -> Message:
    """Words as a list of alternatives.

    >>> alternatives(["a", "b", "c"])
    'a, b or c'
    """
    *others, last = words
    if not others:
        return literal(last)
    return Message("{names} or {last}", names=joined(others, ", "), last=last)


def recorded(body: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with each message twice: its English text, and next to it its record.

    >>> recorded({"reason": Message("Stopped by {by}.", by="Eva")})["reason_message"]
    {'template': 'Stopped by {by}.', 'values': {'by': 'Eva'}}
    """
    made: dict[str, Any] = {}
    for name, value in body.items():
        made[name] = _recorded(value)
        if isinstance(value, Message):
            made[f"{name}_message"] = value.as_record()
        elif isinstance(value, list | tuple) and any(isinstance(each, Message) for each in value):
            made[f"{name}_messages"] = [literal(each).as_record() for each in value]
    return made


def _recorded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return recorded(value)
    return [_recorded(each) for each in value] if isinstance(value, list | tuple) else value


def recorded_message(body: Mapping[str, Any], name: str) -> Message:
    """A text of a JSON object made by :func:`recorded`, or by a version that kept only English.

    Empty if the object has no such text.
    """
    text = literal(str(body.get(name) or ""))
    try:
        record = body.get(f"{name}_message")
        return text if record is None else Message.from_record(record)
    except ValueError:  # not ours, or of another version: the English text stays readable
        return text


def recorded_messages(body: Mapping[str, Any], name: str) -> list[Message]:
    """A list of texts of a JSON object, read like :func:`recorded_message`."""
    texts, records = body.get(name), body.get(f"{name}_messages")
    texts = texts if isinstance(texts, list) else []
    try:
        if isinstance(records, list) and len(records) == len(texts):
            return [Message.from_record(record) for record in records]
    except ValueError:  # not ours, or of another version
        pass
    return [literal(str(text)) for text in texts]


def said(text: str, language: str) -> str:
    """Any text in a language: a message is translated, a plain string stays as it is."""
    return text.in_(language) if isinstance(text, Message) else text


@cache
def catalogue(language: str) -> NullTranslations:
    """The translations of a language; none for English and for unknown languages.

    The compiled file is used while it is newer than its source; otherwise the source is
    compiled in memory, so that a catalogue is never stale.
    """
    name = _LOCALE.get(language)  # type: ignore[call-overload]
    if name is None:
        return NullTranslations()
    source = LOCALES / name / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        with compiled.open("rb") as file:
            return GNUTranslations(file)
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        messages = read_po(file, locale=name)
    memory = io.BytesIO()
    write_mo(memory, messages)
    memory.seek(0)
    return GNUTranslations(memory)


class _Values(Formatter):
    """``str.format`` with numbers and days by the language's rules."""

    def __init__(self, language: str, escape: Callable[[str], str] | None) -> None:
        self.language, self.escape = language, escape

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, Message):
            return _cased(value.in_(self.language, self.escape), format_spec)
        if isinstance(value, date) and self.language == "pt":
            format_spec = format_spec.replace(DAY, "%d/%m/%Y")
        text = super().format_field(value, format_spec)
        if isinstance(value, Real):  # NumPy's numbers too
            text = number_in(text, self.language)
        return text if self.escape is None else self.escape(text)


def _cased(text: str, spec: str) -> str:
    """``format`` with one more spec: ``{word:upper}`` is in capital letters."""
    return text.upper() if spec == "upper" else format(text, spec)


def _saved(value: Any) -> Any:
    """A value as JSON. Types that JSON lacks are tagged, so that :func:`_loaded` restores them.

    NumPy's numbers become Python's; a value of any other type becomes its text.
    """
    if isinstance(value, Message):
        return value.as_record()
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _loaded(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "moment" in value:
        return datetime.fromisoformat(value["moment"])
    if "day" in value:
        return date.fromisoformat(value["day"])
    return float(value["number"]) if "number" in value else Message.from_record(value)
