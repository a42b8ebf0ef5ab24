"""What a value of the playbook must be, in words, from the errors of its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.field_hints import nearest
from core.language import Message, literal, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

_A_MAPPING, _A_LIST = Message("a mapping of keys"), Message("a list")
_AN_INTEGER, _A_NUMBER = Message("an integer"), Message("a number")
_OF_TYPE = {
    "model_type": _A_MAPPING,
    "model_attributes_type": _A_MAPPING,
    "dict_type": _A_MAPPING,
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "int_type": _AN_INTEGER,
    "int_from_float": _AN_INTEGER,
    "int_parsing": _AN_INTEGER,
    "float_type": _A_NUMBER,
    "float_parsing": _A_NUMBER,
    "finite_number": Message("a finite number"),
    "string_type": Message("a string"),
    "bool_type": Message("true or false"),
    "bool_parsing": Message("true or false"),
}


def expected(details: ErrorDetails) -> Message:
    """What was expected where a value is wrong."""
    kind, context = details["type"], details.get("ctx", {})
    if kind in _OF_TYPE:
        return _OF_TYPE[kind]
    match context:
        case {"expected": options}:
            return literal(options)
        case {"pattern": pattern}:
            return Message("text that matches the pattern {pattern}", pattern=pattern)
        case {"ge": bound}:
            return Message("a number greater than or equal to {bound}", bound=str(bound))
        case {"le": bound}:
            return Message("a number less than or equal to {bound}", bound=str(bound))
        case {"gt": bound}:
            return Message("a number greater than {bound}", bound=str(bound))
        case {"min_length": least} if kind.startswith("string"):
            return plural("at least {n} character", "at least {n} characters", least)
        case {"max_length": most} if kind.startswith("string"):
            return plural("at most {n} character", "at most {n} characters", most)
        case {"min_length": least}:
            return plural("at least {n} item", "at least {n} items", least)
        case {"max_length": most}:
            return plural("at most {n} item", "at most {n} items", most)
    return literal(details["msg"])


def meant(details: ErrorDetails) -> str:
    """The known word that was probably meant; empty if there is none."""
    given, options = details["input"], str(details.get("ctx", {}).get("expected", ""))
    if details["type"] not in ("literal_error", "enum") or not isinstance(given, str):
        return ""
    return nearest(given, options.replace(" or ", ", ").replace("'", "").split(", "))


def of_known_items(errors: Iterable[ErrorDetails]) -> list[ErrorDetails]:
    """The errors, without those that follow from an unknown id: its item has no base to extend."""
    found = list(errors)
    unknown: set[tuple[Any, ...]] = {
        each["loc"][:-1]
        for each in found
        if each["type"] == "literal_error" and each["loc"][-1] == "id"
    }
    return [each for each in found if each["loc"][:2] not in unknown or each["loc"][-1:] == ("id",)]
