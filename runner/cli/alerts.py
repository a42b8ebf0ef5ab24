"""``trainweek alerts``: what is reported now, a test of each channel, silences."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.alerts.acknowledgement import Acknowledgement
from core.alerts.conditions import Alert, Condition, Notice, NoticeState, Silence, said_in_all
from core.alerts.kinds import EventKind
from core.alerts.messages import message_of
from core.drill_paths import is_drill
from core.errors import InputError, SetupError
from core.language import Message, joined, literal, plural
from core.timestamps import age_text, iso, parse_moment
from core.vocabulary import Right, Severity
from runner.alerts.alert_store import ChannelState
from runner.alerts.apprise_address import send
from runner.alerts.channels import address_of, read_alerts
from runner.cli.acknowledgements import acknowledge
from runner.cli.alert_rules import app as rules_app
from runner.cli.options import (
    HomeOption,
    JsonOption,
    keeper_of_machine,
    open_client,
    print_json,
    used_home,
)
from runner.cli.speech import language, tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from runner.client.alerts import AlertList

app = typer.Typer(
    help="Alerts: what is reported now, tests of the channels, silences.", no_args_is_help=True
)


@app.command(name="list")
def list_alerts(json: JsonOption = False, home: HomeOption = None) -> None:
    """List alerts that hold, silences, and how delivery stands.

    Exit 1 if an alert holds, 3 if nobody looks for alerts.
    """
    client = open_client(home)
    found, now = client.alerts(), datetime.now(UTC)
    if json:
        print_json(
            {
                "on": client.home.alerts_file.exists(),
                "looked_at": None if found.look is None else iso(found.look.at),
                "unknown": found.unknown(now),
                "alerts": [_alert(one, found.acknowledged.get(one.key)) for one in found.firing],
                "silences": [_silence(one) for one in found.silences],
                "channels": [_channel(one) for one in found.channels],
            }
        )
        raise typer.Exit(_code(found, now))
    if not client.home.alerts_file.exists():
        tell(Message("Alerts are off: there is no {file}.", file=str(client.home.alerts_file)))
    for alert in found.firing:
        tell(_line(alert, now))
        if (answer := found.acknowledged.get(alert.key)) is not None:
            tell(
                Message(
                    "  acknowledged by {by} at {at:%Y-%m-%d %H:%M} UTC", by=answer.by, at=answer.at
                )
            )
    if (unknown := found.unknown(now)) is not None:
        tell(unknown)
    elif not found.firing:
        tell(Message("No active alerts."))
    for silence in found.silences:
        tell(
            Message(
                "Silence {id}: {what} until {time:%Y-%m-%d %H:%M} UTC, by {by}: {reason}",
                id=silence.id,
                what=silence.what,
                time=silence.until,
                by=silence.by,
                reason=silence.reason,
            )
        )
    for channel in found.channels:
        tell(_delivery(channel, now))
    raise typer.Exit(_code(found, now))


def _code(found: AlertList, now: datetime) -> int:
    if found.firing:
        return 1
    return 0 if found.unknown(now) is None else 3


app.command(name="ack")(acknowledge)
app.add_typer(rules_app, name="rules")


@app.command(name="test")
def send_test(
    channel: Annotated[str | None, typer.Argument(help="Channel (default: all).")] = None,
    home: HomeOption = None,
) -> None:
    """Send a test message to a channel, or to all, now. Exit 1 if one did not take it."""
    place = used_home(home)
    file = read_alerts(place)
    if file is None:
        raise SetupError(
            Message("There is no {file}.", file=str(place.alerts_file)),
            Message("Write it as docs/alerts.md shows."),
        )
    meant = [one for one in file.channels if channel in (None, one.name)]
    if not meant:
        raise InputError(
            Message("There is no channel {name}.", name=channel or "–"),
            Message("It has: {names}.", names=", ".join(one.name for one in file.channels) or "–"),
        )
    by, refused = keeper_of_machine(place, Right.RECORD), 0
    for one in meant:
        notice = _test_notice(by.name)
        message = message_of([notice], one, file.base_url, drill=is_drill(place))
        try:
            problem = send(address_of(one, place, os.environ), message)
        except SetupError as error:
            problem = joined([literal(error.what), literal(error.remedy)])
        refused += problem is not None
        tell(
            Message("{channel}: sent", channel=one.name)
            if problem is None
            else Message("{channel}: not sent: {problem}", channel=one.name, problem=problem)
        )
    raise typer.Exit(bool(refused))


@app.command()
def silence(
    what: Annotated[
        str, typer.Argument(help="Key of an alert, a kind of event such as check, or all.")
    ],
    until: Annotated[str, typer.Option("--until", help="End, such as 2026-11-23T18:00Z.")],
    reason: Annotated[str, typer.Option("--reason", help="Why nobody needs to be told.")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Stop reporting alerts until a moment. What still holds then is reported. Exit 2: refused."""
    outcome = open_client(home).silence(what, parse_moment(until), reason)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if json:
        print_json(_silence(outcome.record))
    else:
        tell(
            Message(
                "Silence {id} until {time:%Y-%m-%d %H:%M} UTC. End it: trainweek alerts unsilence"
                " {id}",
                id=outcome.record.id,
                time=outcome.record.until,
            )
        )


