"""``trainweek access tokens`` and ``revoke-token``: everybody's tokens, for the operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message, joined, literal, plural
from core.ledger_bodies import TokensRevoked
from core.timestamps import iso
from runner.cli.options import HomeOption, JsonOption, existing_home, print_json, terminal_entry
from runner.cli.speech import tell
from runner.home.tokens import SHOWN_ID, Token, Tokens
from runner.store import Store

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
    found = Tokens(place)
    meant = [one.id for one in found.live(now) if who is None or _is(one, who)]
    if not meant and who is not None:
        raise InputError(
            Message("{who} has no access token.", who=who),
            Message("List them with: trainweek access tokens"),
        )
    revoked = [one[:SHOWN_ID] for one in found.revoke(meant, now)]
    if place.is_used and revoked:
        with Store(place).write() as transaction:
            body = TokensRevoked(tokens=revoked)
            transaction.append(body, by=terminal_entry(place).person, at=now, at_week=now)
    tell(plural("{n} access token revoked.", "{n} access tokens revoked.", len(revoked)))


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
