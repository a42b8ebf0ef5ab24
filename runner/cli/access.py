"""``trainweek access``: the people who may sign in, and their roles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.access import AccessList
from core.errors import InputError
from core.language import Message, joined, literal, plural
from core.ledger_bodies import SessionsRevoked
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import Role
from runner.cli.access_tokens import revoke_token, revoke_tokens, tokens, tokens_of
from runner.cli.options import (
    HomeOption,
    JsonOption,
    existing_home,
    print_json,
    terminal_entry,
)
from runner.cli.speech import tell
from runner.home.access_file import give_role, read_access, remove_role
from runner.home.login_file import read_login
from runner.home.sessions import Session, Sessions
from runner.settings import Settings
from runner.store import open_store

_SHORTEST = 6  # digits that name a session

app = typer.Typer(help="People who may sign in, and their roles.", no_args_is_help=True)

WhoArgument = Annotated[
    str,
    typer.Argument(
        help="Verified e-mail address, sub:… with the provider's subject, or a group's name."
    ),
]
GroupOption = Annotated[
    bool, typer.Option("--group", help="The name is a value of the provider's group claim.")
]


@app.command()
def add(who: WhoArgument, role: Role, group: GroupOption = False, home: HomeOption = None) -> None:
    """List a person or a group with a role; an earlier role is replaced."""
    place = existing_home(home)
    earlier = give_role(place, who, role, group=group)
    if earlier is None or earlier is role:
        tell(Message("{who} has the role {role}.", who=who, role=role.value))
    else:
        tell(
            Message(
                "{who} has the role {role}, no longer {earlier}.",
                who=who,
                role=role.value,
                earlier=earlier.value,
            )
        )


@app.command()
def remove(who: WhoArgument, group: GroupOption = False, home: HomeOption = None) -> None:
    """Remove a person or a group; acts already recorded stay."""
    role = remove_role(existing_home(home), who, group=group)
    tell(Message("{who} no longer has the role {role}.", who=who, role=role.value))


@app.command("list")
def list_people(home: HomeOption = None, json: JsonOption = False) -> None:
    """List people and groups with their roles."""
    access = read_access(existing_home(home))
    if json:
        print_json(access.model_dump(mode="json"))
        return
    for who, role in access.people.items():
        tell(joined([who, role.value], "  "))
    for name, role in access.groups.items():
        group = Message("{claim}: {name}", claim=access.group_claim, name=name)
        tell(joined([group, role.value], "  "))
    tell(
        Message(
            "Everyone else who signs in gets {what}.",
            what=access.unknown.value,
        )
    )


@app.command()
def check(home: HomeOption = None) -> None:
    """Check login and access file; if one is wrong, print each problem and how to fix it."""
    place = existing_home(home)
    tell(_summary(place, read_access(place)))
    login = read_login(place)
    if login is None:
        tell(Message("No login is configured: write login.toml (docs/sign_in.md)."))
    else:
        tell(Message("Login: {url}", url=login.server_metadata_url))


@app.command()
def sessions(home: HomeOption = None, json: JsonOption = False) -> None:
    """List who is signed in on the pages."""
    now = datetime.now(UTC)
    live = _sessions(existing_home(home)).live(now)
    if json:
        print_json(
            [
                {
                    "session": one.id[:12],
                    "name": one.name or None,
                    "begun": iso(one.begun),
                    "seen": iso(one.seen),
                    "proved": one.proved and iso(one.proved),
                }
                for one in live
            ]
        )
        return
    for one in live:
        name = literal(one.name) if one.name else Message("opened by a one-time link")
        since = Message("since {time:%Y-%m-%d %H:%M} UTC", time=one.begun)
        tell(joined([one.id[:12], name, since], "  "))
    if not live:
        tell(Message("No one is signed in."))


@app.command()
def revoke(
    who: Annotated[
        str | None,
        typer.Argument(help="Person as `access sessions` names them, or the start of a session."),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Everybody: every session and access token.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """End sessions at once, in all tabs, and revoke the person's access tokens; --all: everybody's.

    Naming one session ends that one alone. To keep a person out, also remove the role.
    """
    place, now = existing_home(home), datetime.now(UTC)
    if (who is None) is not everyone:
        raise InputError(
            Message("Say whose sessions to end."), Message("Name a person or a session, or --all.")
        )
    found = _sessions(place)
    mine = [one.id for one in found.live(now) if who is None or _is(one, who)]
    theirs = tokens_of(place, who, now)
    if not mine and not theirs and who is not None:
        raise InputError(
            Message("{who} has no session and no access token.", who=who),
            Message("List them with: trainweek access sessions, trainweek access tokens"),
        )
    count = found.end(mine, now)
    revoked = revoke_tokens(place, theirs, now)
    if place.is_used:
        with open_store(place).write() as transaction:
            body = SessionsRevoked(who=who, count=count)
            transaction.append(body, by=terminal_entry(place).person, at=now, at_week=now)
    tell(plural("{n} session ended.", "{n} sessions ended.", count))
    if revoked:
        tell(plural("{n} access token revoked.", "{n} access tokens revoked.", revoked))


def _is(session: Session, who: str) -> bool:
    return session.name.casefold() == who.casefold() or (
        len(who) >= _SHORTEST and session.id.startswith(who)
    )


def _sessions(home: Home) -> Sessions:
    return Sessions(home, Settings.read(home))


def _summary(home: Home, access: AccessList) -> Message:
    missing = [role.value for role in (Role.LEAD, Role.CTO) if role not in access.roles]
    parts = [
        plural("{n} person", "{n} people", len(access.people)),
        plural("{n} group", "{n} groups", len(access.groups)),
    ]
    if missing:
        parts.append(Message("no one has the role {roles}", roles=" or ".join(missing)))
    return Message("{file}: valid. {parts}.", file=str(home.access), parts=joined(parts, ", "))


app.command()(tokens)
app.command("revoke-token")(revoke_token)
