"""Who acts, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import PermissionDenied
from core.language import Message, literal
from core.vocabulary import RIGHTS, Right, Role


@dataclass(frozen=True)
class Person:
    """A person who acts. ``verified`` means that a login proved the name."""

    name: str
    role: Role
    verified: bool = False

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """:raises PermissionDenied: the role lacks the right; names who has it."""
        if not self.may(right):
            holders = [role.value for role in Role if right in RIGHTS[role]]
            raise PermissionDenied(
                Message(
                    "{name} has the role {role}, which may not {right}.",
                    name=self.name,
                    role=self.role.value,
                    right=right.value,
                ),
                Message("Ask someone with the role {roles}.", roles=_alternatives(holders)),
            )


def _alternatives(names: list[str]) -> Message:
    *others, last = names
    either = Message("{names} or {last}", names=", ".join(others), last=last)
    return either if others else literal(last)
