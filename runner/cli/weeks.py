"""``trainweek week``: create, list, select, archive weeks, and change their launch times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, joined, plural
from core.state_words import word_of
from core.timestamps import iso, parse_moment
from runner.cli.options import (
    HomeOption,
    JsonOption,
    client_of_any,
    open_client,
    open_lists,
    print_json,
)
from runner.cli.speech import tell
from runner.outcomes import Recorded, Refused

if TYPE_CHECKING:  # a list loads neither playbooks nor the rules of acts
    from core.week import Week
    from runner.client import Client
    from runner.client.lists import Lists
    from runner.client.week_list import ListedWeek

WeekArgument = Annotated[str, typer.Argument(help="The week's id; see trainweek week list.")]
_PAST = timedelta(days=1)  # a launch that is longer ago is worth a sentence

app = typer.Typer(
    help="Create, list, select and archive weeks; change a launch time.", no_args_is_help=True
)


@app.command()
def new(
    launch: Annotated[
        str, typer.Option(help="Launch time, e.g. 2026-11-23T14:00Z, or now (this minute).")
    ],
    playbook: Annotated[
        Path | None, typer.Option(help="Playbook file (default: the phase 4 manual).")
    ] = None,
    tag: Annotated[
        str | None, typer.Option(help="Name of the week's runs (default: the playbook's tag).")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Leave the active week the active one.")
    ] = False,
    beside: Annotated[
        bool, typer.Option("--beside", help="The same, and it is in progress from the start.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Create a week and make it the active one, unless --plan or --beside says otherwise."""
    from core.playbook.rule_changes import changed_from_shipped
    from runner.cli.paths import given_path
    from runner.cli.rule_changes import tell_changes

    client = client_of_any(home)
    path = None if playbook is None else given_path(playbook, client.home)
    outcome = client.create_week(
        _launch_time(launch), playbook_path=path, tag=tag, planned=plan, beside=beside
    )
    match outcome:
        case Recorded(record=week):
            _show(client, [week.id], json)
            if not json:
                tell_changes(changed_from_shipped(week.playbook_text))
            if not json and (late := datetime.now(UTC) - week.launch) > _PAST:
                tell(
                    plural(
                        "The launch was {n} day ago: what was due since then is due now.",
                        "The launch was {n} days ago: what was due since then is due now.",
                        late.days,
                    )
                )
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)


def _launch_time(text: str) -> datetime:
    """A moment as text, or ``now``: this minute.

    :raises InputError: it is neither.
    """
    if text.strip().lower() == "now":
        return datetime.now(UTC).replace(second=0, microsecond=0)
    return parse_moment(text)


@app.command("list")
def list_weeks(
    every: Annotated[bool, typer.Option("--all", help="Archived weeks, too.")] = False,
    limit: Annotated[int, typer.Option(help="List at most the newest this many.", min=1)] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List the weeks with state and decision; * marks the active one, + others in progress."""
    found = open_lists(home).week_window(limit, archived=every)
    shown = list(reversed(found.weeks))
    if not found.count and not found.archived and not json:
        tell(Message("No weeks yet. Create one: trainweek week new --launch 2026-11-23T14:00Z"))
        return
    _print(shown, json)
    if not json and (older := found.count - len(shown)):
        tell(plural("{n} older week; see --limit.", "{n} older weeks; see --limit.", older))
    if not json and not every and (hidden := found.archived):
        tell(
            plural(
                "{n} archived week is not listed; see --all.",
                "{n} archived weeks are not listed; see --all.",
                hidden,
            )
        )


@app.command()
def use(week: WeekArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Make a week the active one, for everyone. Refused while a job of the active week runs.

    A week that is in progress beside it only changes places with it.
    """
    client = open_client(home)
    _done(client, client.use_week(week), json)


@app.command()
def begin(week: WeekArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Put a week in progress beside the active one. Both need folders of their own."""
    client = open_client(home)
    _done(client, client.begin_week(week), json)


@app.command()
def close(week: WeekArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """End the progress of a week beside the active one. Refused while a job of it runs."""
    client = open_client(home)
    _done(client, client.close_week(week), json)


@app.command()
def archive(week: WeekArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Leave a week out of the lists. Its records and files stay."""
    client = open_client(home)
    _done(client, client.archive_week(week), json)


@app.command()
def unarchive(week: WeekArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """List an archived week again."""
    client = open_client(home)
    _done(client, client.unarchive_week(week), json)


@app.command()
def mend(
    week: WeekArgument,
    launch: Annotated[str, typer.Option(help="The new launch time, e.g. 2026-11-23T14:00Z.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Change the launch time of a week that has not started. Its id stays."""
    client = open_client(home)
    _done(client, client.mend_launch(week, _launch_time(launch), reason), json)


def _done(client: Client, outcome: Recorded[Week] | Refused, json: bool) -> None:
    """:raises InputError: it was refused."""
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    _show(client, [outcome.record.id], json)


def _show(client: Client | Lists, week_ids: Sequence[str], json: bool) -> None:
    _print(client.listed_weeks(only=week_ids), json)


def _print(listed: Sequence[ListedWeek], json: bool) -> None:
    if json:
        print_json([_as_json(one) for one in listed])
        return
    for one in listed:
        week = one.week
        mark = "*" if week.active else "+" if week.in_progress else " "
        launch = Message("launch {time}", time=iso(week.launch))
        parts = [f"{mark} {week.id}", launch, word_of(one.state), week.tag, week.symbol]
        if made := _decision(one):
            evidence = Message("evidence {grade}", grade=made["evidence"])
            parts.append(joined([f"{made['decision']} {made['score']},", evidence]))
        tell(joined([part for part in parts if part], "  "))


def _as_json(one: ListedWeek) -> dict[str, Any]:
    week = one.week
    return {
        "id": week.id,
        "launch": iso(week.launch),
        "tag": week.tag,
        "symbol": week.symbol,
        "active": week.active,
        "in_progress": week.in_progress,
        "place": week.place,
        "state": one.state.value,
        "archived_at": week.archived_at and iso(week.archived_at),
        "synthetic": one.synthetic,
        "playbook": week.playbook.id,
        "playbook_sha256": week.playbook_sha256,
        "decision": _decision(one),
    }


def _decision(one: ListedWeek) -> dict[str, Any] | None:
    """The newest decision of the week and the state of its signature, as plain JSON."""
    if one.decided is None or one.decided.brief is None:
        return None
    made = one.decided.brief
    return {
        "sha256": one.decided.sha256,
        "decision": made.decision.value,
        "score": made.score,
        "evidence": made.grade.value,
        "signature": one.decided.validity.state.value,
    }
