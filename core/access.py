"""Who may come in: a proved identity to a role, as ``access.yaml`` lists it. Any doubt is "no"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from core.errors import InputError, PermissionDenied
from core.language import Message, alternatives, joined
from core.people import MAX_NAME, is_name
from core.vocabulary import Role
from core.yaml_files import FileProblems, model_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT = "sub:"
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # visible ASCII around one @
_EXAMPLE = Message("Write the list with: trainweek access add ana@example.org engineer")
_MOST_GROUPS = 1000  # of one person


class AccessError(InputError):
    """The access file is wrong; ``what`` names each place in it."""


class Unknown(StrEnum):
    """What a signed-in person gets who is not listed."""

    NOTHING = "nothing"
    VIEWER = "viewer"


def identity_key(text: str) -> str:
    """An e-mail address as it is compared, casefolded; ``sub:…`` stays as it is.

    Addresses are ASCII: casefolding makes one text of different ones beyond it (ß and ss).

    :raises ValueError: it is neither.
    """
    text = text.strip()
    if text.startswith(SUBJECT):
        if not is_name(text) or text == SUBJECT:
            raise ValueError(Message("{text} names no subject", text=text))
        return text
    if not is_name(text) or not _EMAIL.fullmatch(text):
        raise ValueError(
            Message(
                "{text} is neither an e-mail address nor a subject (sub:…) of at most {most} characters",
                text=text,
                most=MAX_NAME,
            )
        )
    return text.casefold()


def _claim_name(text: str) -> str:
    if not text.strip():
        raise ValueError(Message("the name of a claim is empty"))
    return text.strip()


class AccessList(BaseModel):
    """People and their roles: one file of the data directory."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unknown: Unknown = Field(
        default=Unknown.NOTHING,
        description="What a signed-in person gets who is not listed: nothing, or viewer.",
    )
    people: dict[str, Role] = Field(
        default_factory=dict,
        description="Verified e-mail address, or sub:… with the provider's subject, to a role:"
        " viewer, engineer, lead, cto.",
    )
    group_claim: Annotated[str, AfterValidator(_claim_name)] = Field(
        default="groups", description="Name of the claim that lists a person's groups."
    )
    groups: dict[str, Role] = Field(
        default_factory=dict, description="Value of the group claim to a role."
    )

    @field_validator("people")
    @classmethod
    def _keys(cls, people: dict[str, Role]) -> dict[str, Role]:
        found: dict[str, Role] = {}
        for given, role in people.items():
            key = identity_key(given)
            if key in found:
                raise ValueError(Message("{key} is listed twice (case is ignored)", key=key))
            found[key] = role
        return found

    @field_validator("groups")
    @classmethod
    def _group_names(cls, groups: dict[str, Role]) -> dict[str, Role]:
        if not all(name.strip() for name in groups):  # an empty claim would be a member of it
            raise ValueError(Message("the name of a group is empty"))
        return groups

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that this list gives."""
        return frozenset(self.people.values()) | frozenset(self.groups.values())


def parse_access(text: str, source: str) -> AccessList:
    """Read the text of an access file.

    :raises AccessError: names the file, the line and the remedy of each problem.
    """
    try:
        return model_of(text, source, AccessList, example=_EXAMPLE)[0]
    except FileProblems as error:
        raise AccessError(
            joined((problem.text for problem in error.problems), "\n"),
            Message("Check it with: trainweek access check"),
        ) from error


@dataclass(frozen=True)
class Identity:
    """What a provider proved about a person."""

    subject: str  # sub:… of the provider
    email: str | None = None  # verified, casefolded
    claimed_email: str | None = None  # not verified: never a key, only named in a refusal

    @property
    def name(self) -> str:
        """The name under which acts are recorded."""
        return self.email or self.subject


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """The identity in the claims of an ID token.

    :raises PermissionDenied: the claims name no subject that can be recorded.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or not is_name(SUBJECT + subject):
        raise PermissionDenied(
            Message("The provider's answer names no person (claim sub)."),
            Message("Sign in again, or ask whoever runs the identity provider."),
        )
    given = claims.get("email")
    try:
        email = identity_key(given) if isinstance(given, str) and given else None
    except ValueError:
        email = None
    # Only the boolean counts: a text "false" would be true.
    verified = claims.get("email_verified") is True
    return Identity(
        subject=SUBJECT + subject,
        email=email if verified and email and not email.startswith(SUBJECT) else None,
        claimed_email=None if verified else email,
    )


def role_of(access: AccessList, claims: Mapping[str, Any]) -> Role:
    """The role of a signed-in person.

    An entry of the person counts before those of groups. Roles are no ladder (a lead may not
    sign, a CTO may not start), so groups with different roles contradict each other.

    :raises PermissionDenied: no entry gives a role, or entries contradict each other.
    """
    identity = identity_of(claims)
    listed = {
        access.people[key]
        for key in (identity.email, identity.subject)
        if key is not None and key in access.people
    }
    if not listed:
        member_of = groups_of(access, claims)
        listed = {access.groups[group] for group in member_of if group in access.groups}
    if len(listed) > 1:
        raise PermissionDenied(
            Message(
                "{name} has several roles in the access file: {roles}.",
                name=identity.name,
                roles=", ".join(role.value for role in Role if role in listed),
            ),
            Message(
                "Give one: trainweek access add {name} {roles}",
                name=identity.name,
                roles=alternatives([role.value for role in Role if role in listed]),
            ),
        )
    if listed:
        return listed.pop()
    if access.unknown is Unknown.VIEWER:
        return Role.VIEWER
    if identity.claimed_email in access.people:
        raise PermissionDenied(
            Message(
                "The identity provider has not verified the e-mail address {email}.",
                email=identity.claimed_email,
            ),
            Message(
                "Verify it there, or have yourself listed as {subject}.", subject=identity.subject
            ),
        )
    raise PermissionDenied(
        Message("{name} is not in the access file.", name=identity.name),
        Message("Ask for: trainweek access add {name} ROLE", name=identity.name),
    )


def groups_of(access: AccessList, claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups that the claims name: a list of texts, or one text; anything else is none."""
    given = claims.get(access.group_claim)
    if isinstance(given, str):
        return (given,)
    if isinstance(given, list) and len(given) <= _MOST_GROUPS:
        return tuple(group for group in given if isinstance(group, str))
    return ()
