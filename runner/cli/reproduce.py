"""``trainweek decision reproduce``: the decided model trained again, gate by gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InputError
from core.language import Message, joined
from runner.cli.decision_text import indented
from runner.cli.followed_job import exit_for, follow, submitted, wait
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    client_of,
    ensure_background_runner,
    existing_home,
    open_client,
    print_json,
    require_week,
)
from runner.cli.paths import given_path
from runner.cli.speech import tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.reproduction import Reproduction
    from runner.client import Client

EXIT_CODES = {"EQUAL": 0, "DIFFERENT": 1, "WITHIN": 3}  # 2: refused


def reproduce(
    capsule: Annotated[
        Path | None,
        typer.Argument(help="A capsule, also of another data directory (default: --sha256)."),
    ] = None,
    week: WeekOption = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", help="Decision of this data directory (default: the newest)."),
    ] = None,
    train_data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the training candles (default: data/train).")
    ] = None,
    backtest_data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the backtest candles (default: the playbook's).")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Train the decided model again and compare its gates. Exit 0: equal to the bit; 3: equal within what documents print; 1: different.

    Recipe, seed, data hashes and versions are the capsule's. It is no decision and no new look at
    the hold-out, and it changes nothing in the week. Exit 2: refused, with the reason.
    """
    client = open_client(home) if capsule is None else client_of(existing_home(home))
    folders = [
        None if given is None else client.home.relative(given_path(given, client.home))
        for given in (train_data_dir, backtest_data_dir)
    ]
    if capsule is None:
        outcome = client.reproduce(_chosen(client, week, sha256), *folders)
    else:
        from core.decision.capsule import read_capsule

        outcome = client.reproduce_capsule(read_capsule(capsule), *folders)
    job = submitted(outcome)
    ensure_background_runner(client.home)
    job = (wait if json else follow)(client, job)
    exit_for(job)
    found = _result(client, str(job.params["decision"]), job.id)
    print_json(found.as_dict()) if json else _tell(found)
    raise typer.Exit(EXIT_CODES[found.match.value])


def _chosen(client: Client, week: str | None, sha256: str | None) -> SavedDecision:
    from core.decision import read_decision

    if sha256 is not None:
        return read_decision(client.archived(sha256))
    return newest_saved(client, week)


def newest_saved(client: Client, week: str | None) -> SavedDecision:
    """The week's newest revalidation.

    :raises InputError: there is none, or its files were altered.
    """
    saved = client.newest_decision(require_week(client, week).id)
    if saved is None:
        raise InputError(
            Message("There is no saved revalidation."), Message("Revalidate and save the report.")
        )
    if isinstance(saved, Refused):
        raise InputError(saved.reason, saved.remedy)
    return saved


def _result(client: Client, sha256: str, job_id: str) -> Reproduction:
    found = next((one for one in client.reproductions(sha256) if one.job_id == job_id), None)
    if found is None:
        raise InputError(
            Message("{job} wrote no result.", job=job_id),
            Message("See: trainweek jobs show {job}", job=job_id),
        )
    return found


def _tell(found: Reproduction) -> None:
    for gate in found.gates:
        tell(
            joined(
                [
                    Message(
                        "{number}. {gate}: {claimed} then, {now} now:",
                        number=found.gates.index(gate) + 1,
                        gate=gate.short,
                        claimed=gate.shown(gate.claimed),
                        now=gate.shown(gate.now),
                    ),
                    gate.outcome(),
                ]
            )
        )
    tell(found.sentence())
    if reasons := found.reasons():
        tell(found.heading())
        for reason in reasons:
            indented(joined(["-", reason]))
    if found.not_recorded:
        indented(found.unknown())
