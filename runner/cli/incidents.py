"""``trainweek incidents``: the incidents of a week."""

from __future__ import annotations

import typer

from runner.cli.incident_items import item

app = typer.Typer(help="The incidents of a week and their actions.", no_args_is_help=True)
app.command()(item)
