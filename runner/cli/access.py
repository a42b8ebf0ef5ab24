"""``trainweek access``: the people who may sign in, and their roles."""

from __future__ import annotations

from typing import Annotated

import typer

from core.access import AccessList
from core.language import Message, joined, plural
from core.paths import Home
from core.vocabulary import Role
from runner.cli.options import HomeOption, JsonOption, existing_home, print_json
from runner.cli.speech import tell
from runner.home.access_file import give_role, read_access, remove_role

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
    """Check whether the access file is valid; if not, print each problem and how to fix it."""
    place = existing_home(home)
    tell(_summary(place, read_access(place)))


def _summary(home: Home, access: AccessList) -> Message:
    missing = [role.value for role in (Role.LEAD, Role.CTO) if role not in access.roles]
    parts = [
        plural("{n} person", "{n} people", len(access.people)),
        plural("{n} group", "{n} groups", len(access.groups)),
    ]
    if missing:
        parts.append(Message("no one has the role {roles}", roles=" or ".join(missing)))
    return Message("{file}: valid. {parts}.", file=str(home.access), parts=joined(parts, ", "))
