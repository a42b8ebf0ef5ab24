"""``trainweek doctor``: what is wrong with this home and machine, and what to do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import typer

from core.paths import Home
from runner.cli.options import HomeOption, JsonOption, print_json
from runner.doctor import examine, exit_code
from runner.settings import Settings


def doctor(json: JsonOption = False, home: HomeOption = None) -> None:
    """Look at home, disk, database, ledger, backups, runner, processes, models and versions.

    Changes nothing. Exit 0: all well; 1: something to look at; 2: something is broken.
    """
    found = examine(Home.find(home), Settings.from_environment(), datetime.now(UTC))
    if json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            print(each.text())
    raise typer.Exit(exit_code(found))
