"""The week of a start: the active one, or one that is created now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from core.errors import InputError
from core.language import Message, said
from core.playbook import DEFAULT, load_playbook
from core.timestamps import iso
from runner.cli.paths import given_path
from runner.cli.speech import language, warn
from runner.outcomes import Recorded, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from core.week import Week
    from runner.client import Client


def present_week(client: Client, playbook: Path | None) -> Week | None:
    """The week that the client acts on: without a choice the active one.

    :raises InputError: there is one, and a playbook was given for another.
    """
    week = client.week(client.shown_week) if client.shown_week else client.active_week()
    if week is not None and playbook is not None:
        raise InputError(
            Message("Week {week} has its playbook already.", week=week.id),
            Message("Leave --playbook out, or create another week: trainweek week new."),
        )
    return week


def week_from_now(client: Client, playbook: Path | None, *, agreed: bool) -> Week:
    """Create a week launched now, and say which playbook it takes.

    :param agreed: without asking. Else a person at a terminal is asked, and a script refused.
    :raises InputError: not agreed; or the playbook is wrong.
    """
    path = None if playbook is None else given_path(playbook, client.home)
    rules = load_playbook(path or DEFAULT)
    warn(
        Message(
            "There is no active week. A week launched now would take the playbook {playbook}"
            " ({file}): {symbol}, {steps:,} steps.",
            playbook=rules.id,
            file=str(path) if path else Message("the one built in"),
            symbol=rules.symbol,
            steps=rules.training.total_steps,
        )
    )
    asks = not agreed and sys.stdin.isatty()
    if not agreed and not (asks and typer.confirm(said(Message("Create it?"), language()))):
        raise InputError(
            Message("No week was created."),
            Message(
                "Repeat the command with --yes, or create a week:"
                " trainweek week new --launch 2026-11-23T14:00Z --playbook FILE"
            ),
        )
    launch = client.now().replace(second=0, microsecond=0)
    match client.create_week(launch, playbook_path=path):
        case Recorded(record=week):
            warn(
                Message("Created week {week}, launched at {time}.", week=week.id, time=iso(launch))
            )
            return week
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)
    raise AssertionError("create_week gives Recorded or Refused")
