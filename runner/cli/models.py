"""``trainweek checkpoints``, ``backup`` and ``model``: stored models and their copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, joined, literal, plural
from core.timestamps import age_text, iso
from core.vocabulary import JobKind
from runner.cli.followed_job import result_of
from runner.cli.options import (
    HomeOption,
    JsonOption,
    open_client,
    print_json,
)
from runner.cli.paths import given_path
from runner.cli.run_models import list_models, use_model
from runner.cli.speech import tell
from runner.models.backups import verify_backup

backup = typer.Typer(help="Verified copies of models/ppo_phase4.", no_args_is_help=True)
model = typer.Typer(help="The runs' models, and the one in use.", no_args_is_help=True)


def checkpoints(
    run: Annotated[str | None, typer.Option(help="Only checkpoints of this run.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List checkpoints, newest first, and verify each. Exit 1 if one is corrupt."""
    client = open_client(home)
    found = client.checkpoints(run)
    if json:
        print_json(
            [
                {
                    "step": each.step,
                    "run": each.run,
                    "saved_at": iso(each.saved_at),
                    "verified": each.verified,
                    "problem": each.problem,
                    "folder": client.home.relative(each.folder),
                }
                for each in found
            ]
        )
    elif not found:
        tell(Message("No checkpoints yet."))
    else:
        for each in found:
            age = age_text(max(0.0, (client.now() - each.saved_at).total_seconds()))
            tell(
                Message(
                    "{step:>12}  {run:<40} {age:>8} old  {state}",
                    step=literal(str(each.step)),
                    run=each.run or "?",
                    age=age,
                    state=Message("verified") if each.verified else _corrupt(each.problem),
                )
            )
    raise typer.Exit(0 if all(each.verified for each in found) else 1)


@backup.command("list")
def list_them(home: HomeOption = None, json: JsonOption = False) -> None:
    """List backups, newest first, and verify each. Exit 1 if one is corrupt."""
    client = open_client(home)
    found = client.backups()
    if json:
        print_json(
            [
                {
                    "folder": client.home.relative(each.folder),
                    "made_at": iso(each.made_at),
                    "files": each.files,
                    "verified": each.verified,
                    "problem": each.problem,
                }
                for each in found
            ]
        )
    elif not found:
        tell(Message("No backups yet. Make one: trainweek backup make"))
    else:
        for each in found:
            state = _verified(each.files) if each.verified else _corrupt(each.problem)
            name = f"{client.home.relative(each.folder):<44} {iso(each.made_at)[:16]}"
            tell(joined([name, state], "  "))
    raise typer.Exit(0 if all(each.verified for each in found) else 1)


@backup.command()
def verify(folder: Path, home: HomeOption = None, json: JsonOption = False) -> None:
    """Verify every file of a backup against its manifest. Exit 2 if one differs."""
    client = open_client(home)
    found = verify_backup(given_path(folder, client.home))
    best = found.manifest.get("best_model")
    if json:
        print_json({"folder": str(folder), "files": dict(found.files), "best_model": best})
        return
    facts = [_verified(len(found.files))]
    if best:
        facts.append(
            Message("best model {sha} at step {step:,}", sha=best["sha256"][:12], step=best["step"])
        )
    tell(joined([f"{folder}:", joined(facts, ", ")]))


def _verified(files: int) -> Message:
    return plural("{n} file verified", "{n} files verified", files)


def _corrupt(problem: str | None) -> Message:
    return Message("CORRUPT: {problem}", problem=problem or "")


@backup.command()
def make(home: HomeOption = None) -> None:
    """Back up models/ppo_phase4 under the manual's name with the day it is made."""
    result_of(open_client(home), JobKind.BACKUP, {})


@backup.command()
def restore(
    folder: Annotated[
        str | None,
        typer.Argument(
            help="The backup, e.g. models/ppo_phase4_BACKUP_27FEV (default: the newest)."
        ),
    ] = None,
    source: Annotated[str | None, typer.Option("--from", help="The backup, as an option.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Replace models/ppo_phase4 with a verified backup; the replaced folder is kept."""
    if folder and source:
        raise InputError(
            Message("The backup is given twice."), Message("Give the folder or --from, not both.")
        )
    chosen = folder or source
    params = {"action": "restore", **({"from": chosen} if chosen else {})}
    result = result_of(open_client(home), JobKind.BACKUP, params, quiet=json)
    if json:
        print_json(result)


@model.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="The .zip of a stable-baselines3 PPO.")],
    normaliser: Annotated[
        Path | None,
        typer.Option(help="Feature statistics as JSON (default: the manifest next to it)."),
    ] = None,
    trained_from: Annotated[
        str | None,
        typer.Option(help="Time or day (midnight UTC) of the first candle it was trained on."),
    ] = None,
    trained_until: Annotated[
        str | None,
        typer.Option(help="Time or day of the last candle it was trained or selected on."),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Import the weights of an external model. Nothing in it is unpickled."""
    params: dict[str, Any] = {"file": str(file)}
    params |= {"normaliser": str(normaliser)} if normaliser else {}
    params |= {"trained_from": trained_from} if trained_from is not None else {}
    params |= {"trained_until": trained_until} if trained_until is not None else {}
    result = result_of(open_client(home), JobKind.IMPORT_MODEL, params, quiet=json)
    if json:
        print_json(result)
    else:
        tell(
            Message(
                "Revalidate it: trainweek revalidate --model-path {path}",
                path=str(result.get("model")),
            )
        )


model.command("list")(list_models)
model.command("use")(use_model)
