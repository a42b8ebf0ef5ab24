"""``trainweek doctor``: problems of this data directory and machine, and how to fix them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from core.paths import Home
from runner.cli.options import HomeOption, JsonOption, print_json
from runner.cli.speech import language
from runner.doctor import examine, exit_code
from runner.settings import Settings


def doctor(
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Verify the whole ledger and all tables, of any size."),
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Check data directory, disk, database, ledger, backups, runner, processes, models, versions.

    Changes nothing. Exit 0: no problems; 1: warnings; 2: something is broken.
    """
    place = Home.find(home)
    found = examine(place, Settings.read(place), datetime.now(UTC), whole=whole)
    if json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            print(each.text(language()))
    raise typer.Exit(exit_code(found))
