"""``trainweek playbook take``: a changed playbook for a week that exists, after its differences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConflictError, InputError
from core.language import Message, joined, plural
from core.playbook.difference_text import in_words
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    open_client,
    print_json,
    require_week,
)
from runner.cli.paths import given_path
from runner.cli.speech import in_words as spoken
from runner.cli.speech import language, tell
from runner.outcomes import Conflict, Refused

if TYPE_CHECKING:
    from runner.client.week_playbooks import PlaybookChange


def take(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="The changed playbook (default: the file that the week was created with)."
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it is changed; without it, only compare.")
    ] = None,
    week: WeekOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what a changed playbook would change in a week; with --reason, take it. Right of the ML lead.

    What was judged before keeps the playbook that it was judged under. Exit 1: not confirmed.
    Exit 2: refused; nothing is written.
    """
    client = open_client(home)
    of = require_week(client, week)
    path = of.playbook_file if file is None else given_path(file, client.home)
    if path is None:
        raise InputError(
            Message("Week {week} has trainweek's own playbook.", week=of.id),
            Message("Name a file. To start from the present one: trainweek playbook show"),
        )
    change = client.playbook_change(of.id, path)
    if isinstance(change, Refused):
        raise InputError(change.reason, change.remedy)
    if not json:
        _print(change)
    if reason is None:
        if json:
            print_json(_as_json(change, taken=False))
        elif change.refused is None:
            tell(Message("Nothing was changed. To take it: add --reason TEXT --yes"))
        else:
            tell(change.refused.reason, change.refused.remedy)
        return
    if change.refused is not None:
        raise InputError(change.refused.reason, change.refused.remedy)
    if not yes and not _confirmed(of.id, asks=not json and sys.stdin.isatty()):
        raise typer.Exit(1)
    outcome = client.take_playbook(of.id, path, reason, change)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if isinstance(outcome, Conflict):
        raise ConflictError(outcome.reason, Message("Nothing was written. Run it again."))
    if json:
        print_json(_as_json(change, taken=True))
        return
    tell(
        Message(
            "Week {week} has the playbook {file} now (SHA-256 {sha}). What was judged before keeps "
            "the earlier one ({before}).",
            week=of.id,
            file=outcome.record.playbook_file or "phase4",
            sha=change.file.sha256[:12],
            before=change.before_sha256[:12],
        )
    )


def _print(change: PlaybookChange) -> None:
    tell(
        plural(
            "{n} field differs from the playbook of week {week}:",
            "{n} fields differ from the playbook of week {week}:",
            len(change.differences),
            week=change.week.id,
        )
    )
    texts = in_words(change.differences, change.week.playbook, change.file.playbook, language())
    for text in texts:
        tell(joined(["  ", text.line], ""))


def _as_json(change: PlaybookChange, taken: bool) -> dict[str, Any]:
    refused = change.refused
    return {
        "week": change.week.id,
        "before_sha256": change.before_sha256,
        "playbook_sha256": change.file.sha256,
        "file": change.file.name,
        "differences": [
            {"field": each.dotted, "before": each.before, "after": each.after}
            for each in change.differences
        ],
        "refused": refused and {"what": refused.reason, "remedy": refused.remedy},
        "taken": taken,
    }


def _confirmed(week: str, asks: bool) -> bool:
    if not asks:
        raise InputError(
            Message("Taking a playbook into week {week} needs a confirmation.", week=week),
            Message("Add --yes."),
        )
    question = Message("Take it into week {week}?", week=week)
    return typer.confirm(spoken(question))
