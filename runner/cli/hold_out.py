"""``trainweek hold-out``: who looked at the backtest bars, and the lock of their final look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, joined
from runner.cli.options import HomeOption, JsonOption, open_client, print_json, require_week
from runner.cli.speech import tell
from runner.client.hold_outs import window_of
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.trading.hold_out import Meter, Window
    from runner.client import Client
    from runner.outcomes import Recorded

app = typer.Typer(
    help="The hold-out: looks at the backtest bars so far, and the lock of the final one.",
    no_args_is_help=True,
)
FolderOption = Annotated[
    str | None,
    typer.Option(
        "--backtest-data-dir", help="Folder of the candles (default: the active week's playbook's)."
    ),
]
ReasonOption = Annotated[str, typer.Option(help="Why, for those who read the decision.")]


@app.command()
def show(folder: FolderOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show the meter: earlier looks at these bars, the Sharpe that counts now, the lock."""
    client = open_client(home)
    meter = _meter(client, folder)
    if json:
        print_json(meter.as_dict())
        return
    tell(meter.sentence())
    for look in meter.looks:
        what = (look.model or "?")[:12] if not look.tries else f"{look.tries} tries"
        tell(joined([look.at, look.by, look.job, what]))


@app.command()
def lock(
    reason: ReasonOption,
    folder: FolderOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Lock the bars: no revalidation and no sweep on them until the lead opens them, once."""
    client = open_client(home)
    _say(client, client.lock_hold_out(reason, folder), json=json)


@app.command("open")
def open_(
    reason: ReasonOption,
    folder: FolderOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Open the locked bars for one revalidation, their final look."""
    client = open_client(home)
    _say(client, client.open_hold_out(reason, folder), json=json)


def _say(client: Client, outcome: Recorded[Window] | Refused, *, json: bool) -> None:
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    window, state = outcome.record, client.hold_outs().state(outcome.record)
    if json:
        print_json({"state": state, "window": window.as_dict()})
        return
    from core.trading.hold_out import STATES

    tell(
        Message(
            "The bars from {first} to {last}: {state}.",
            first=str(window.first),
            last=str(window.last),
            state=STATES[state],
        )
    )


def _meter(client: Client, folder: str | None) -> Meter:
    """Of a model that did not look yet: the one in use."""
    week = require_week(client)
    settings = week.playbook.revalidation
    place = client.home.resolve(folder or settings.backtest_data_dir)
    window = window_of(place, week.playbook.symbol)
    used: Any = client.model_in_use()
    return client.hold_outs().meter(
        window,
        None if used is None else used.model.sha256,
        week.playbook_sha256,
        settings.adequate_dsr,
        bars_per_year=settings.bars_per_year,
    )