@app.command()
def unsilence(
    silence: Annotated[int, typer.Argument(help="Id of the silence.")],
    home: HomeOption = None,
) -> None:
    """End a silence before its time. Exit 2: refused."""
    outcome = open_client(home).end_silence(silence)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    tell(Message("Silence {id} has ended.", id=outcome.record.id))


def _test_notice(by: str) -> Notice:
    now = datetime.now(UTC)
    condition = Condition(
        key="test",
        kind=EventKind.TEST,
        level=Severity.INFO,
        subject=said_in_all(Message("Test of the alerts")),
        text=said_in_all(Message("{by} tests this channel. Nothing is wrong.", by=by)),
        page="this_week",
        since=now,
    )
    return Notice(
        dedup=f"test:{now:%Y%m%dT%H%M%SZ}", state=NoticeState.HAPPENED, condition=condition, at=now
    )


def _line(alert: Alert, now: datetime) -> Message:
    condition, of = alert.last, language()
    held = literal(age_text(now - alert.first.since))
    return Message(
        "{level:upper}  {subject}: {text}  ({age}; {key})",
        level=literal(condition.level),
        subject=condition.subject[of],
        text=condition.text[of],
        age=held if alert.first.since_known else Message("first seen {age} ago", age=held),
        key=alert.key,
    )


def _delivery(channel: ChannelState, now: datetime) -> Message:
    text = plural(  # one message may have several alerts
        "{channel}: {n} alert sent, {waiting} waiting, {failed} given up.",
        "{channel}: {n} alerts sent, {waiting} waiting, {failed} given up.",
        channel.sent,
        channel=channel.channel,
        waiting=channel.waiting,
        failed=channel.failed,
    )
    if channel.oldest is not None and channel.problem is not None:
        since = Message(
            "The oldest waits for {age}: {problem}.",
            age=age_text(now - channel.oldest),
            problem=channel.problem,
        )
        return joined([text, since])
    return text


def _alert(alert: Alert, answer: Acknowledgement | None) -> dict[str, Any]:
    condition, of = alert.last, language()
    return {
        "key": alert.key,
        "kind": condition.kind,
        "level": condition.level,
        "week": condition.week,
        "subject": condition.subject[of],
        "text": condition.text[of],
        "since": iso(alert.first.since),
        "since_known": alert.first.since_known,
        "reported": alert.notified and iso(alert.notified),
        "acknowledged_by": answer and answer.by,
        "acknowledged_at": answer and iso(answer.at),
    }


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "what": silence.what,
        "until": iso(silence.until),
        "reason": silence.reason,
        "by": silence.by,
    }


def _channel(channel: ChannelState) -> dict[str, Any]:
    return {
        "channel": channel.channel,
        "waiting": channel.waiting,
        "failed": channel.failed,
        "sent": channel.sent,
        "oldest": channel.oldest and iso(channel.oldest),
        "problem": channel.problem,
    }
