"""``trainweek model list`` and ``use``: the runs' own models, and the one in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, literal
from core.state_words import capitals
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from runner.client import Client
    from runner.client.run_models import TrainingRun


def list_models(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the training runs with their best models, newest first; * marks the one in use."""
    client = open_client(home)
    found, used = client.runs(), client.model_in_use()
    if json:
        print_json(
            {
                "in_use": used
                and {
                    "run": used.model.run,
                    "sha256": used.model.sha256,
                    "choice": used.choice and used.choice.as_dict(),
                },
                "runs": [_as_json(client, run) for run in found],
            }
        )
        return
    if not found:
        tell(Message("No training runs yet."))
    for run in found:
        tell(
            Message(
                "{mark} {run:<40} {state:<12} {model}",
                mark=literal("*" if run.in_use else " "),
                run=run.run,
                state=capitals(run.state),
                model=_best(run),
            )
        )
    if used is not None and not any(run.in_use for run in found):
        tell(
            Message(
                "In use: {sha} of {run}, which is the best model of none of these runs.",
                sha=used.model.sha256[:12],
                run=used.model.run,
            )
        )


def _as_json(client: Client, run: TrainingRun) -> dict[str, Any]:
    return {
        "run": run.run,
        "week": run.week_id,
        "state": run.state.value,
        "note": run.note,
        "steps": run.steps,
        "total_steps": run.total_steps,
        "settings": dict(run.settings),
        "changed_by_restarts": {name: list(values) for name, values in run.changed.items()},
        "validation": dict(run.validation),
        "model": run.model
        and {
            "path": client.home.relative(client.home.run_model(run.run)),
            "sha256": run.model.sha256,
            "step": run.model.step,
        },
        "problem": run.problem,
        "in_use": run.in_use,
        "decision": run.decided and {"decision": run.decided.decision, "score": run.decided.score},
    }


def _best(run: TrainingRun) -> Message:
    if run.model is None:
        return run.problem or Message("no model")
    sharpe = run.validation.get("sharpe")
    if not isinstance(sharpe, int | float):
        return Message("step {step:,}", step=run.model.step or 0)
    return Message(
        "step {step:,}, validation Sharpe {sharpe:.4f}", step=run.model.step or 0, sharpe=sharpe
    )


def use_model(
    run: Annotated[str, typer.Argument(help="The run whose best model is put in use.")],
    reason: Annotated[str, typer.Option(help="Why this one; recorded in the ledger.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Put a run's best model in use: best_model.zip becomes a copy of it. Right of the ML lead."""
    client = open_client(home)
    outcome = client.use_model(run, reason)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    used = outcome.record
    if json:
        print_json({"run": used.run, "sha256": used.sha256, "step": used.step})
        return
    tell(
        Message(
            "{file} is the best model of {run} (step {step:,}, {sha}).",
            file=client.home.relative(client.home.best_model),
            run=used.run,
            step=used.step or 0,
            sha=used.sha256[:12],
        )
    )
