"""``trainweek jobs``: submit, list, show and stop jobs, and print their output."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConflictError, InputError
from core.field_hints import shown
from core.language import Message, joined, literal
from core.state_words import capitals
from core.timestamps import iso
from core.vocabulary import LIVE_STATES, JobKind
from runner.cli.options import (
    HomeOption,
    JsonOption,
    open_client,
    open_reads,
    print_json,
    require_week,
)
from runner.cli.speech import printable, tell
from runner.outcomes import AlreadyRunning, Refused, Submitted

if TYPE_CHECKING:  # a list loads no parameters of jobs and no rules of acts
    from runner.client.reads import Reads
    from runner.incident_records import Incident
    from runner.records import Job

_MOST_LISTED = 1_000_000

app = typer.Typer(help="Submit, list, show and stop jobs.", no_args_is_help=True)


@app.command()
def submit(
    kind: JobKind,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="name=value; value as JSON or text.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Unique key: repeating a request with it makes no second job."),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Request a job of the active week. An unknown --param lists the valid names."""
    from core.job_params import asked_params
    from runner.cli.paths import with_given_paths

    client = open_client(home)
    asked = with_given_paths(asked_params(kind, _params(kind, param or [])), client.home)
    require_week(client)
    match client.submit(kind, asked, key=key):
        case Submitted(job=job):
            print_json(as_dict(job)) if json else print(f"{job.id} {job.state}")
        case AlreadyRunning(job=job, by=by, since=since):
            raise ConflictError(
                Message(
                    "{kind} is already {state}: {job}, by {by} at {time}.",
                    kind=job.kind.value,
                    state=capitals(job.state),
                    job=job.id,
                    by=by,
                    time=iso(since),
                ),
                Message("See: trainweek jobs show {job}", job=job.id),
            )
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)


