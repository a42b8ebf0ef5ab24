"""Who came in, who left, and what was denied."""

from __future__ import annotations

from core.ledger_bodies.body import Body, MessageRecord, MessageText, PlainText


class SignedIn(Body):
    """A person signed in at the identity provider and was let in, or confirmed it again."""

    kind = "access"
    action = "sign-in"

    session: PlainText  # the first 12 digits of its id
    again: bool  # the session was there before: a fresh sign-in


class SignedOut(Body):
    """A person ended their session, in all of its tabs."""

    kind = "access"
    action = "sign-out"

    session: PlainText


class SessionsRevoked(Body):
    """Sessions were ended at the command line."""

    kind = "access"
    action = "revoke"

    who: PlainText | None  # None: all
    count: int


class TokenMade(Body):
    """A person made a personal access token."""

    kind = "access"
    action = "token"

    token: PlainText  # the first 12 digits of its hash
    name: PlainText  # that the person gave it
    scopes: list[PlainText]
    expires: PlainText  # ISO 8601, UTC


class TokensRevoked(Body):
    """Tokens were revoked: by their person on the pages, or at the command line."""

    kind = "access"
    action = "revoke-token"

    tokens: list[PlainText]  # the first 12 digits of each one's hash


class ActDenied(Body):
    """An act on the pages or at the terminal was refused, or a person was not let in."""

    kind = "access"
    action = "deny"

    right: PlainText  # of the act; "read" for a person who was not let in
    reason: MessageText
    reason_message: MessageRecord | None = None
