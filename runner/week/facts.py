"""The facts at one moment, which checks and diagnosis judge.

Read-only. The store records which processes ran, the files what they did. Nothing later than
the judged moment is included, so a slot that is judged late gets the same verdict.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.facts import Facts, JobFacts, RunFacts
from core.job_params import TrainParams, stored_params
from core.language import Message
from core.liveness import Limits
from core.telemetry.runs import newest_run
from core.timestamps import from_unix
from core.vocabulary import (
    ENDED_AS,
    ENDED_STATES,
    LIVE_STATES,
    OUT_OF_SIGHT,
    JobKind,
    JobState,
    TrainingStatus,
)
from runner.week.judged_moment import is_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.clock import Clock
    from runner.records import Attempt, Job
    from runner.week.sources import Sources


def gather(sources: Sources, as_of: datetime | None = None) -> Facts:
    """All facts of a week as they stood at ``as_of``.

    The sources are read once, so that facts of several moments agree.

    :param as_of: week time; None: the present of ``sources``. For a future moment
        ``facts.reached`` is False and everything else is empty, unless the run has completed.
    """
    known = facts_of_run(sources, as_of)
    real, run = known.as_of_real, known.run
    if real is None:
        return known
    facts = replace(
        known,
        log=None if run is None else sources.log(run.started, run.until),
        preflight=_job_facts(sources, JobKind.PREFLIGHT, real),
        data_check=_job_facts(sources, JobKind.DATA_CHECK, real),
        backup=_job_facts(sources, JobKind.BACKUP, real),
        revalidation=_job_facts(sources, JobKind.REVALIDATE, real),
        runner_alive=sources.runner.alive if sources.runner.known else None,
        open_incidents=_open_incidents(sources, real),
        disk_free_bytes=sources.disk_free,
        model_bytes=sources.model_bytes,
    )
    return _with_reports(facts, sources)


def facts_of_run(sources: Sources, as_of: datetime | None = None, run: str | None = None) -> Facts:
    """:func:`gather` without logs, jobs, incidents and disk, for the header of every page.

    :param run: a run of the week; None: the newest.
    """
    clock = sources.clock
    moment = sources.now_week if as_of is None else as_of
    bare = Facts(
        as_of=moment,
        as_of_real=None,
        launch=sources.week.launch,
        clock=clock,
        created=sources.created_week,
        synthetic=sources.synthetic,
    )
    if not is_known(moment, sources):
        return bare
    real = (
        clock.to_real(moment) if as_of is not None and moment <= sources.now_week else sources.now
    )
    if real is None:
        return bare
    found = replace(bare, as_of_real=real, run=_run_facts(sources, real, run))
    return _with_silence(found, sources)


def _run_facts(sources: Sources, real: datetime, chosen: str | None) -> RunFacts | None:
    """The run as it was at a real moment; None before the first one."""
    week, home, clock = sources.week, sources.home, sources.clock
    if week.watched is not None:
        return _watched_facts(sources, Path(week.watched), real)
    started = [
        (job, attempt)
        for job, attempt in sources.training_attempts(real)
        if chosen in (None, job.run or week.tag)
    ]
    if not started:
        return None
    job, attempt = started[-1]
    name = job.run or week.tag
    own = [(j, a) for j, a in started if j.run == job.run]
    ended = attempt.ended_at if attempt.ended_at and attempt.ended_at <= real else None
    status = ENDED_AS.get(attempt.state, TrainingStatus.LOST) if ended else TrainingStatus.RUNNING
    reason = attempt.reason if ended else ""
    until = ended or real
    folder = home.run(name)
    reader = sources.events(folder)
    # Of past moments neither the process's state nor what could be asked is known.
    pulse = sources.pulse_of(job) if not ended and real >= sources.now else None
    return RunFacts(
        name=name,
        status=status,
        reason=reason,
        started=own[0][1].started_at,
        ended=ended,
        total_steps=stored_params(TrainParams, job.params).steps
        or week.playbook_at(job.requested_at_week).training.total_steps,
        reader=reader,
        until=until,
        source=home.relative(folder),
        attempts=len(own),
        attempt_started=attempt.started_at,
        resumed_from=_resumed_from(sources, job) if len(own) > 1 and not ended else None,
        limits=sources.limits(attempt),
        earlier_crashes=_crashes(started[:-1], clock, real),
        frozen=None if pulse is None else pulse.frozen,
        out_of_sight=None if pulse is None or pulse.liveness not in OUT_OF_SIGHT else pulse.text,
    )


def _resumed_from(sources: Sources, job: Job) -> int | None:
    """The step that the newest attempt reports as its first; an own trainer reports none."""
    begun = (sources.progress(job) or {}).get("begun_at_step")
    return begun if isinstance(begun, int) else None


def _crashes(
    started: Sequence[tuple[Job, Attempt]], clock: Clock, real: datetime
) -> tuple[Message, ...]:
    """One message for each of the processes that had crashed by then.

    A new start hides them otherwise: the status is of the newest process, and the log
    is read from the newest run's start.
    """
    return tuple(
        Message(
            "Run {run}, attempt {attempt} crashed {at:%Y-%m-%d %H:%M} UTC. {reason}",
            run=job.run or job.id,
            attempt=attempt.number,
            at=clock.to_week(attempt.ended_at),
            reason=attempt.reason or Message("Reason unknown."),
        )
        for job, attempt in started
        if attempt.state is JobState.FAILED
        and attempt.ended_at is not None
        and attempt.ended_at <= real
    )


def _watched_facts(sources: Sources, folder: Path, real: datetime) -> RunFacts | None:
    """A run that trainweek did not start, from its event files alone."""
    week = sources.week
    events = sources.events(folder)
    # A run that was started in the folder later is a run of its own.
    reader = None if events is None else newest_run(events)
    if reader is None or reader.first_wall is None:
        return None
    return RunFacts(
        name=folder.name,
        status=TrainingStatus.RUNNING,
        reason="",
        started=from_unix(reader.first_wall),
        ended=None,
        total_steps=week.playbook.training.total_steps,
        reader=reader,
        until=real,
        source=str(folder),
        limits=Limits.of(week.playbook),
        process_known=False,
    )


def _with_silence(facts: Facts, sources: Sources) -> Facts:
    """RUNNING -> HUNG after the playbook's hours of silence, unless its log goes on.

    A run without a supervised process becomes LOST instead: it may have ended.
    """
    run, silence = facts.run, facts.silence
    if run is None or silence is None or not silence.hung:
        return facts
    if run.process_known:
        log = sources.log(run.started, run.until)
        if replace(facts, log=log).log_outlives_events:
            return facts
        reason = Message(
            "No progress for {length} ({threshold}).",
            length=silence.length,
            threshold=silence.threshold,
        )
        return replace(facts, run=replace(run, status=TrainingStatus.HUNG, reason=reason))
    last = run.reader.last_event(run.until.timestamp()) if run.reader else None
    ended = run.started if last is None else from_unix(last.wall)
    reason = Message(
        "No progress for {length} ({threshold}); its process is not supervised by trainweek.",
        length=silence.length,
        threshold=silence.threshold,
    )
    lost = replace(run, status=TrainingStatus.LOST, reason=reason, ended=ended, until=ended)
    return replace(facts, run=lost)


def _job_facts(sources: Sources, kind: JobKind, real: datetime) -> JobFacts | None:
    """The newest job of the kind that had been requested by then."""
    jobs = [j for j in sources.records.jobs if j.kind is kind and j.requested_at <= real]
    if not jobs:
        return None
    job = max(jobs, key=lambda j: j.requested_at)
    ended = job.state in ENDED_STATES and job.ended_at is not None and job.ended_at <= real
    return JobFacts(
        id=job.id,
        state=job.state if ended or job.state not in ENDED_STATES else JobState.RUNNING,
        reason=job.reason if ended else "",
        ended=job.ended_at if ended else None,
        result=sources.result(job) if ended else None,
        source=sources.home.relative(sources.home.job(job.id)),
        progress=sources.progress(job) if job.state in LIVE_STATES else None,
        command_replaced=sources.week.command_replaced(
            sources.clock.to_week(job.started_at or job.requested_at)
        ),
    )


def _open_incidents(sources: Sources, real: datetime) -> tuple[str, ...]:
    """The procedures of the incidents that were open at that moment, even if closed since."""
    return tuple(
        incident.procedure
        for incident in sources.records.incidents
        if incident.opened_at <= real and (incident.closed_at is None or incident.closed_at > real)
    )


def _with_reports(facts: Facts, sources: Sources) -> Facts:
    """Add the report files and the decision of the newest revalidation, if they exist.

    A decision file whose hash differs from the one in the job's result was changed, so it is
    ignored.
    """
    result = (facts.revalidation.result if facts.revalidation else None) or {}
    paths = result.get("report") or {}
    home = sources.home
    reports = {name: path for name, path in paths.items() if home.resolve(path).is_file()}
    decision = None
    if "decision" in reports:
        decision = sources.report_decision(result, reports["decision"])
    return replace(facts, reports=reports, decision=decision)
