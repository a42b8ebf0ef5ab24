"""Gathers what is known at a moment: the facts that checks and diagnosis judge.

Read-only. The store tells which processes there were, the files tell what they did;
nothing from behind the judged moment is let through, so a slot that is judged late
is judged the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.checks.training_log import read_log_facts
from core.clock import Clock
from core.facts import Facts, JobFacts, LogFacts, RunFacts
from core.files import file_sha256
from core.language import Message
from core.liveness import Limits
from core.market.synthetic import is_marked
from core.paths import Home
from core.playbook import SlotSpec
from core.telemetry import RunReader
from core.timestamps import from_unix
from core.vocabulary import (
    ENDED_STATES,
    JobKind,
    JobState,
    TrainingStatus,
)
from core.week import Week
from runner.client import Client
from runner.files import read_json
from runner.liveness.status import attempt_limits
from runner.records import Attempt, Job

_ENDED_AS = {
    JobState.SUCCEEDED: TrainingStatus.COMPLETED,
    JobState.FAILED: TrainingStatus.CRASHED,
    JobState.STOPPED: TrainingStatus.STOPPED,
    JobState.INTERRUPTED: TrainingStatus.INTERRUPTED,
    JobState.LOST: TrainingStatus.LOST,
}


def gather(
    client: Client,
    week: Week,
    as_of: datetime | None = None,
    reader: RunReader | None = None,
) -> Facts:
    """All facts of a week as they stood at ``as_of``.

    :param as_of: week time; None means now. A moment that lies ahead gives facts
        that say only that (``facts.reached`` is False).
    :param reader: a reader kept by the caller for the run's folder, so that only new
        bytes are parsed; it is refreshed here.
    """
    clock = client.clock(week.id)
    now = client.now()
    now_week = clock.to_week(now)
    moment = now_week if as_of is None else as_of
    bare = Facts(as_of=moment, as_of_real=None, launch=week.launch, clock=clock)
    made_up = week.synthetic or is_marked(client.home.train_data)
    bare = replace(bare, synthetic=made_up)
    if moment > now_week:
        return bare
    real = now if as_of is None else clock.to_real(moment)
    if real is None:
        return bare

    home = client.home
    bare = _with_silence(replace(bare, as_of_real=real, run=_run_facts(client, week, real, reader)))
    facts = replace(
        bare,
        log=_log_facts(home, bare.run),
        preflight=_job_facts(client, week, JobKind.PREFLIGHT, real),
        data_check=_job_facts(client, week, JobKind.DATA_CHECK, real),
        backup=_job_facts(client, week, JobKind.BACKUP, real),
        revalidation=_job_facts(client, week, JobKind.REVALIDATE, real),
        runner_alive=client.runner_status().alive,
        open_incidents=_open_incidents(client, week, real),
        disk_free_bytes=_disk_free(home.root),
        model_bytes=folder_bytes(home.model),
    )
    return _with_reports(facts, home)


def judged_as_of(slot: SlotSpec, week: Week) -> datetime | None:
    """The moment as of which a slot is judged; None: now.

    A look at the training is judged as of its own moment, whenever the judging
    happens. Work that is to be done (pre-flight, preparation, delivery) counts when it
    is done, so it is judged as of now.
    """
    return slot.at(week.launch) if slot.kind in {"hourly", "daily", "anomaly"} else None


def latest_run(client: Client, week: Week) -> Path | None:
    """The folder of the week's newest run, for a reader that the caller keeps."""
    if week.watched is not None:
        return Path(week.watched)
    started = _training_attempts(client, week, None)
    return None if not started else client.home.run(started[-1][0].run or week.tag)


def _run_facts(
    client: Client, week: Week, real: datetime, reader: RunReader | None
) -> RunFacts | None:
    if week.watched is not None:
        return _watched_facts(week, real, reader)
    started = _training_attempts(client, week, real)
    if not started:
        return None
    job, attempt = started[-1]
    name = job.run or week.tag
    own = [(j, a) for j, a in started if j.run == job.run]
    ended = attempt.ended_at if attempt.ended_at and attempt.ended_at <= real else None
    status = _ENDED_AS.get(attempt.state, TrainingStatus.LOST) if ended else TrainingStatus.RUNNING
    reason = attempt.reason if ended else ""
    until = ended or real
    folder = client.home.run(name)
    reader = _refreshed(reader, folder)
    return RunFacts(
        name=name,
        status=status,
        reason=reason,
        started=own[0][1].started_at,
        ended=ended,
        total_steps=int(job.params.get("steps") or week.playbook.training.total_steps),
        reader=reader,
        until=until,
        source=client.home.relative(folder),
        attempts=len(own),
        attempt_started=attempt.started_at,
        limits=attempt_limits(client.home.root / attempt.folder, week.playbook),
        earlier_crashes=_crashes(started[:-1], client.clock(week.id), real),
    )