@app.command("list")
def list_jobs(
    kind: Annotated[JobKind | None, typer.Option(help="Only this kind.")] = None,
    limit: Annotated[
        int, typer.Option(help="List at most this many.", min=1, max=_MOST_LISTED)
    ] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List jobs, newest first."""
    client = open_reads(home)
    jobs = client.jobs(kind=kind, limit=limit)
    if json:
        print_json([as_dict(job) | _pulse(client, job) for job in jobs])
        return
    for job in jobs:
        when = iso(job.started_at or job.requested_at)
        pulse = client.pulse(job.id) if job.state in LIVE_STATES else None
        text = joined([f"{pulse.liveness}:", pulse.text]) if pulse else job.reason
        tell(joined([f"{job.id:<44} {job.state:<12} {when}", text], "  "))


@app.command()
def show(job_id: str, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show one job with its attempts, progress and result."""
    client = open_reads(home)
    job = _require_job(client.job(job_id), job_id)
    attempts = client.attempts(job.id)
    if json:
        print_json(
            as_dict(job)
            | _pulse(client, job)
            | {
                "params": dict(job.params),
                "attempts": [
                    {
                        "number": a.number,
                        "state": a.state,
                        "reason": a.reason,
                        "exit_code": a.exit_code,
                        "folder": a.folder,
                    }
                    for a in attempts
                ],
                "progress": client.progress(job.id),
                "result": client.result(job.id),
                "incidents": [
                    {
                        "id": incident.id,
                        "procedure": incident.procedure,
                        "state": incident.state,
                        "summary": incident.summary,
                        "opened_at": iso(incident.opened_at),
                        "blocks_start": incident.blocks_start,
                        "close_reason": incident.close_reason,
                    }
                    for incident in client.incidents_of(job.id)
                ],
            }
        )
        return
    for name, value in as_dict(job).items():
        tell(joined([f"{name:<12}", literal("") if value is None else _as_text(value)]))
    if (pulse := client.pulse(job.id)) is not None:
        tell(joined([f"{'liveness':<12} {pulse.liveness}:", pulse.text]))
    for a in attempts:
        number = Message("attempt {number}:", number=a.number)
        tell(joined([number, a.state.value, a.reason, a.folder]))
    for incident in client.incidents_of(job.id):
        tell(_in_words(incident))


@app.command()
def stop(job_id: str, home: HomeOption = None, json: JsonOption = False) -> None:
    """Stop a job: it gets time to save; after the grace period its process tree is killed."""
    client = open_client(home)
    _require_job(client.job(job_id), job_id)
    outcome = client.stop(job_id)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    job = _require_job(client.job(job_id), job_id)
    print_json(as_dict(job)) if json else tell(
        Message("{job}: stop requested ({state})", job=job.id, state=job.state.value)
    )


@app.command("machine-gone")
def machine_gone(
    job_id: str,
    reason: Annotated[str, typer.Option(help="Why it is certain that the machine is gone.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Say that the machine of an unreachable job is gone for good: the run may be resumed elsewhere."""
    client = open_client(home)
    outcome = client.machine_gone(job_id, reason)
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    job = _require_job(client.job(job_id), job_id)
    print_json(as_dict(job)) if json else tell(
        Message("{job}: its machine counts as gone; the runner follows.", job=job.id)
    )


@app.command()
def logs(
    job_id: str,
    lines: Annotated[
        int, typer.Option(help="Number of lines, from the end.", min=1, max=_MOST_LISTED)
    ] = 100,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Print the last lines of a job's output."""
    client = open_reads(home)
    _require_job(client.job(job_id), job_id)
    tail = client.output_tail(job_id, lines=lines)
    print_json({"id": job_id, "lines": tail.splitlines()}) if json else print(printable(tail))


def as_dict(job: Job) -> dict[str, Any]:
    """A job as plain JSON, for ``--json``."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "reason": job.reason,
        "attempt": job.attempt,
        "pid": job.pid,
        "started_at": iso(job.started_at) if job.started_at else None,
        "ended_at": iso(job.ended_at) if job.ended_at else None,
        "exit_code": job.exit_code,
    }


def _as_text(value: object) -> Message:
    return literal(value if isinstance(value, str) else str(value))


def _in_words(incident: Incident) -> Message:
    """``incident crash: OPEN since …, blocks every start``."""
    since = Message("since {time}", time=iso(incident.opened_at))
    if incident.closed_at is not None:
        details = Message(
            "by {by} at {time}: {reason}",
            by=incident.closed_by,
            time=iso(incident.closed_at),
            reason=incident.close_reason,
        )
    elif incident.blocks_start:
        details = Message("{since}, blocks every start (page Escalation)", since=since)
    else:
        details = Message("{since} (page Escalation)", since=since)
    what = Message(
        "incident {procedure}: {state}", procedure=incident.procedure, state=incident.state.value
    )
    return joined([what, details])


def _pulse(client: Reads, job: Job) -> dict[str, Any]:
    """The liveness as plain JSON, for ``--json``; null while the job waits."""
    pulse = client.pulse(job.id)
    if pulse is None:
        return {"liveness": None}
    return {
        "liveness": pulse.liveness,
        "liveness_evidence": list(pulse.evidence),
        "silence_s": pulse.silence,
        "silence_limit_s": pulse.limit,
    }


def _params(kind: JobKind, given: list[str]) -> dict[str, Any]:
    """``steps=20000`` to ``{"steps": 20000}``; a value that is not JSON is text."""
    from core.job_params import is_text

    params: dict[str, Any] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise InputError(
                Message("--param {pair} is not name=value.", pair=shown(pair)),
                Message("Write for example --param steps=20000."),
            )
        if name in params:
            raise InputError(
                Message("The parameter {name} is given twice.", name=shown(name)),
                Message("Give it once."),
            )
        try:
            value = json_module.loads(text)
        except (ValueError, RecursionError):
            value = text
        params[name] = text if is_text(kind, name) and not isinstance(value, str) else value
    return params


def _require_job(job: Job | None, job_id: str) -> Job:
    if job is None:
        raise InputError(
            Message("There is no job {job}.", job=job_id), Message("List them: trainweek jobs list")
        )
    return job
