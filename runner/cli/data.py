"""``trainweek data``: a synthetic market to try the week with, and the data check."""

from __future__ import annotations

from typing import Annotated

import typer

from core.language import joined, plural
from core.market.sample import write_sample
from core.paths import Home
from runner.cli.manual import data_check
from runner.cli.options import HomeOption
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
    for path, bars in write_sample(target.train_data, target.backtest_data, seed, force=force):
        counted = plural("{n:,} bar (synthetic)", "{n:,} bars (synthetic)", bars)
        tell(joined([f"{target.relative(path)}:", counted]))


app.command(name="check")(data_check)
