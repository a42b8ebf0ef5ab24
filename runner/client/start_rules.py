"""Whether a training may start now, under which name, and with what it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from core.paths import Home, safe_name
from core.people import Person
from core.playbook.settings import TrainingSettings
from core.vocabulary import JobKind, JobState, Right
from core.week import Week
from runner.client.models import restore_at_work
from runner.files import read_json
from runner.models.checkpoints import MORE_STEPS, newest_checkpoint, reached_already
from runner.models.folder_swap import RESTORE_AGAIN, unfinished_exchange
from runner.outcomes import Refused
from runner.store import queries, schema

# What a resumed training keeps from the one that it continues, unless told otherwise.
_KEPT = ("steps", "seed", "learning_rate", "ent_coef")
_SETTINGS = ("seed", "learning_rate", "ent_coef")
_MOST_STEPS = 1_000_000_000
_UNFINISHED = frozenset({JobState.FAILED, JobState.STOPPED, JobState.INTERRUPTED, JobState.LOST})


def launch_params(
    connection: Connection,
    home: Home,
    week: Week,
    person: Person,
    asked: dict[str, Any],
    now: datetime,
) -> tuple[dict[str, Any], str] | Refused:
    """The parameters of the training and the name of its run, or why it may not start."""
    if refused := blocked_start(connection, week):
        return refused
    if refused := _failed_preflight(connection, home, week, person, asked) or _unfit(week, asked):
        return refused
    before = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
    unfinished = before is not None and before.state in _UNFINISHED
    resume = asked.get("resume")
    if resume:
        if before is None or not unfinished:
            return Refused(
                "There is no unfinished training to resume.", "Start a new one, without resume."
            )
        if trouble := unfinished_exchange(home):
            return Refused(trouble, RESTORE_AGAIN)
        if home.run(before.run).is_symlink():
            return _linked(home, before.run)
        if behind := _behind(home, before.run, asked.get("steps")):
            return Refused(behind, MORE_STEPS)
        kept = {name: before.params[name] for name in _KEPT if name in before.params}
        return {**kept, **asked, "run": before.run}, before.run
    if unfinished and resume is None:
        return Refused(
            f"The training {before.run} ended {before.state}: {before.reason}",
            "Say whether to go on (--resume) or to begin anew (--new).",
        )
    if before is not None and before.state == JobState.SUCCEEDED and resume is None:
        return Refused(
            f"The week {week.id} has its training already: {before.run} ended {before.state}.",
            "Another training belongs to a week of its own (`trainweek week new`, or page This "
            "week). If you mean one beside it in this week, say so (--new).",
        )
    run = _run_name(connection, home, week, asked, now)
    return run if isinstance(run, Refused) else ({**asked, "run": run}, run)


def blocked_start(connection: Connection, week: Week) -> Refused | None:
    """Why nothing may start a training now: an open incident of a crash or of bad data, or
    a backup that is being restored."""
    if blocking := [row for row in queries.open_incidents(connection, week.id) if row.blocks_start]:
        return Refused(
            f"The open incident {blocking[0].procedure!r} blocks every start: {blocking[0].summary}",
            "Investigate, then close it with a reason (page Escalation).",
        )
    return restore_at_work(connection)


def _failed_preflight(
    connection: Connection, home: Home, week: Week, person: Person, asked: dict[str, Any]
) -> Refused | None:
    job = queries.newest_job(connection, JobKind.PREFLIGHT, week.id)
    if job is None or job.state in queries.ACTIVE_STATES:
        return None
    failed = _why_failed(home, job)
    if failed is None:
        return None
    if not str(asked.get("override_reason") or "").strip():
        return Refused(
            f"The pre-flight failed: {failed}",
            "Mend it and run the pre-flight again, or let the lead override it with a reason.",
        )
    if not person.may(Right.COUNTERSIGN):
        return Refused(
            f"The pre-flight failed, and {person.name} ({person.role.value}) may not override it.",
            "Ask the lead to start it with a reason.",
        )
    return None


def _why_failed(home: Home, job: Row) -> str | None:
    result = read_json(home.attempt(job.id, job.attempt) / "result.json") if job.attempt else None
    if result is None or not result.get("complete", True):
        return None if job.state == JobState.SUCCEEDED else f"it ended {job.state}. {job.reason}"
    if result.get("ok", True):
        return None
    checks = [c for c in result.get("checks", []) if isinstance(c, dict) and not c.get("ok")]
    return "; ".join(f"{c.get('id')}: {c.get('why')}" for c in checks) or "see its result."


def _unfit(week: Week, asked: dict[str, Any]) -> Refused | None:
    """A value that the trainer would refuse; a start that must fail is no crash."""
    steps = asked.get("steps")
    given = {name: asked[name] for name in _SETTINGS if asked.get(name) is not None}
    bounds = "Give a value within the playbook's bounds."
    if steps is not None and (type(steps) is not int or not 1 <= steps <= _MOST_STEPS):
        return Refused(f"steps is {steps!r}, no whole number from 1 to {_MOST_STEPS:,}.", bounds)
    try:
        TrainingSettings.model_validate({**week.playbook.training.model_dump(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        return Refused(f"{name} is {first['input']!r}: {first['msg']}.", bounds)
    return None


def _behind(home: Home, run: str, steps: int | None) -> str | None:
    """Why a resumed run can't end at ``steps``: it is beyond it already."""
    checkpoint = None if steps is None else newest_checkpoint(home.checkpoints, run)
    return None if checkpoint is None else reached_already(checkpoint, steps)


def _linked(home: Home, run: str) -> Refused:
    return Refused(
        f"{home.relative(home.run(run))} is a link to {home.run(run).resolve()}.",
        "A run's folder lies in the home: remove the link, or name the run otherwise.",
    )


def _run_name(
    connection: Connection, home: Home, week: Week, asked: dict[str, Any], now: datetime
) -> str | Refused:
    given = asked.get("run")
    name = safe_name(str(given or week.tag), "run")
    if home.run(name).is_symlink():
        return _linked(home, name)
    if asked.get("timestamp"):
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
