"""The command ``trainweek``: every action of a training week, with exit codes for scripts.

Exit codes: 0 done, 1 a bad result (a failed check, a NO-GO), 2 invalid input or a problem
of the machine; the message says what to fix. ``diagnose`` reports its result as 0, 1 or 2,
and exits with 3 if the run can't be evaluated.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from runner.cli import (
    access,
    access_tokens,
    data,
    decision,
    decision_history,
    demo,
    doctor,
    incidents,
    jobs,
    ledger,
    manual,
    models,
    operate,
    page_address,
    playbook,
    run_models,
    runs,
    settings,
    ticks,
    weeks,
)
from runner.cli.program import VerdictCommand, run

app = typer.Typer(
    help="Run and watch a PPO training week by its operations manual.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _everywhere(
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Data directory (default: the checkout)."),
    ] = None,
) -> None:
    if home is not None:
        os.environ["TRAINWEEK_HOME"] = str(home)


app.add_typer(weeks.app, name="week")
app.add_typer(playbook.app, name="playbook")
app.add_typer(data.app, name="data")
app.add_typer(jobs.app, name="jobs")
app.add_typer(incidents.app, name="incidents")
app.add_typer(models.backup, name="backup")
decision.app.command()(decision_history.history)
decision.app.command()(decision_history.compare)
models.model.command("list")(run_models.list_models)
models.model.command("use")(run_models.use_model)
app.add_typer(models.model, name="model")
app.add_typer(ledger.app, name="ledger")
access.app.command()(access_tokens.tokens)
access.app.command("revoke-token")(access_tokens.revoke_token)
app.add_typer(access.app, name="access")
app.add_typer(decision.app, name="decision")
for command in (
    operate.up,
    doctor.doctor,
    settings.settings,
    operate.runner,
    operate.dashboard,
    page_address.link,
    operate.tensorboard,
    operate.systemd,
    runs.inspect,
    runs.watch,
    runs.metrics,
    manual.start,
    manual.restart,
    models.checkpoints,
    manual.revalidate,
    ticks.tick,
    demo.demo,
):
    app.command()(command)
app.command(cls=VerdictCommand)(runs.diagnose)
app.command(name="daily-check")(manual.daily_check)
app.command(name="data-check")(manual.data_check)


def main() -> None:
    """Entry point of the command ``trainweek``."""
    run(app)
