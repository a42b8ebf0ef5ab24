"""Parts of files that are strict JSON, as typed models: no NaN, no infinity, no unknown key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)

from core.language import Message, literal
from core.timestamps import iso, parse_moment


class JsonModel(BaseModel):
    """Base of all parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values in the order of the fields, without fields that were never set."""
        return self.model_dump(mode="json", exclude_unset=True)


def _restored(value: Any, info: ValidationInfo) -> Message:
    """A recorded sentence as a message; one that the record does not list stays as it is.

    :param info: its context maps English sentences to their messages.
    """
    if isinstance(value, Message):
        return value
    if not isinstance(value, str):
        raise ValueError("a sentence is text")
    return (info.context or {}).get(value) or literal(value)


Sentence = Annotated[
    Message,
    PlainValidator(_restored, json_schema_input_type=str),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string"}),
]
"""Recorded as its English text; template and values are listed once for the whole record."""


def _moment(given: object) -> object:
    return parse_moment(given) if isinstance(given, str) else given


Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(iso)]
"""A time with a zone, recorded as UTC in ISO 8601."""
Number = Annotated[int | float, WithJsonSchema({"type": "number"})]
"""Any number; whole ones stay whole in the file."""
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
"""A probability, or a part of a whole."""
Ends = tuple[float, float]
"""Lower and upper end of an interval."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
IsoMoment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
"""UTC, ISO 8601."""
IsoDay = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
