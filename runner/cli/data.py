"""``trainweek data``: a synthetic market to try the week with, and the data check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import ConflictError, InputError
from core.files import write_text
from core.language import Message, joined, plural
from core.market import load_candles
from core.market.candles import HOUR
from core.market.csv_text import csv_text
from core.market.loading import shorter_interval
from core.market.resampling import resampled
from core.market.sample import write_sample
from core.path_names import expanded
from core.paths import Home
from core.timestamps import interval_name
from core.vocabulary import Right
from runner.cli.manual import data_check
from runner.cli.options import HomeOption, JsonOption, person_who_acts, print_json
from runner.cli.speech import tell

app = typer.Typer(help="Write sample candles, check candles.", no_args_is_help=True)


@app.command()
def sample(
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same market.")] = 7,
    force: Annotated[bool, typer.Option(help="Replace existing candles.")] = False,
    home: HomeOption = None,
) -> None:
    """Write a synthetic OGNUSDT market with a learnable signal to data/train and data/backtest.

    It is labelled synthetic in the files and wherever it is used.
    """
    target = Home.find(home)
    person_who_acts(target, Right.OPERATE)
    for path, bars in write_sample(target.train_data, target.backtest_data, seed, force=force):
        counted = plural("{n:,} bar (synthetic)", "{n:,} bars (synthetic)", bars)
        tell(joined([f"{target.relative(path)}:", counted]))


@app.command()
def resample(
    source: Annotated[Path, typer.Argument(help="File or folder of shorter bars.")],
    target: Annotated[Path, typer.Argument(help="CSV file to write, e.g. data/train/OGN-1h.csv.")],
    force: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
    json: JsonOption = False,
) -> None:
    """Make hourly bars from shorter ones (1, 5, 15, 30 min ...).

    The file says what it was made from, and the data check repeats it. An hour with a missing
    bar is left out.
    """
    source, target = expanded(source), expanded(target)
    place = Home.find()
    if target.resolve().is_relative_to(place.root.resolve()):
        person_who_acts(place, Right.OPERATE)
    if target.suffix != ".csv":
        raise InputError(
            Message("{path} does not end with .csv.", path=str(target)),
            Message("Give the name of a CSV file."),
        )
    if target.exists() and not force:
        raise ConflictError(
            Message("{path} already exists.", path=str(target)),
            Message("Give another name, or --force to replace it."),
        )
    found = load_candles(source, shorter_interval(source, HOUR))
    made = resampled(found, HOUR)
    if made.frame.empty:
        raise InputError(
            Message("No hour of {path} is complete.", path=str(source)),
            Message("Give bars that fill whole hours."),
        )
    write_text(target, csv_text(made.frame, made.comment))
    if json:
        print_json(
            {
                "file": str(target),
                "bars": len(made.frame),
                "incomplete": made.incomplete,
                "from": interval_name(found.interval),
            }
        )
        return
    tell(
        joined(
            [
                f"{target}:",
                plural(
                    "{n:,} hourly bar from bars of {source};",
                    "{n:,} hourly bars from bars of {source};",
                    len(made.frame),
                    source=interval_name(found.interval),
                ),
                plural(
                    "{n:,} incomplete hour left out.",
                    "{n:,} incomplete hours left out.",
                    made.incomplete,
                ),
            ]
        )
    )


app.command(name="check")(data_check)
