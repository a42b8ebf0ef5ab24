"""The facts of now that decide whether a run or a revalidation may start.

Read in the transaction that accepts the request, so that nothing changes in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.facts import Facts, JobFacts, RunFacts
from core.job_params import TrainParams, stored_params
from core.telemetry import RunReader
from core.vocabulary import ENDED_AS, JobKind, JobState, TrainingStatus
from runner.files import read_json
from runner.home.filesystem import free_bytes
from runner.home.runner_identity import runner_status
from runner.store import queries, record_queries, rows

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.clock import Clock
    from core.paths import Home
    from core.telemetry import RunEvents
    from core.week import Week


def start_facts(connection: Connection, home: Home, week: Week, now: datetime) -> Facts:
    """What a start of the training run needs: the week's pre-flight."""
    clock = queries.clock_of(connection, week.id)
    return Facts(
        clock.to_week(now),
        now,
        week.launch,
        clock,
        created=clock.to_week(week.created_at),
        preflight=_job_facts(connection, home, week, clock, JobKind.PREFLIGHT),
    )


def preparation_facts(connection: Connection, home: Home, week: Week, now: datetime) -> Facts:
    """What a revalidation needs: the run, its backup, the data, incidents, runner and disk."""
    clock = queries.clock_of(connection, week.id)
    opened = record_queries.incidents(connection, week.id, open_only=True)
    return Facts(
        clock.to_week(now),
        now,
        week.launch,
        clock,
        created=clock.to_week(week.created_at),
        run=_run_facts(connection, home, week, now),
        backup=_job_facts(connection, home, week, clock, JobKind.BACKUP),
        data_check=_job_facts(connection, home, week, clock, JobKind.DATA_CHECK),
        runner_alive=runner_status(home, now).alive,
        open_incidents=tuple(incident.procedure for incident in opened),
        disk_free_bytes=free_bytes(home),
    )


def _job_facts(
    connection: Connection, home: Home, week: Week, clock: Clock, kind: JobKind
) -> JobFacts | None:
    job = queries.newest_job(connection, kind, week.id)
    if job is None:
        return None
    result = read_json(home.attempt(job.id, job.attempt) / "result.json") if job.attempt else None
    return JobFacts(
        id=job.id,
        state=JobState(job.state),
        reason=rows.reason_of(job),
        ended=job.ended_at,
        result=result,
        source=home.relative(home.job(job.id)),
        command_replaced=week.command_replaced(clock.to_week(job.started_at or job.requested_at)),
    )


def _run_facts(connection: Connection, home: Home, week: Week, now: datetime) -> RunFacts | None:
    """The newest run that has begun; its silence is of no concern here."""
    job = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
    if job is None:
        return None
    folder = home.run(job.run)
    asked = stored_params(TrainParams, job.params)
    return RunFacts(
        name=job.run,
        status=ENDED_AS.get(JobState(job.state), TrainingStatus.RUNNING),
        reason=rows.reason_of(job),
        started=job.started_at or job.requested_at,
        ended=job.ended_at,
        total_steps=asked.steps or week.playbook.training.total_steps,
        reader=_events(home, job.run),
        until=job.ended_at or now,
        source=home.relative(folder),
    )


def _events(home: Home, run: str) -> RunEvents | None:
    folder = home.run(run)
    if not folder.exists():
        return None
    reader = RunReader(folder)
    reader.refresh()
    return reader.events()
