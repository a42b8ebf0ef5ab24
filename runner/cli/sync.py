"""``trainweek sync``: ship event files, models and reports to an object store, or fetch them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.language import Message, plural
from core.vocabulary import Right
from runner.cli.options import (
    HomeOption,
    client_of,
    existing_home,
    keeper_of_machine,
    used_home,
)
from runner.cli.speech import tell_line, warn
from runner.settings import Settings
from runner.sync.object_store import StoreAway
from runner.sync.pull import always
from runner.sync.session import pulling, pushing

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from runner.sync.kept import Kept
    from runner.sync.pull import Fetched, Pull
    from runner.sync.push import Push, Shipped

app = typer.Typer(
    help="Ship event files, models and reports to an object store, or fetch them.",
    no_args_is_help=True,
)
FollowOption = Annotated[
    bool, typer.Option("--follow", help="Continue, every sync_s seconds, until Ctrl-C.")
]
_MB = 1e6


@app.command()
def push(follow: FollowOption = False, home: HomeOption = None) -> None:
    """Ship what is new to the store of sync_url. Exit 1 if another machine wrote a file differently."""
    place = used_home(home)
    keeper_of_machine(place, Right.OPERATE)
    settings = Settings.read(place)
    with pushing(place, settings) as shipping:
        _say_emptied(shipping.kept)
        _repeat(lambda: _push(shipping, quiet=follow), settings.sync_s if follow else None)


@app.command()
def pull(follow: FollowOption = False, home: HomeOption = None) -> None:
    """Fetch what is new from the store of sync_url. Exit 1 if a file here was left as it is.

    The model in use is replaced only for the lead, and not while a job trains or judges it.
    """
    place = existing_home(home)
    keeper_of_machine(place, Right.OPERATE)
    settings = Settings.read(place)
    with pulling(place, settings, _model_stays(place, settings)) as fetching:
        _say_emptied(fetching.kept)
        _repeat(lambda: _pull(fetching, quiet=follow), settings.sync_s if follow else None)


def _model_stays(place: Home, settings: Settings) -> Callable[[str | None], Message | None]:
    """What decides about the model in use; a mirror without a record has nobody who chooses it."""
    if settings.store_url is None and not place.ledger.exists():
        return always

    def asked(of: str | None) -> Message | None:
        from runner.client.model_pulls import model_stays

        return model_stays(client_of(place), of)

    return asked


def _say_emptied(kept: Kept) -> None:
    if kept.emptied:
        warn(
            Message(
                "The store was emptied or replaced since the last time: every file here stays, and"
                " what differs is left as it is."
            )
        )


def _repeat(look: Callable[[], bool], every_s: float | None) -> None:
    """Look once, or until Ctrl-C; a store that is away is asked again."""
    if every_s is None:
        raise typer.Exit(0 if look() else 1)
    said = ""
    try:
        while True:
            try:
                look()
                said = ""
            except StoreAway as error:
                if str(error) != said:
                    warn(error.what, error.remedy)
                said = str(error)
            time.sleep(max(every_s, 0.05))
    except KeyboardInterrupt:
        return


def _push(shipping: Push, *, quiet: bool) -> bool:
    done: Shipped = shipping.look(lambda: datetime.now(UTC))
    if done.files or not quiet:
        tell_line(
            plural(
                "{n:,} file shipped, {mb:,.1f} MB; the store is at commit {commit:,}.",
                "{n:,} files shipped, {mb:,.1f} MB; the store is at commit {commit:,}.",
                done.files,
                mb=done.sent / _MB,
                commit=shipping.index.number,
            )
        )
    for name, host in done.conflicts.items():
        warn(
            Message(
                "{file} is another one in the store, written by {host}: it was left as it is.",
                file=name,
                host=host,
            )
        )
    for name in done.skipped:
        warn(Message("{file} can't be shipped: it was skipped.", file=name))
    return not done.conflicts


def _pull(fetching: Pull, *, quiet: bool) -> bool:
    done: Fetched = fetching.look()
    if done.files or not quiet:
        tell_line(
            plural(
                "{n:,} file fetched, {mb:,.1f} MB; commit {commit:,}, of {at} by {host}.",
                "{n:,} files fetched, {mb:,.1f} MB; commit {commit:,}, of {at} by {host}.",
                done.files,
                mb=done.received / _MB,
                commit=fetching.index.number,
                at=fetching.index.at,
                host=fetching.index.host,
            )
        )
    for name in done.conflicts:
        warn(
            Message(
                "{file} is another one here than the store knows: it was left as it is. To fetch"
                " the store's, move it away first.",
                file=name,
            )
        )
    for name, why in done.waiting.items():
        warn(Message("{file} is new in the store and was left for now: {why}", file=name, why=why))
    return not done.conflicts and not done.waiting
