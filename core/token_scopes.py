"""What a personal access token may be used for: at most its scopes, and never more than its person."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.vocabulary import RIGHTS, Right

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.vocabulary import Role


VARIABLE = "TRAINWEEK_TOKEN"  # the token of who acts at a terminal


class Scope(StrEnum):
    """One use of a token."""

    READ = "read"
    TICK = "tick"
    OPERATE = "operate"
    DECIDE = "decide"


SCOPE_RIGHTS: dict[Scope, frozenset[Right]] = {
    Scope.READ: frozenset({Right.READ}),
    Scope.TICK: frozenset({Right.RECORD}),
    Scope.OPERATE: frozenset({Right.OPERATE}),
    Scope.DECIDE: frozenset({Right.REVALIDATE, Right.PLAN}),
}
"""The rights of each scope. What asks for a fresh sign-in is in none: a token is no sign-in."""


def scope_of(right: Right) -> Scope | None:
    """The scope that a right needs; None if no token can have it."""
    return next((scope for scope, rights in SCOPE_RIGHTS.items() if right in rights), None)


def useful_scopes(role: Role) -> tuple[Scope, ...]:
    """The scopes that give a person with this role anything."""
    return tuple(scope for scope, rights in SCOPE_RIGHTS.items() if rights & RIGHTS[role])


def in_order(scopes: Iterable[Scope | str]) -> tuple[Scope, ...]:
    """The scopes in their fixed order, reading always among them.

    :raises ValueError: there is no such scope.
    """
    given = {Scope(scope) for scope in scopes} | {Scope.READ}
    return tuple(scope for scope in Scope if scope in given)
