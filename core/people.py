"""A person who acts, and their rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from core.errors import PermissionDenied
from core.language import Message, alternatives
from core.text_rules import LINE, not_blank, one_line, readable
from core.vocabulary import RIGHTS, Right, Role

MAX_NAME = 100  # characters

PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME),
    AfterValidator(readable),
    AfterValidator(one_line),
    AfterValidator(not_blank),
    Field(json_schema_extra=LINE),
]
"""A name as people give it: readable, on one line, and stripped."""


_NAMES: TypeAdapter[str] = TypeAdapter(PersonName)


def is_name(text: str) -> bool:
    """Whether a person may be recorded under this name."""
    try:
        return _NAMES.validate_python(text) == text
    except ValidationError:
        return False


@dataclass(frozen=True)
class Person:
    """A person who acts. ``verified``: a login proved the name."""

    name: str
    role: Role
    verified: bool = False
    browser: str | None = None  # random id of the browser that acts; None: a terminal
    session: str | None = None  # id of the page's session; None: a terminal
    token: str | None = None  # short id of the access token that acts; None: none

    @property
    def named(self) -> bool:
        """Whether a name was given; without one a person is called by the role."""
        return self.verified or self.name != unnamed(self.role)

    @property
    def visitor(self) -> str | None:
        """Who looks: the same on all devices of a person, or one browser; None: not known.

        A name that is only claimed is not the person who is signed in under it.
        """
        if self.named:
            return f"{'person' if self.verified else 'claimed'}:{self.name}"
        return None if self.browser is None else f"browser:{self.browser}"

    def may(self, right: Right) -> bool:
        """Whether the role has the right."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Refuse a person without the right.

        :raises PermissionDenied: the role lacks the right; names the roles that have it.
        """
        if not self.may(right):
            holders = [role.value for role in Role if right in RIGHTS[role]]
            raise PermissionDenied(
                Message(
                    "{name} has the role {role}, which may not {right}.",
                    name=self.name,
                    role=self.role.value,
                    right=right.value,
                ),
                Message("Ask someone with the role {roles}.", roles=alternatives(holders)),
            )


def unnamed(role: Role) -> str:
    """What somebody is called who has given no name."""
    return f"local-{role.value}"


RUNNER = Person("runner", Role.ENGINEER)
"""In whose name the background runner writes."""
