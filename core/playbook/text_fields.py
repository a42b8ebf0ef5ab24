"""Fields of a playbook inside its texts: ``{threshold:g}`` shows the limit that applies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from core.language import number_in
from core.playbook.text import Text

if TYPE_CHECKING:
    from core.playbook.schema import Playbook

_FIELD = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)(?::([,.\w]*))?\}")


def with_field_values(playbook: Playbook) -> Playbook:
    """The playbook with ``{field:format}`` in its texts replaced by the field's number.

    A name is looked up in the text's own check, scenario or slot first, then in the whole
    playbook: ``threshold``, ``training.ent_coef``, ``scenarios.hung.hours``. Braces around
    anything that is not a number of the playbook stay as written.
    """
    filled: Playbook = _filled(playbook, ())
    return filled


def _filled(part: Any, scopes: tuple[BaseModel, ...]) -> Any:
    """A copy of a part with its texts filled in.

    :param scopes: the parts around it, innermost first.
    """
    if isinstance(part, Text):
        return part.model_copy(
            update={name: _text(getattr(part, name), name, scopes) for name in ("en", "pt")}
        )
    if isinstance(part, BaseModel):
        around = (part, *scopes)
        return part.model_copy(
            update={name: _filled(value, around) for name, value in vars(part).items()}
        )
    if isinstance(part, tuple):
        return tuple(_filled(one, scopes) for one in part)
    if isinstance(part, dict):
        return {name: _filled(one, scopes) for name, one in part.items()}
    return part


def _text(text: str, language: str, scopes: tuple[BaseModel, ...]) -> str:
    def number(found: re.Match[str]) -> str:
        value = _value(found[1].split("."), scopes)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return found[0]
        try:
            return number_in(format(value, found[2] or "g"), language)
        except ValueError:  # not a format of numbers
            return found[0]

    return _FIELD.sub(number, text)


def _value(names: list[str], scopes: tuple[BaseModel, ...]) -> Any:
    """The value of a dotted name, from the innermost scope that has its first part."""
    scope = next((scope for scope in scopes if names[0] in type(scope).model_fields), None)
    value: Any = scope
    for name in names:
        if isinstance(value, tuple):
            value = next((one for one in value if getattr(one, "id", None) == name), None)
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            value = getattr(value, name, None)
    return value
