"""``trainweek playbook``: check a playbook, print the default or a week's one, take a changed one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.language import Message, joined, plural
from core.playbook import check_playbook, default_playbook_text, whole_text
from core.playbook.rule_changes import changed_from_shipped
from runner.cli.options import HomeOption, open_client, require_week
from runner.cli.playbook_change import take
from runner.cli.rule_changes import tell_changes
from runner.cli.speech import tell

app = typer.Typer(
    help="Check or print a playbook, or take a changed one into a week.", no_args_is_help=True
)
app.command()(take)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A playbook in YAML.")]) -> None:
    """Check whether a playbook is valid; if not, print each problem and how to fix it.

    A valid one is compared with the playbook that comes with trainweek: each rule that differs.
    """
    playbook = check_playbook(file)
    parts = [
        plural("{n} slot", "{n} slots", len(playbook.schedule)),
        plural("{n} check", "{n} checks", len(playbook.checks)),
        plural("{n} gate", "{n} gates", len(playbook.gates)),
        plural("{n} scenario", "{n} scenarios", len(playbook.scenarios)),
        plural("{n} escalation", "{n} escalations", len(playbook.escalations)),
    ]
    tell(Message("{file}: valid. {parts}.", file=str(file), parts=joined(parts, ", ")))
    changes = changed_from_shipped(whole_text(file.read_text(encoding="utf-8")))
    tell_changes(changes)
    if any(one.sets_the_bar for one in changes):
        tell(
            Message(
                "The ML lead creates a week with such rules, and the CTO's signature names them."
            )
        )


@app.command()
def show(
    week: Annotated[
        str | None, typer.Option("--week", help="The present playbook of this week instead.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Print the phase 4 playbook, as a starting point for your own."""
    if week is None:
        print(default_playbook_text(), end="")
    else:
        print(require_week(open_client(home), week).playbook_text, end="")
