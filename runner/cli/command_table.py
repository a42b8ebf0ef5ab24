"""The commands of ``trainweek``, each with its place: a module is imported when its command is called.

So a command pays for what it uses: ``trainweek --help`` imports none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from runner.cli.program import VerdictCommand

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Listed:
    """One command, or group of commands.

    :ivar place: module below ``runner.cli``, and its function or Typer program.
    :ivar help: the first sentence of its own help, for the list of commands.
    """

    place: str
    help: str
    kind: type[TyperCommand] = TyperCommand

    def loaded(self, name: str) -> Any:
        """The command itself, imported."""
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(f"runner.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
            command.name = name
            return command
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name, cls=self.kind)(found)
        return typer.main.get_command(alone)


COMMANDS: Mapping[str, Listed] = {
    "up": Listed(
        "operate:up",
        "Start runner and dashboard. Ctrl-C stops both; jobs continue and are adopted at the next start.",
    ),
    "doctor": Listed(
        "doctor:doctor",
        "Check data directory, disk, database, ledger, backups, runner, processes, models, versions.",
    ),
    "settings": Listed(
        "settings:settings",
        "List the settings with value, default, source (default, environment, file) and explanation.",
    ),
    "runner": Listed(
        "operate:runner",
        "Run the runner in the foreground: it takes requests and supervises jobs. Ctrl-C stops it.",
    ),
    "dashboard": Listed(
        "operate:dashboard",
        "Start the dashboard only, next to a runner started separately on this machine.",
    ),
    "link": Listed(
        "page_address:link",
        "Print a new one-time link to the pages, for another browser. Only without a login.",
    ),
    "tensorboard": Listed("operate:tensorboard", "Start TensorBoard on the event files of a week."),
    "systemd": Listed(
        "operate:systemd",
        "Print systemd units for runner and dashboard, and the commands that install them.",
    ),
    "inspect": Listed(
        "runs:inspect", "Print readings and, for each tag, count, last, lowest and highest value."
    ),
    "watch": Listed(
        "runs:watch",
        "Watch a run that trainweek did not start, read-only: its curves and a diagnosis.",
    ),
    "metrics": Listed(
        "runs:metrics",
        "Evaluate the six gates of any backtest, with confidence intervals and evidence grade.",
    ),
    "start": Listed(
        "manual:start",
        "Start the week's training run and follow its log. Ctrl-C detaches; the run continues.",
    ),
    "restart": Listed(
        "manual:restart",
        "Save and stop the training run, then resume it from the last good checkpoint.",
    ),
    "checkpoints": Listed(
        "models:checkpoints",
        "List checkpoints, newest first, and verify each. Exit 1 if one is corrupt.",
    ),
    "revalidate": Listed(
        "manual:revalidate",
        "Evaluate the six gates on the backtest data. Exit 0: GO; 1: PARTIAL or NO-GO.",
    ),
    "tick": Listed(
        "ticks:tick",
        "List the checks of a slot with the machine's verdicts, or tick them in your name.",
    ),
    "demo": Listed(
        "demo:demo",
        "Play a training week with a real training run and a real backtest, on a fast clock.",
    ),
    "drill": Listed(
        "drill:app",
        "Drills: play a fault into a scratch week, and measure how the team handles it.",
    ),
    "diagnose": Listed(
        "runs:diagnose", "Diagnose a run, with the evidence for and against.", VerdictCommand
    ),
    "daily-check": Listed(
        "manual:daily_check",
        "Judge a day, write its summary and print it. Exit 0 if all five checks pass, else 1.",
    ),
    "data-check": Listed(
        "manual:data_check", "Print a quality report of the candles. Exit 1 on errors."
    ),
    "week": Listed("weeks:app", "Create, list, select and archive weeks; change a launch time."),
    "playbook": Listed(
        "playbook:app", "Check or print a playbook, or take a changed one into a week."
    ),
    "data": Listed("data:app", "Write sample candles, check candles."),
    "sync": Listed(
        "sync:app", "Ship event files, models and reports to an object store, or fetch them."
    ),
    "executor": Listed("executor:app", "What runs jobs on a cluster."),
    "jobs": Listed("jobs:app", "Submit, list, show and stop jobs."),
    "incidents": Listed("incidents:app", "The incidents of a week and their actions."),
    "alerts": Listed(
        "alerts:app", "Alerts: what is reported now, tests of the channels, silences."
    ),
    "sweep": Listed(
        "sweep:app", "Sweeps: the week's recipe with many seeds, on its own split and on folds."
    ),
    "twin": Listed(
        "twin:app", "Twin runs: a change tried from the last good checkpoint, beside the run."
    ),
    "hold-out": Listed(
        "hold_out:app",
        "The hold-out: looks at the backtest bars so far, and the lock of the final one.",
    ),
    "shifts": Listed("shifts:app", "Shifts: who is on call in the week."),
    "backup": Listed("models:backup", "Verified copies of models/ppo_phase4."),
    "runs": Listed("run_report:app", "The report of a training run."),
    "model": Listed("models:model", "The runs' models, and the one in use."),
    "ledger": Listed("ledger:app", "Verify, back up, restore or replay the ledger."),
    "access": Listed("access:app", "People who may sign in, and their roles."),
    "decision": Listed(
        "decision:app",
        "The signed decision: show, export, verify, reproduce, gate, close, history, compare, follow.",
    ),
}


class Commands(TyperGroup):
    """A group that knows its commands' names and first sentences, and loads the one that is called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, listed in COMMANDS.items():
            self.add_command(TyperCommand(name, help=listed.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """The called command, loaded, and the words after its name."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in COMMANDS:
            command = COMMANDS[name].loaded(name)
        return name, command, rest
