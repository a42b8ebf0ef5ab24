"""``trainweek ledger``: verify the ledger, back it up, restore or replay it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message, joined, plural
from core.vocabulary import Right
from runner.cli.options import HomeOption, JsonOption, keeper_of_machine, print_json, used_home
from runner.cli.program import VerdictCommand
from runner.cli.speech import tell
from runner.recovery.kept_verification import verify_present, verify_tail, verify_whole
from runner.recovery.rebuild import replay as replay_ledger
from runner.recovery.restore import restore_store as restore_backup
from runner.recovery.verify_report import VerifyReport
from runner.settings import Settings
from runner.store.backup import make_backup
from runner.store.kept_backups import backups as all_backups
from runner.store.opening import described_store, require_own_file

app = typer.Typer(help="Verify, back up, restore or replay the ledger.", no_args_is_help=True)


@app.command(cls=VerdictCommand)
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="HASH", help="A hash of `ledger head` that was published: it must be a line's."
        ),
    ] = None,
    tail: Annotated[
        bool,
        typer.Option(
            "--tail",
            help="Read what came after the last whole verification, and compare the hash of what"
            " is before it. All of it where that is not enough.",
        ),
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Verify the hash chain and the proofs; compare file, database, tables and backups.

    The runner does so once a day. Exit 1 if they differ, 3 if there is nothing to verify.
    """
    place, now = used_home(home), datetime.now(UTC)
    begin = int(Settings.read(place).proofs_from)
    if tail and anchor is not None:
        raise InputError(
            Message("--anchor needs every line."), Message("Leave out --tail, or --anchor.")
        )
    report = (verify_tail(place, now, begin) if tail else None) or verify_whole(
        place, now, begin, anchor
    )
    if json:
        problems = [str(problem) for problem in report.problems]
        facts = {"ledger": report.ledger, "lines": report.lines, "problems": problems}
        facts |= {"verified": "whole" if report.since is None else "tail"}
        facts |= {"whole_at": now if report.since is None else report.since.at}
        facts |= {"head": report.head, "anchor_line": report.anchor, "proofs_from": begin}
        print_json({**facts, "ok": report.ok, "database_mode": described_store(place)})
    else:
        tell(report.text(), described_store(place))
        if begin > 1:  # whoever can write settings.yaml can set it: it is never silent
            tell(
                Message(
                    "Lines before line {line:,} need no proof: the setting {setting} says so.",
                    line=begin,
                    setting="proofs_from",
                )
            )
    raise typer.Exit(_exit_code(report))


@app.command(cls=VerdictCommand)
def head(json: JsonOption = False, home: HomeOption = None) -> None:
    """Print number and hash of the last line, to publish outside for `verify --anchor`.

    Exit 1, without a hash, if file, database or backups differ; 3 if there is no line.
    """
    report = verify_present(used_home(home))
    # Lines without a proof are as old as the record, and belong to what is published.
    differs = any(problem.kind != "unproved" for problem in report.problems)
    shown = None if differs else report.head
    if json:
        print_json({"line": report.lines, "sha256": shown})
    elif shown is None:
        tell(report.text())
    else:
        print(f"{report.lines} {shown}")
    raise typer.Exit(_exit_code(report) if shown is None else 0)


def _exit_code(report: VerifyReport) -> int:
    return VerdictCommand.NOT_EVALUATED if report.nothing else 0 if report.ok else 1


@app.command()
def replay(home: HomeOption = None) -> None:
    """Rebuild the database from the ledger; refused if that would lose a line."""
    place = used_home(home)
    require_own_file(place)
    tell(replay_ledger(place, keeper_of_machine(place, Right.OPERATE), datetime.now(UTC)))


@app.command()
def backup(home: HomeOption = None) -> None:
    """Back up database and ledger now; the runner does so every hour."""
    place = used_home(home)
    require_own_file(place)
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
    place = used_home(home)
    require_own_file(place)
    person = keeper_of_machine(place, Right.OPERATE)
    done = restore_backup(place, backup, person, datetime.now(UTC))
    tell(done.text())


def _counted(lines: int) -> Message:
    return plural("{n:,} ledger line", "{n:,} ledger lines", lines)
