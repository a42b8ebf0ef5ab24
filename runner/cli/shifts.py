"""``trainweek shifts``: who is on call in the week."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from core.errors import ConflictError, InputError
from core.language import Message, literal
from core.shifts import held, overlaps
from core.timestamps import is_zone, iso, parse_moment
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    open_client,
    print_json,
    require_week,
)
from runner.cli.speech import tell
from runner.outcomes import Conflict, Refused
from runner.week.shift_concerns import REACH, unreached, week_gaps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.shifts import Shift

app = typer.Typer(help="Shifts: who is on call in the week.", no_args_is_help=True)
ShiftArgument = Annotated[int, typer.Argument(help="Id of the shift.")]


@app.command(name="list")
def list_shifts(week: WeekOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """List the shifts, the times that nobody has, and those that several have."""
    client = open_client(home)
    shown = require_week(client, week)
    found = client.shifts(shown.id)
    now, known = datetime.now(UTC), [one for one in found if held(found, one)]
    open_times = week_gaps(found, shown, client.clock(shown.id))
    to_come = [one.person for one in known if one.until > now]
    lost = unreached(client.home, list(dict.fromkeys(to_come)))
    if json:
        print_json(
            {
                "on_call": [_as_json(found, one) for one in known if _has(found, one, now)],
                "shifts": [_as_json(found, one) for one in known],
                "gaps": [_span(one.begin, one.end) for one in open_times],
                "unreached": list(lost),
                "overlaps": [
                    {**_span(one.begin, one.end), "people": list(one.people)}
                    for one in overlaps(found)
                ],
            }
        )
        return
    if not known:
        tell(Message("No shifts: nobody is on call."))
    for one in sorted(known, key=lambda each: (each.begin, each.id)):
        for begin, end in held(found, one):
            mark = Message("now") if begin <= now < end else literal("")
            tell(_line(one, begin, end, mark))
    for gap in open_times:
        if gap.end > now:
            tell(
                Message(
                    "Nobody is on call from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC.",
                    begin=gap.begin,
                    end=gap.end,
                )
            )
    for both in overlaps(found):
        if both.end > now:
            tell(
                Message(
                    "From {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC more than one person"
                    " is on call: {people}.",
                    begin=both.begin,
                    end=both.end,
                    people=", ".join(both.people),
                )
            )
    _say_unreached(lost)


@app.command()
def add(
    person: Annotated[str, typer.Argument(help="Name, as the ledger has it.")],
    begin: Annotated[str, typer.Option("--from", help="Begin, such as 2026-11-23T08:00.")],
    end: Annotated[str, typer.Option("--to", help="End, such as 2026-11-23T20:00.")],
    zone: Annotated[
        str, typer.Option("--zone", help="Time zone of times without one of their own.")
    ] = "UTC",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put a person on call, in real time. Exit 2: refused."""
    client = open_client(home)
    outcome = client.set_shift(person, _moment(begin, zone), _moment(end, zone), zone)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    _say(outcome.record, json)
    if not json:
        _say_unreached(unreached(client.home, [person]))


@app.command()
def take(shift: ShiftArgument, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take the rest of a shift over, in your name. Exit 2: refused, or taken already."""
    outcome = open_client(home).take_shift(shift)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if isinstance(outcome, Conflict):
        raise ConflictError(outcome.reason, Message("Nothing was written."))
    _say(outcome.record, json)
    if not json:
        tell(Message("Give it back: trainweek shifts remove {id}", id=outcome.record.id))


@app.command()
def remove(shift: ShiftArgument, home: HomeOption = None) -> None:
    """End a shift now, or before it begins; one that was taken over is given back. Exit 2: refused."""
    outcome = open_client(home).remove_shift(shift)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    tell(Message("Shift {id} is removed.", id=shift))


def _moment(text: str, zone: str) -> datetime:
    """A time with a zone of its own, or in the given one."""
    if not is_zone(zone):
        raise InputError(
            Message("{text} is not a time zone such as America/Sao_Paulo", text=zone),
            Message("Give one, or UTC."),
        )
    try:
        bare = datetime.fromisoformat(text)
    except ValueError:
        return parse_moment(text)
    if bare.tzinfo is None:
        text = bare.replace(tzinfo=ZoneInfo(zone)).isoformat()
    return parse_moment(text)


def _has(found: list[Shift], shift: Shift, now: datetime) -> bool:
    return any(begin <= now < end for begin, end in held(found, shift))


def _line(shift: Shift, begin: datetime, end: datetime, mark: Message) -> Message:
    zone = ZoneInfo(shift.zone)
    return Message(
        "{id:>5}  {person}  {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} {zone}  {mark}",
        id=shift.id,
        person=shift.person,
        begin=begin.astimezone(zone),
        end=end.astimezone(zone),
        zone=shift.zone,
        mark=mark,
    )


def _say(shift: Shift, json: bool) -> None:
    if json:
        print_json(_as_json([shift], shift))
    else:
        tell(_line(shift, shift.begin, shift.until, literal("")))


def _say_unreached(people: Iterable[str]) -> None:
    for person in people:
        tell(Message("No channel reaches {person}.", person=person), REACH)


def _span(begin: datetime, end: datetime) -> dict[str, Any]:
    return {"begin": iso(begin), "end": iso(end)}


def _as_json(found: list[Shift], shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "person": shift.person,
        **_span(shift.begin, shift.until),
        "zone": shift.zone,
        "held": [_span(begin, end) for begin, end in held(found, shift)],
        "replaces": shift.replaces,
        "by": shift.by,
    }
