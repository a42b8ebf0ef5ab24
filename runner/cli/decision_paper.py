"""``trainweek decision follow``: what came true of a signed decision's forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, recorded_message
from core.vocabulary import JobKind
from runner.cli.followed_job import result_of
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import tell


def follow(
    sha256: Annotated[
        str | None, typer.Argument(help="Decision by its hash (default: the last approved).")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="File or folder of the candles that came since (default: data/live)."),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Replay the signed model on paper on the candles that came since. No orders exist.

    Exit 1 if the evidence has expired, or the equity fell out of the forecast's cone.
    """
    client = open_client(home)
    chosen = sha256 or client.approved_decision()
    if chosen is None:
        raise InputError(
            Message("No decision is approved."), Message("The CTO signs on the page Decision.")
        )
    params: dict[str, Any] = {"decision": chosen} | ({"data": str(data)} if data else {})
    result = result_of(client, JobKind.PAPER, params, quiet=json)
    if json:
        print_json(result)
    else:
        tell(recorded_message(result, "sentence"))
    if result["held"] is False:
        raise typer.Exit(1)
