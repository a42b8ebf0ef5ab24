"""A requested job, followed to its end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from core.errors import ConflictError, InputError
from core.job_params import asked_params
from core.language import Message, joined
from core.state_words import capitals
from core.timestamps import iso
from core.vocabulary import ENDED_STATES, JobKind, JobState
from runner.cli.jobs import as_dict
from runner.cli.options import ensure_background_runner, require_week
from runner.cli.paths import with_given_paths
from runner.cli.program import end_with_problem
from runner.cli.speech import printable, tell
from runner.client import Client
from runner.outcomes import AlreadyRunning, Refused, Submitted
from runner.records import Job

FOLLOW_EVERY_S = 0.2


def submitted(outcome: Submitted | AlreadyRunning | Refused) -> Job:
    """The submitted job.

    :raises ConflictError: such a job is already waiting or running; names who requested it.
    :raises InputError: the request was refused.
    """
    match outcome:
        case Submitted(job=job):
            return job
        case AlreadyRunning(job=job, by=by, since=since):
            raise ConflictError(
                Message(
                    "{job} is already {state}, requested by {by} at {time}.",
                    job=job.id,
                    state=capitals(job.state),
                    by=by,
                    time=iso(since),
                ),
                Message(
                    "Follow it: trainweek jobs logs {job}; stop it: trainweek jobs stop {job}",
                    job=job.id,
                ),
            )
        case Refused(reason=reason, remedy=remedy):
            raise InputError(reason, remedy)
    raise AssertionError(outcome)


def wait(client: Client, job: Job) -> Job:
    """Wait until the job has ended."""
    while (job := client.job(job.id) or job).state not in ENDED_STATES:
        time.sleep(FOLLOW_EVERY_S)
    return job


def follow(client: Client, job: Job) -> Job:
    """Print the job's output until it ends; Ctrl-C detaches and exits with 0."""
    shown = 0
    attempt = 1
    with _detaching() as detached:
        while not detached.is_set():
            job = client.job(job.id) or job
            ended = job.state in ENDED_STATES
            if job.attempt > attempt:
                attempt, shown = job.attempt, 0
            output = client.home.attempt(job.id, attempt) / "output.log"
            if output.exists():
                with output.open("rb") as file:
                    file.seek(shown)
                    new = file.read()
                shown += len(new)
                lines = new.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
                print(printable(lines), end="", flush=True)
            if ended:
                return job
            detached.wait(FOLLOW_EVERY_S)
    print()
    tell(Message("Detached; {job} continues. Stop it: trainweek jobs stop {job}", job=job.id))
    raise typer.Exit(0)


@contextmanager
def _detaching() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C; the next one interrupts as usual.

    No exception: one that comes within a callback of the database is lost.
    """
    detached, before = threading.Event(), signal.getsignal(signal.SIGINT)

    def detach(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        detached.set()

    if before is not signal.SIG_IGN:  # as in a shell's background
        signal.signal(signal.SIGINT, detach)
    try:
        yield detached
    finally:
        signal.signal(signal.SIGINT, before)


def outcome_of(client: Client, job: Job) -> dict[str, Any]:
    """A job with its result as plain JSON, for ``--json``; the result is null before its end."""
    result = client.result(job.id)
    return as_dict(job) | {"run": job.run, "result": None if result is None else dict(result)}


def exit_for(job: Job) -> None:
    """Return if the job succeeded; else print the reason and exit with 1 or 2."""
    if job.state is not JobState.SUCCEEDED:
        code = 2 if job.exit_code == 2 else 1
        end_with_problem(job.state.value, joined([f"{job.id} {job.state}:", job.reason]), code)


def result_of(
    client: Client, kind: JobKind, params: dict[str, Any], quiet: bool = False
) -> dict[str, Any]:
    """Request a job, follow it to its end (``quiet``: only wait), and return its result."""
    asked = with_given_paths(asked_params(kind, params), client.home)
    require_week(client)
    ensure_background_runner(client.home)
    job = (wait if quiet else follow)(client, submitted(client.submit(kind, asked)))
    if job.state is not JobState.SUCCEEDED:
        exit_for(job)
    result = client.result(job.id)
    if result is None:
        raise InputError(
            Message("{job} wrote no result.", job=job.id),
            Message("See: trainweek jobs show {job}", job=job.id),
        )
    return dict(result)
