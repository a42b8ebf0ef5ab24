"""``trainweek ledger``: verify the ledger, back it up, restore or replay it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from core.language import Message, joined, plural
from core.vocabulary import Right
from runner.cli.options import HomeOption, JsonOption, print_json, terminal_person, used_home
from runner.cli.speech import tell
from runner.recovery.rebuild import replay as replay_ledger
from runner.recovery.restore import restore_store as restore_backup
from runner.recovery.verification import verify_ledger
from runner.settings import Settings
from runner.store.backup import backups as all_backups
from runner.store.backup import make_backup
from runner.store.engine import described_mode

app = typer.Typer(help="Verify, back up, restore or replay the ledger.", no_args_is_help=True)


@app.command()
def verify(json: JsonOption = False, home: HomeOption = None) -> None:
    """Verify the hash chain; compare file, database, tables and backups. Exit 1 if they differ."""
    report = verify_ledger(used_home(home), tables=True)
    if json:
        problems = [str(problem) for problem in report.problems]
        facts = {"ledger": report.ledger, "lines": report.lines, "problems": problems}
        print_json({**facts, "ok": report.ok, "database_mode": described_mode()})
    else:
        tell(report.text(), described_mode())
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def replay(home: HomeOption = None) -> None:
    """Rebuild the database from the ledger; refused if that would lose a line."""
    _require(Right.OPERATE)
    tell(replay_ledger(used_home(home), terminal_person(), datetime.now(UTC)))


@app.command()
def backup(home: HomeOption = None) -> None:
    """Back up database and ledger now; the runner does so every hour."""
    place = used_home(home)
    keep = timedelta(seconds=Settings.read(place).backup_keep_s)
    made = make_backup(place, datetime.now(UTC), keep)
    tell(joined([f"{made.folder}:", _counted(made.lines)]))


@app.command()
def backups(json: JsonOption = False, home: HomeOption = None) -> None:
    """List the backups, newest first."""
    found = all_backups(used_home(home))
    if json:
        print_json([{"name": b.folder.name, "at": b.at, "lines": b.lines} for b in found])
        return
    for each in found:
        tell(joined([each.folder.name, _counted(each.lines)], "  "))
    if not found:
        tell(Message("No backups yet. Make one: trainweek ledger backup"))


@app.command()
def restore(
    backup: Annotated[
        str | None, typer.Argument(help="Name of a backup (default: the newest intact one).")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Restore ledger and database from a backup; the replaced files are kept.

    Lines newer than the backup are taken from the present files if they can be verified,
    so no acknowledged line is lost.
    """
    _require(Right.OPERATE)
    done = restore_backup(used_home(home), backup, terminal_person(), datetime.now(UTC))
    tell(done.text())


def _counted(lines: int) -> Message:
    return plural("{n:,} ledger line", "{n:,} ledger lines", lines)


def _require(right: Right) -> None:
    """Raise PermissionDenied if the person at the terminal lacks this right."""
    terminal_person().require(right)
