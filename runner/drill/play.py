"""Plays a fault: a training run begins, is left alone for a while, and then goes wrong."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.drill import DrillKind, DrillMark, Fault
from core.drill_paths import order_file, played_file
from core.errors import SetupError
from core.files import write_json
from core.language import Message, literal
from core.market.sample import write_sample
from core.people import Person
from core.vocabulary import ENDED_STATES, JobKind, Role
from runner.client import Client
from runner.executors.executor import Handle
from runner.executors.local import LocalProcesses
from runner.files import read_json
from runner.home.launch import ensure_runner
from runner.outcomes import Recorded, Refused, Submitted
from runner.processes.attempt_processes import started_attempts
from runner.processes.identity import ProcessIdentity, send_signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from runner.records import Job

CALM_S = 60.0  # of healthy training before the fault
LEADER = Person("Drill", Role.LEAD)  # who begins the week and its run
RUN = "DRILL"
STEPS = 100_000_000  # hours at the drill's pace
_POLL_S = 0.25
_START_S = 120.0  # imports, candles and the first rollout, on a busy machine
_PLAY_S = 60.0  # until the next rollout


def play(home: Home, mark: DrillMark, calm_s: float, show: Callable[[Message], None]) -> Fault:
    """Begin a week and its run in a new data directory, and play the fault into it.

    :param calm_s: real seconds of training before it.
    :param show: gets a sentence at each step.
    :raises SetupError: the run did not start, or ended before the fault.
    """
    client = Client(home, LEADER)
    write_sample(home.train_data, home.backtest_data)
    made = client.create_week(datetime.now(UTC), tag=RUN, synthetic=True)
    if not isinstance(made, Recorded):
        raise SetupError(made.reason, made.remedy)
    ensure_runner(home)
    job = _started(client)
    show(Message("Training starts."))
    begun = _progress_of(client, job)
    show(
        Message(
            "The run has begun. The fault follows after {seconds:.0f} s of training.",
            seconds=calm_s,
        )
    )
    while time.monotonic() - begun < calm_s:
        _require_alive(client, job)
        time.sleep(_POLL_S)
    job = _require_alive(client, job)
    fault = Fault(kind=mark.kind, job=job.id, attempt=job.attempt, at=datetime.now(UTC))
    return _stop(home, client, fault) if mark.kind is DrillKind.STALL else _order(home, fault)


def _started(client: Client) -> Job:
    asked = {"steps": STEPS, "override_reason": "A drill has no pre-flight."}
    outcome = client.submit(JobKind.TRAIN, asked)
    if not isinstance(outcome, Submitted):
        reason = outcome.reason if isinstance(outcome, Refused) else literal(str(outcome))
        raise SetupError(Message("The run was refused: {reason}", reason=reason), "")
    return outcome.job


def _progress_of(client: Client, job: Job) -> float:
    """Wait for the first steps; returns the monotonic time at which they were seen."""
    deadline = time.monotonic() + _START_S
    while not (client.progress(job.id) or {}).get("steps"):
        _require_alive(client, job)
        if time.monotonic() > deadline:
            raise SetupError(
                Message("The run has not made a step in {seconds:.0f} s.", seconds=_START_S),
                _see(client, job),
            )
        time.sleep(_POLL_S)
    return time.monotonic()


def _require_alive(client: Client, job: Job) -> Job:
    present = client.job(job.id) or job
    if present.state in ENDED_STATES:
        raise SetupError(
            Message("The run ended before the fault: {reason}", reason=present.reason),
            _see(client, job),
        )
    return present


def _see(client: Client, job: Job) -> Message:
    return Message("See {folder}.", folder=str(client.home.job(job.id)))


def _stop(home: Home, client: Client, fault: Fault) -> Fault:
    """Stop the trainer's process, as SIGSTOP does."""
    steps = (client.progress(fault.job) or {}).get("steps")
    process = trainer_of(home, fault.job, fault.attempt)
    if process is None or not send_signal(process, signal.SIGSTOP):
        raise SetupError(Message("The trainer's process was not found."), "")
    played = fault.model_copy(update={"at": datetime.now(UTC), "step": steps})
    write_json(played_file(home), played.as_dict())
    return played


def trainer_of(home: Home, job: str, attempt: int) -> ProcessIdentity | None:
    """The live process of an attempt's program; None: there is none."""
    folder = home.attempt(job, attempt)
    for attempt_id, place in started_attempts(home).items():
        if place.resolve() == folder.resolve():
            return LocalProcesses().look(Handle(attempt_id, folder), search=True).process
    return None


def _order(home: Home, fault: Fault) -> Fault:
    """Have the trainer play it at its next rollout."""
    write_json(order_file(home), fault.as_dict())
    deadline = time.monotonic() + _PLAY_S
    while (played := played_fault(home)) is None:
        if time.monotonic() > deadline:
            raise SetupError(
                Message("The trainer did not play the fault in {seconds:.0f} s.", seconds=_PLAY_S),
                Message("See {folder}.", folder=str(home.job(fault.job))),
            )
        time.sleep(_POLL_S)
    return played


def played_fault(home: Home) -> Fault | None:
    """The fault that was played; None: not yet.

    :raises SetupError: its file is damaged.
    """
    path = played_file(home)
    stored = read_json(path)
    try:
        return None if stored is None else Fault.model_validate(stored)
    except ValidationError as error:
        raise SetupError(
            Message("{path} is damaged: {error}.", path=str(path), error=type(error).__name__),
            Message("End the drill: trainweek drill end"),
        ) from error
