"""Whether a training run may start now, its name, and what a resume continues with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select

from core.job_params import TrainParams, stored_params
from core.language import Message
from core.path_names import safe_name
from core.state_words import capitals
from core.text_rules import is_blank
from core.vocabulary import UNFINISHED_STATES, JobKind, JobState, Right
from runner.client.models import restore_in_progress
from runner.models.checkpoints import MORE_STEPS, newest_checkpoint, reached_already
from runner.models.folder_swap import RESTORE_AGAIN, unfinished_exchange
from runner.outcomes import Denied, Refused
from runner.store import queries, rows, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.paths import Home
    from core.people import Person
    from core.week import Week

OWN_SETTINGS = ("learning_rate", "ent_coef")  # of trainweek's own trainer
# Parameters that a resumed run keeps unless the request overrides them.
_KEPT = frozenset({"steps", "seed", "learning_rate", "ent_coef", "placement"})

Asked = TypeVar("Asked", bound=TrainParams)


def launch_params(
    connection: Connection,
    home: Home,
    week: Week,
    person: Person,
    asked: Asked,
    now: datetime,
) -> Asked | Refused:
    """The job's parameters and the name of its run; or the refusal."""
    if refused := blocked_start(connection, week):
        return refused
    if refused := own_trainer(week, asked):
        return refused
    if refused := _refused_preflight(connection, home, week, person, asked, now):
        return refused
    before = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
    resume = asked.resume
    if resume:
        if before is None or before.state not in UNFINISHED_STATES:
            return Refused(
                Message("There is no unfinished training run to resume."),
                Message("Start a new one, without --resume."),
            )
        if problem := unfinished_exchange(home):
            return Refused(problem, RESTORE_AGAIN)
        if home.run(before.run).is_symlink():
            return _linked(home, before.run)
        if reached := _reached_already(home, before.run, asked.steps):
            return Refused(reached, MORE_STEPS)
        earlier = stored_params(TrainParams, before.params)
        kept = (_KEPT & earlier.model_fields_set) - asked.model_fields_set
        values = {name: getattr(earlier, name) for name in kept}
        return asked.model_copy(update=values | {"run": before.run})
    if before is not None and before.state in UNFINISHED_STATES and resume is None:
        return Refused(
            Message(
                "Run {run} ended as {state}: {reason}",
                run=before.run,
                state=capitals(JobState(before.state)),
                reason=rows.reason_of(before),
            ),
            Message("Resume it (--resume), or start over (--new)."),
        )
    if before is not None and before.state == JobState.SUCCEEDED and resume is None:
        return Refused(
            Message(
                "Week {week} already has its run: {run} is complete.", week=week.id, run=before.run
            ),
            Message(
                "Create a new week for another run (`trainweek week new`, or page Weeks),"
                " or start another run in this week (--new)."
            ),
        )
    run = _run_name(connection, home, week, asked, now)
    return run if isinstance(run, Refused) else asked.model_copy(update={"run": run})


def own_trainer(week: Week, asked: TrainParams) -> Refused | None:
    """The refusal of settings for a custom trainer, which trainweek can't change; else None."""
    if week.playbook.training.command is None:
        return None
    given = [name for name in OWN_SETTINGS if getattr(asked, name) is not None]
    if not given:
        return None
    return Refused(
        Message(
            "The playbook names its own trainer; trainweek can't change its {settings}.",
            settings=", ".join(given),
        ),
        Message("Change them in the trainer, stop the run and start it again."),
    )


def blocked_start(connection: Connection, week: Week) -> Refused | None:
    """Why no training run may start now: an open incident of a crash or of bad data, or
    a restore in progress.
    """
    if held := queries.blocking_incident(connection, week.id):
        return Refused(
            Message(
                "The open incident {procedure!r} blocks every start: {summary}",
                procedure=held.procedure,
                summary=held.summary,
            ),
            Message("Investigate, then close it with a reason (page Escalation)."),
        )
    return restore_in_progress(connection, week.id)


def _refused_preflight(
    connection: Connection,
    home: Home,
    week: Week,
    person: Person,
    asked: TrainParams,
    now: datetime,
) -> Refused | None:
    # Loads numpy and pandas, which most acts of a client don't need.
    from core.checks.readiness import preflight_trouble
    from runner.client.present_facts import start_facts

    trouble = preflight_trouble(week.playbook, start_facts(connection, home, week, now))
    if trouble is None or (asked.resume and not trouble.blocks_resume):
        return None
    if trouble.busy:
        return Refused(trouble.why, Message("Wait until it has ended."))
    if is_blank(asked.override_reason or ""):
        return Refused(
            trouble.why,
            Message("Fix it and rerun the pre-flight, or let the lead override it with a reason.")
            if trouble.failed
            else Message("Run the pre-flight, or let the lead override it with a reason."),
        )
    if not person.may(Right.COUNTERSIGN):
        return Denied(
            Message(
                "The pre-flight has not passed, and {name} ({role}) may not override it.",
                name=person.name,
                role=person.role.value,
            ),
            Message("Ask the lead to start it with a reason."),
        )
    return None


def _reached_already(home: Home, run: str, steps: int | None) -> Message | None:
    """Why a resumed run can't end at ``steps``: it is already past that step."""
    if steps is None or (checkpoint := newest_checkpoint(home.checkpoints, run)) is None:
        return None
    return reached_already(checkpoint, steps)


def _linked(home: Home, run: str) -> Refused:
    return Refused(
        Message(
            "{folder} is a link to {target}.",
            folder=home.relative(home.run(run)),
            target=str(home.run(run).resolve()),
        ),
        Message("Remove the link, or choose another name for the run."),
    )


def _run_name(
    connection: Connection, home: Home, week: Week, asked: TrainParams, now: datetime
) -> str | Refused:
    name = asked.run or safe_name(week.tag, "run")
    if home.run(name).is_symlink():
        return _linked(home, name)
    if asked.timestamp:
        launched = queries.week_moment(connection, week.id, now)
        name = f"{name}_{launched.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def taken(candidate: str) -> bool:
        jobs = schema.jobs
        known = select(func.count()).select_from(jobs).where(jobs.c.run == candidate)
        return bool(connection.scalar(known)) or home.run(candidate).exists()

    # Two runs in one folder would be read as one curve.
    free, number = name, 2
    while taken(free):
        free, number = f"{name}-{number}", number + 1
    return free
