"""``trainweek sweep``: many tries of the week's recipe, and what they say together."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, joined
from core.timestamps import iso
from core.vocabulary import SweepState
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    ensure_background_runner,
    open_client,
    print_json,
    require_week,
)
from runner.cli.speech import tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from runner.client import Client
    from runner.outcomes import Recorded

app = typer.Typer(
    help="Sweeps: the week's recipe with many seeds, on its own split and on folds.",
    no_args_is_help=True,
)
SweepArgument = Annotated[str, typer.Argument(help="Id of the sweep.")]
OptionalSweep = Annotated[
    str | None, typer.Argument(help="Id of the sweep (default: the week's newest).")
]


@app.command()
def start(
    seeds: Annotated[int, typer.Option(help="Number of seeds.")] = 20,
    folds: Annotated[
        int, typer.Option(help="Walk-forward folds; 0: the week's own split alone.")
    ] = 4,
    steps: Annotated[
        int | None, typer.Option(help="Steps of each training (default: the playbook's).")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Start a sweep of the active week's recipe; the runner works it off. Returns at once."""
    client = open_client(home)
    require_week(client)
    sweep = _recorded(client.start_sweep(seeds, folds, steps))
    if not json:
        ensure_background_runner(client.home)
    print_json(as_dict(client, sweep)) if json else _tell(client, sweep)


@app.command("list")
def list_sweeps(week: WeekOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """List the sweeps of a week, newest first."""
    client = open_client(home)
    found = client.sweeps(require_week(client, week).id)
    if json:
        print_json([as_dict(client, each) for each in found])
        return
    if not found:
        tell(Message("No sweep: one training says nothing of its luck."))
    for each in found:
        _tell(client, each)
        if client.is_of_other_playbook(each):
            tell(Message("This sweep was of another playbook than the week's."))


@app.command()
def show(
    sweep_id: OptionalSweep = None,
    week: WeekOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show a sweep: how far it is, the recipe's verdict, and each trial."""
    client = open_client(home)
    sweep = _found(client, sweep_id, None if sweep_id else require_week(client, week).id)
    if json:
        print_json(as_dict(client, sweep, trials=True))
        return
    _tell(client, sweep)
    tell(client.sweep_verdict(sweep).sentence())
    for trial in sweep.trials:
        result = (
            joined([trial.state.value, trial.reason])
            if trial.decision is None
            else Message(
                "{decision}, {passed} of {gates} gates",
                decision=trial.decision.value,
                passed=sum(gate["passed"] for gate in trial.gates),
                gates=len(trial.gates),
            )
        )
        tell(
            joined([Message("seed {seed}, fold {fold}:", seed=trial.seed, fold=trial.fold), result])
        )


@app.command()
def stop(sweep_id: SweepArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Stop a sweep: no further trial begins, and the running ones are stopped."""
    client = open_client(home)
    sweep = _recorded(client.stop_sweep(sweep_id))
    print_json(as_dict(client, sweep)) if json else _tell(client, sweep)


@app.command()
def resume(sweep_id: SweepArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Let a stopped sweep go on; what was scored stays."""
    client = open_client(home)
    sweep = _recorded(client.resume_sweep(sweep_id))
    if not json:
        ensure_background_runner(client.home)
    print_json(as_dict(client, sweep)) if json else _tell(client, sweep)


def as_dict(client: Client, sweep: Sweep, *, trials: bool = False) -> dict[str, Any]:
    """A sweep as plain JSON, for ``--json``."""
    verdict, waits = client.sweep_verdict(sweep), client.sweep_waits_for(sweep)
    recipe, standing = verdict.recipe, verdict.standing()
    shown = {
        "id": sweep.id,
        "week": sweep.week_id,
        "state": sweep.state.value,
        "waits_for": waits if sweep.state is SweepState.RUNNING else None,
        "seeds": list(sweep.seeds),
        "folds": [dict(each) for each in sweep.folds],
        "steps": sweep.steps,
        "by": sweep.by,
        "at": iso(sweep.at),
        "planned": len(sweep.cells),
        "scored": recipe.scored,
        "failed": len(sweep.failed),
        "running": sweep.running,
        "remaining_s": sweep.remaining_s(client.sweep_parallel()),
        "go": recipe.go(),
        "own_tries": len(recipe.own),
        "own_diverged": recipe.diverged(),
        "own_failed": recipe.failed,
        "other_playbook": verdict.other_playbook,
        "standing": None if standing is None else asdict(standing) | {"outlier": standing.outlier},
        "not_siblings": verdict.apart,
        "verdict": verdict.sentence(),
    }
    if not trials:
        return shown
    return shown | {
        "trials": [
            {
                "job": each.job_id,
                "seed": each.seed,
                "fold": each.fold,
                "state": each.state.value,
                "reason": each.reason,
                "attempt": each.attempt,
                "decision": None if each.decision is None else each.decision.value,
                "gates": [dict(gate) for gate in each.gates],
            }
            for each in sweep.trials
        ]
    }


def _tell(client: Client, sweep: Sweep) -> None:
    recipe, words = sweep.recipe(), []
    if sweep.state is SweepState.RUNNING:
        remaining = sweep.remaining_s(client.sweep_parallel())
        if (waits := client.sweep_waits_for(sweep)) is not None:
            words.append(waits)
        elif remaining is not None:
            words.append(Message("About {minutes:.0f} min remain.", minutes=remaining / 60))
    if sweep.failed:
        words.append(Message("{n} failed.", n=len(sweep.failed)))
    tell(
        joined(
            [
                Message(
                    "{sweep}: {state}, {scored} of {planned} trials scored.",
                    sweep=sweep.id,
                    state=sweep.state.value,
                    scored=recipe.scored,
                    planned=len(sweep.cells),
                ),
                *words,
            ]
        )
    )


def _found(client: Client, sweep_id: str | None, week_id: str | None) -> Sweep:
    sweep = (
        client.sweep(sweep_id) if sweep_id is not None else next(iter(client.sweeps(week_id)), None)
    )
    if sweep is None:
        raise InputError(
            Message("There is no sweep {sweep}.", sweep=sweep_id)
            if sweep_id
            else Message("The week has no sweep."),
            Message("Start one: trainweek sweep start"),
        )
    return sweep


def _recorded(outcome: Recorded[Sweep] | Refused) -> Sweep:
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    return outcome.record
