"""``trainweek ledger``: verify the record, or rebuild the database from it."""

from __future__ import annotations

import typer

from core.paths import Home
from runner.cli.options import HomeOption
from runner.ledger import replay as replay_ledger
from runner.ledger import verify as verify_ledger

app = typer.Typer(help="Verify or replay the ledger.", no_args_is_help=True)


@app.command()
def verify(home: HomeOption = None) -> None:
    """Follow the hash chain through the whole file; exit 1 if it is broken."""
    report = verify_ledger(Home.find(home))
    print(report.text())
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def replay(home: HomeOption = None) -> None:
    """Rebuild the database from the ledger."""
    print(replay_ledger(Home.find(home)))
