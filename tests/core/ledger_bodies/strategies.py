"""Bodies of every kind with arbitrary values, for Hypothesis."""

from __future__ import annotations

import types
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from hypothesis import strategies as st

from core.language import Message
from core.ledger_bodies import BodyPart
from core.timestamps import from_unix

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WHOLE = st.integers(-(2**53), 2**53)
MOMENTS = st.integers(0, 2 * 10**15).map(
    lambda microseconds: from_unix(0) + timedelta(microseconds=microseconds)
)
MESSAGES = st.builds(
    lambda by, at: Message("Stopped by {by} at step {at:,}.", by=by, at=at), TEXTS, WHOLE
)
PLAIN = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXTS


def bodies(model: type[BodyPart]) -> st.SearchStrategy[Any]:
    """Instances of a model; each optional field is set or not."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        if name.endswith("_message"):
            continue  # set with its text
        of_type = _field(field, f"{name}_message" in model.model_fields)
        (required if field.is_required() else optional)[name] = of_type
    fields = st.fixed_dictionaries(required, optional=optional)
    return fields.map(lambda given: model(**given))


def _field(field: FieldInfo, sentence: bool) -> st.SearchStrategy[Any]:
    found = _values(field.annotation)
    return found | MESSAGES if sentence else found


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_values, parts))
    if hasattr(annotation, "__metadata__"):
        return _values(parts[0])
    if origin is list:
        return st.lists(_values(parts[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(TEXTS, PLAIN if parts[1] is Any else _values(parts[1]), max_size=3)
    if issubclass(annotation, BodyPart):
        return bodies(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return {
        str: TEXTS,
        int: WHOLE,
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        datetime: MOMENTS,
        type(None): st.none(),
    }[annotation]
