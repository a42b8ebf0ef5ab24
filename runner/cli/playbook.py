"""``trainweek playbook``: check a playbook, print the default one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.language import Message
from core.playbook import check_playbook, default_playbook_text
from runner.cli.speech import tell

app = typer.Typer(help="Check or print a playbook.", no_args_is_help=True)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A playbook in YAML.")]) -> None:
    """Check whether a playbook is valid; if not, print each problem and how to fix it."""
    playbook = check_playbook(file)
    tell(
        Message(
            "{file}: valid. {slots} slots, {checks} checks, {gates} gates, {scenarios} scenarios, "
            "{escalations} escalations.",
            file=str(file),
            slots=len(playbook.schedule),
            checks=len(playbook.checks),
            gates=len(playbook.gates),
            scenarios=len(playbook.scenarios),
            escalations=len(playbook.escalations),
        )
    )


@app.command()
def show() -> None:
    """Print the phase 4 playbook, as a starting point for your own."""
    print(default_playbook_text(), end="")