def _crashes(
    started: Sequence[tuple[Job, Attempt]], clock: Clock, real: datetime
) -> tuple[str, ...]:
    """One sentence for each of the processes that had crashed by then.

    A new start hides them otherwise: the status is of the newest process, and the log
    is read from the newest run's start.
    """
    return tuple(
        f"run {job.run or job.id}, attempt {attempt.number} crashed at "
        f"{clock.to_week(attempt.ended_at):%Y-%m-%d %H:%M} UTC: "
        f"{attempt.reason.rstrip('.') or 'nobody knows why'}"
        for job, attempt in started
        if attempt.state is JobState.FAILED
        and attempt.ended_at is not None
        and attempt.ended_at <= real
    )


def _watched_facts(week: Week, real: datetime, reader: RunReader | None) -> RunFacts | None:
    """A run that somebody else started: only its files speak."""
    folder = Path(week.watched or "")
    reader = _refreshed(reader, folder)
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


def _with_silence(facts: Facts) -> Facts:
    """RUNNING -> HUNG after the playbook's hours of silence.

    A run whose process we can't ask is LOST then: it may have ended.
    """
    run, silence = facts.run, facts.silence
    if run is None or silence is None or not silence.hung:
        return facts
    if run.process_known:
        hung = replace(run, status=TrainingStatus.HUNG, reason=silence.text)
        return replace(facts, run=hung)
    last = run.reader.last_event(run.until.timestamp()) if run.reader else None
    ended = run.started if last is None else from_unix(last.wall)
    reason = Message("{silence}; the process is not trainweek's to ask", silence=silence.text)
    lost = replace(run, status=TrainingStatus.LOST, reason=reason, ended=ended, until=ended)
    return replace(facts, run=lost)


def _refreshed(reader: RunReader | None, folder: Path) -> RunReader | None:
    """The given reader or a new one, refreshed; None while there is no folder."""
    if not folder.exists():
        return None
    reader = reader or RunReader(folder)
    reader.refresh()
    return reader


def _training_attempts(
    client: Client, week: Week, until: datetime | None
) -> Sequence[tuple[Job, Attempt]]:
    """Every training process of the week that had started by ``until``, oldest first."""
    found = [
        (job, attempt)
        for job in client.jobs(kind=JobKind.TRAIN, week_id=week.id)
        for attempt in client.attempts(job.id)
        if until is None or attempt.started_at <= until
    ]
    return sorted(found, key=lambda pair: pair[1].started_at)


def _log_facts(home: Home, run: RunFacts | None) -> LogFacts | None:
    if run is None:
        return None
    return read_log_facts(
        home.training_log,
        shown_as=home.relative(home.training_log),
        since=run.started,
        until=run.until,
    )


def _job_facts(client: Client, week: Week, kind: JobKind, real: datetime) -> JobFacts | None:
    """The newest job of the kind that had been asked for by then."""
    jobs = [j for j in client.jobs(kind=kind, week_id=week.id) if j.requested_at <= real]
    if not jobs:
        return None
    job = max(jobs, key=lambda j: j.requested_at)
    ended = job.state in ENDED_STATES and job.ended_at is not None and job.ended_at <= real
    return JobFacts(
        id=job.id,
        state=job.state if ended or job.state not in ENDED_STATES else JobState.RUNNING,
        reason=job.reason if ended else "",
        ended=job.ended_at if ended else None,
        result=client.result(job.id) if ended else None,
        source=client.home.relative(client.home.job(job.id)),
    )


def _open_incidents(client: Client, week: Week, real: datetime) -> tuple[str, ...]:
    """The procedures that stood open at that moment, also if they were closed since."""
    return tuple(
        incident.procedure
        for incident in client.incidents(week.id)
        if incident.opened_at <= real and (incident.closed_at is None or incident.closed_at > real)
    )


def _with_reports(facts: Facts, home: Home) -> Facts:
    """The files of the newest revalidation that saved a report, if they are there.

    A dated decision whose hash is not the one that its job wrote is no decision:
    somebody changed it, and nothing may be judged by it.
    """
    result = (facts.revalidation.result if facts.revalidation else None) or {}
    paths = result.get("report") or {}
    reports = {name: path for name, path in paths.items() if home.resolve(path).is_file()}
    decision = None
    if "decision" in reports:
        file = home.resolve(reports["decision"])
        decision = read_json(file) if file_sha256(file) == result.get("sha256") else None
    return replace(facts, reports=reports, decision=decision)


def folder_bytes(folder: Path) -> int | None:
    """Size of all files in a folder, as ``du`` would sum them; None if it is absent."""
    if not folder.is_dir():
        return None
    total = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                total += path.stat().st_size
        except OSError:  # removed while we looked: a checkpoint that was just replaced
            continue
    return total


def _disk_free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
