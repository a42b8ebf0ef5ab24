"""The command ``trainweek``: every action of a training week, with exit codes for scripts.

Exit codes: 0 done, 1 a bad result (a failed check, a NO-GO), 2 invalid input or a problem
of the machine; the message says what to fix. ``diagnose`` reports its result as 0, 1 or 2,
and exits with 3 if the run can't be evaluated.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.command_table import Commands
from runner.cli.program import run

app = typer.Typer(
    cls=Commands,
    help="Run and watch a PPO training week by its operations manual.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _everywhere(
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Data directory (default: the checkout)."),
    ] = None,
) -> None:
    if home is not None:
        os.environ["TRAINWEEK_HOME"] = str(home)


def main() -> None:
    """Entry point of the command ``trainweek``."""
    run(app)
