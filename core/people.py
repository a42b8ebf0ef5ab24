"""Who acts, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import PermissionDenied
from core.vocabulary import RIGHTS, Right, Role


@dataclass(frozen=True)
class Person:
    """Somebody who acts. ``verified`` means that a login proved the name."""

    name: str
    role: Role
    verified: bool = False

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """:raises PermissionDenied: the role lacks the right; names who has it."""
        if not self.may(right):
            holders = " or ".join(role.value for role in Role if right in RIGHTS[role])
            raise PermissionDenied(
                f"{self.name} acts as {self.role.value}, who may not {right.value}.",
                f"Ask somebody with the role {holders}.",
            )
