"""``trainweek access tokens`` and ``revoke-token``: everybody's tokens, for the operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message, joined, literal, plural
from core.ledger_bodies import TokensRevoked
from core.paths import Home
from core.timestamps import iso
from runner.cli.options import HomeOption, JsonOption, existing_home, print_json, terminal_entry
from runner.cli.speech import tell
from runner.home.tokens import SHOWN_ID, Token, Tokens
from runner.store import open_store

_SHORTEST = 6  # digits that name a token


def tokens(home: HomeOption = None, json: JsonOption = False) -> None:
    """List everybody's access tokens that count."""
    live = Tokens(existing_home(home)).live(datetime.now(UTC))
    if json:
        print_json([_as_dict(one) for one in live])
        return
    for one in live:
        until = Message("until {time:%Y-%m-%d %H:%M} UTC", time=one.expires)
        used = (
            Message("last used {time:%Y-%m-%d %H:%M} UTC", time=one.used)
            if one.used
            else Message("never used")
        )
        scopes = literal(", ".join(one.scopes))
        tell(joined([one.short, literal(one.person), literal(one.name), scopes, until, used], "  "))
    if not live:
        tell(Message("There are no access tokens."))


def revoke_token(
    who: Annotated[
        str | None,
        typer.Argument(help="Person as `access tokens` names them, or the start of a token's id."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Revoke every token.")] = False,
    home: HomeOption = None,
) -> None:
    """Revoke access tokens, at once and for good."""
    place, now = existing_home(home), datetime.now(UTC)
    if (who is None) is not everyone:
        raise InputError(
            Message("Say whose tokens to revoke."), Message("Name a person or a token, or --all.")
        )
    meant = [one.id for one in Tokens(place).live(now) if who is None or _is(one, who)]
    if not meant and who is not None:
        raise InputError(
            Message("{who} has no access token.", who=who),
            Message("List them with: trainweek access tokens"),
        )
    tell(
        plural(
            "{n} access token revoked.",
            "{n} access tokens revoked.",
            revoke_tokens(place, meant, now),
        )
    )


def tokens_of(place: Home, person: str | None, now: datetime) -> list[str]:
    """The ids of a person's tokens that count; None: everybody's."""
    live = Tokens(place).live(now)
    return [one.id for one in live if person is None or one.person.casefold() == person.casefold()]


def revoke_tokens(place: Home, token_ids: list[str], now: datetime) -> int:
    """Revoke tokens and record it; returns how many were not revoked before."""
    if not token_ids:
        return 0
    revoked = [one[:SHOWN_ID] for one in Tokens(place).revoke(token_ids, now)]
    if place.is_used and revoked:
        with open_store(place).write() as transaction:
            body = TokensRevoked(tokens=revoked)
            transaction.append(body, by=terminal_entry(place).person, at=now, at_week=now)
    return len(revoked)


def _is(token: Token, who: str) -> bool:
    return token.person.casefold() == who.casefold() or (
        len(who) >= _SHORTEST and token.id.startswith(who)
    )


def _as_dict(token: Token) -> dict[str, object]:
    return {
        "token": token.short,
        "person": token.person,
        "name": token.name,
        "scopes": list(token.scopes),
        "made": iso(token.made),
        "expires": iso(token.expires),
        "used": token.used and iso(token.used),
    }
