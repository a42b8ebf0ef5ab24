"""``trainweek twin``: a change of the run tried beside it, before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.job_params import asked_params
from core.language import Message, joined
from core.state_words import capitals
from core.timestamps import iso
from core.twin.arms import PAIRS
from core.vocabulary import ACTIVE_STATES, JobKind
from runner.cli.followed_job import submitted
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    ensure_background_runner,
    open_client,
    print_json,
    require_allowed,
    require_week,
)
from runner.cli.speech import tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.job_params import TwinParams
    from runner.client import Client
    from runner.records import Job
    from runner.store.twins import TwinRun

app = typer.Typer(
    help="Twin runs: a change tried from the last good checkpoint, beside the run.",
    no_args_is_help=True,
)
JobArgument = Annotated[str, typer.Argument(help="Id of the twin run.")]
OptionalJob = Annotated[
    str | None, typer.Argument(help="Id of the twin run (default: the week's newest).")
]


@app.command()
def start(
    learning_rate: Annotated[
        float | None, typer.Option(help="Learning rate to try, e.g. 1e-4.")
    ] = None,
    ent_coef: Annotated[
        float | None, typer.Option(help="Entropy coefficient to try, e.g. 0.005.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Steps of each arm (default: 20 rollouts).")
    ] = None,
    pairs: Annotated[int, typer.Option(help="Pairs of arms; one pair decides nothing.")] = PAIRS,
    incident: Annotated[int | None, typer.Option(help="Number of the incident that asks.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Id of the finding that asks.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Fork the run from its newest intact checkpoint, with and without the change; the run goes on."""
    given = {
        "learning_rate": learning_rate,
        "ent_coef": ent_coef,
        "steps": steps,
        "pairs": pairs,
        "incident": incident,
        "scenario": scenario,
    }
    asked: Any = asked_params(
        JobKind.TWIN, {name: value for name, value in given.items() if value is not None}
    )
    client = open_client(home)
    require_allowed(client.denied_job(JobKind.TWIN, asked))
    require_week(client)
    job = submitted(client.start_twin(asked))
    ensure_background_runner(client.home)
    _started(client, job, asked, json)


@app.command("list")
def list_twins(week: WeekOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """List the twin runs of a week, newest first."""
    client = open_client(home)
    found = client.twins(require_week(client, week).id)
    if json:
        print_json([as_dict(client, each) for each in found])
        return
    if not found:
        tell(Message("No twin run. Start one: trainweek twin start --learning-rate 1e-4"))
    for each in found:
        tell(_line(client, each))


@app.command()
def show(
    job_id: OptionalJob = None,
    week: WeekOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show a twin run: how far it is, which arm is better, and how sure that is."""
    client = open_client(home)
    found = (
        client.twin(job_id)
        if job_id
        else next(iter(client.twins(require_week(client, week).id)), None)
    )
    if found is None:
        raise InputError(
            Message("There is no twin run {job}.", job=job_id)
            if job_id
            else Message("The week has no twin run."),
            Message("Start one: trainweek twin start --learning-rate 1e-4"),
        )
    if json:
        print_json(as_dict(client, found))
        return
    tell(_line(client, found))
    if found.result is not None:
        for sentence in found.result.details():
            tell(sentence)
        if found.result.is_better:
            tell(Message("Keep the change: trainweek twin keep {job}", job=found.job.id))


@app.command()
def stop(job_id: JobArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Stop a twin run; the arms that have ended are kept for a resume."""
    client = open_client(home)
    if client.twin(job_id) is None:
        raise InputError(Message("There is no twin run {job}.", job=job_id))
    outcome = client.stop(job_id)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if json:
        print_json({"id": job_id, "state": capitals(outcome.record.state)})
    else:
        tell(Message("Stop of {job} requested.", job=job_id))


@app.command()
def resume(job_id: JobArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Go on with a twin run that was stopped or failed; the arms that have ended are kept."""
    client = open_client(home)
    job = submitted(client.resume_twin(job_id))
    ensure_background_runner(client.home)
    if json:
        print_json({"id": job.id, "continues": job_id})
    else:
        tell(Message("{job} goes on with {earlier}.", job=job.id, earlier=job_id))


@app.command()
def keep(
    job_id: JobArgument,
    reason: Annotated[
        str, typer.Option(help="Your reason; required if the change was not found better.")
    ] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Save and stop the run, then resume it from its own checkpoint with the change."""
    client = open_client(home)
    job = submitted(client.keep_twin(job_id, reason))
    ensure_background_runner(client.home)
    if json:
        print_json({"id": job.id, "run": job.run, "restart": job.params["restart"]})
        return
    changed = job.params["restart"]["what"]
    tell(
        Message(
            "{job} restarts {changed}. Follow it: trainweek jobs logs {job}",
            job=job.id,
            changed=changed,
        )
    )


def as_dict(client: Client, found: TwinRun) -> dict[str, Any]:
    """A twin run as plain JSON, for ``--json``."""
    job, result = found
    return {
        "id": job.id,
        "week": job.week_id,
        "state": capitals(job.state),
        "reason": job.reason,
        "by": job.requested_by,
        "at": iso(job.requested_at),
        "params": dict(job.params),
        "progress": client.progress(job.id) if job.state in ACTIVE_STATES else None,
        "step": None if result is None else result.step,
        "comparison": None if result is None else result.comparison.as_dict(),
        "sentence": None if result is None else result.sentence(),
        "failures": [] if result is None else list(result.failures),
    }


def _started(client: Client, job: Job, asked: TwinParams, json: bool) -> None:
    week = require_week(client)
    steps = client.twin_steps(week, asked.steps)
    lasts = client.twin_minutes(week, asked.pairs, asked.steps)
    if json:
        print_json({"id": job.id, "run": job.params["run"], "steps": steps, "minutes": lasts})
        return
    tell(
        Message(
            "{job}: {pairs} pairs of {steps:,} steps an arm from the newest checkpoint of {run},"
            " about {minutes:.1f} min at the run's speed. The run goes on meanwhile. Show it:"
            " trainweek twin show {job}",
            job=job.id,
            pairs=asked.pairs,
            steps=steps,
            run=job.params["run"],
            minutes=lasts,
        )
    )


def _line(client: Client, found: TwinRun) -> Message:
    job, result = found
    state = Message("{job}: {state}.", job=job.id, state=capitals(job.state))
    if result is not None:
        return joined([state, result.sentence()])
    made = client.progress(job.id) if job.state in ACTIVE_STATES else None
    if made and made.get("total_steps"):
        done = Message(
            "{steps:,} of {total:,} steps.", steps=made["steps"], total=made["total_steps"]
        )
        return joined([state, done])
    return joined([state, job.reason]) if job.reason else state
