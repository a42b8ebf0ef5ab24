"""The base of all bodies of ledger lines.

A body is recorded as the JSON of :meth:`Body.as_json`, and the hash chain covers
it: a field that was never set stays absent, and a line of an older version gives the same
bytes again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, PlainValidator, model_validator

from core.language import Message, recorded, recorded_message


def _text(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError("text is a string")
    return given


def _plain_text(given: object) -> str:
    return str(_text(given))


# Not pydantic's own check: text that no JSON file can hold is refused where the line is written.
PlainText = Annotated[str, PlainValidator(_plain_text)]
"""Text that is the same in each language: an id, a path, what a person typed."""
MessageText = Annotated[str, PlainValidator(_text)]
"""A sentence. A :class:`Message`, if its record is in the field ``<name>_message`` beside it;
lines of older versions have the English text alone."""
MessageRecord = dict[str, Any]
"""Template and values of a :data:`MessageText`, as :meth:`Message.as_record` gives them."""


class LedgerHead(NamedTuple):
    """The last line of the ledger at a moment: whoever keeps it can prove a rewritten record."""

    line: int
    sha256: str


class BodyPart(BaseModel):
    """Base of bodies and of their parts: closed to unknown fields, strict about types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _with_messages(cls, given: Any) -> Any:
        """Each sentence as a message where it has a record, and the record beside each message."""
        if not isinstance(given, Mapping):
            return given
        values = dict(given)
        for name, record in _sentences(cls):
            text = values.get(name)
            if not isinstance(text, str):
                continue
            if isinstance(text, Message):
                values.setdefault(record, text.as_record())
            elif record in values and (known := recorded_message(values, name)) == text:
                values[name] = known
        return values

    def as_json(self) -> dict[str, Any]:
        """The fields that were set, as they are recorded."""
        return recorded(self.model_dump(by_alias=True, exclude_unset=True))

    def given(self) -> dict[str, Any]:
        """The fields that were set, with their values."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name in self.model_fields_set
        }


@cache
def _sentences(model: type[BodyPart]) -> tuple[tuple[str, str], ...]:
    """Each field with a sentence, and the field of its record."""
    ends = ((field.removesuffix("_message"), field) for field in model.model_fields)
    return tuple((name, record) for name, record in ends if name != record)


class Body(BodyPart):
    """The body of one kind of line; of one of its actions, where the kind has actions."""

    kind: ClassVar[str]
    action: ClassVar[str | None] = None

    def as_json(self) -> dict[str, Any]:
        """The fields as plain JSON, after ``action`` if the kind has actions."""
        made = super().as_json()
        return made if self.action is None else {"action": self.action, **made}


@dataclass(frozen=True)
class UnknownBody:
    """A body written by another version, which this version can only show."""

    kind: str
    raw: Any  # as it was recorded


AnyBody = Body | UnknownBody
"""What a reader gets of a line."""
