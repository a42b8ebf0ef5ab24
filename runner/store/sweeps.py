"""Sweeps: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.ledger_bodies import TrialScored, readable_body
from core.sweep.record import AttemptEnd, Sweep, Trial
from core.vocabulary import Decision, JobState
from runner.store import schema
from runner.store.alerts import line_columns
from runner.store.rows import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection, Row

    from core.ledger_bodies import (
        JobRequested,
        SweepResumed,
        SweepStarted,
        SweepStopped,
    )
    from runner.store.row_writer import RowWriter


def start(rows: RowWriter, fields: Mapping[str, Any], body: SweepStarted) -> None:
    """Apply the line that asks for a sweep."""
    who = {name: value for name, value in line_columns(fields).items() if name != "id"}
    rows.insert(schema.sweeps, {**who, **body.given(), "seq": fields["seq"]})


def stop(rows: RowWriter, fields: Mapping[str, Any], body: SweepStopped) -> None:
    """Apply the line that stops a sweep."""
    stopped = {"stopped_by": fields["by"], "stopped_at": fields["at"]}
    rows.update(schema.sweeps, {"id": body.id}, stopped)


def resume(rows: RowWriter, fields: Mapping[str, Any], body: SweepResumed) -> None:
    """Apply the line that lets a stopped sweep go on."""
    resumed = {"stopped_by": None, "stopped_at": None, "resumed_at": fields["at"]}
    rows.update(schema.sweeps, {"id": body.id}, resumed)


def request_trial(rows: RowWriter, body: JobRequested) -> None:
    """Apply the request of a trial, beside its job."""
    asked = body.params  # the runner wrote them by their model, which lists need not load
    rows.insert(
        schema.trials,
        {
            "job_id": body.job_id,
            "sweep_id": asked["sweep"],
            "seed": asked["seed"],
            "fold": asked["fold"],
        },
    )


def score(rows: RowWriter, body: TrialScored) -> None:
    """Apply the result of a trial."""
    scored = {"decision": body.decision, "gates": body.gates}
    rows.update(schema.trials, {"job_id": body.job_id}, scored)


def sweeps(connection: Connection, week_id: str | None = None) -> list[Sweep]:
    """The sweeps of a week (with None: of all), newest first."""
    table = schema.sweeps
    query = select(table).order_by(table.c.seq.desc())
    if week_id is not None:
        query = query.where(table.c.week_id == week_id)
    found = connection.execute(query).all()
    return [_sweep_of(row, trials_of(connection, row.id)) for row in found]


def sweep_by_id(connection: Connection, sweep_id: str) -> Sweep | None:
    """A sweep; None if it does not exist."""
    table = schema.sweeps
    row = connection.execute(select(table).where(table.c.id == sweep_id)).first()
    return None if row is None else _sweep_of(row, trials_of(connection, sweep_id))


def trials_of(connection: Connection, sweep_id: str) -> tuple[Trial, ...]:
    """The trials of a sweep that were requested so far, in that order."""
    trials, jobs = schema.trials, schema.jobs
    query = (
        select(jobs, trials.c.seed, trials.c.fold, trials.c.decision, trials.c.gates)
        .join(trials, trials.c.job_id == jobs.c.id)
        .where(trials.c.sweep_id == sweep_id)
        .order_by(jobs.c.seq)
    )
    ends = _ends_of(connection, sweep_id)
    return tuple(
        Trial(
            row.id,
            row.seed,
            row.fold,
            JobState(row.state),
            reason_of(row),
            row.attempt,
            row.started_at,
            row.ended_at,
            None if row.decision is None else Decision(row.decision),
            tuple(row.gates or ()),
            tuple(ends.get(row.id, ())),
        )
        for row in connection.execute(query)
    )


def equity_hashes(connection: Connection) -> dict[str, str]:
    """SHA-256 of each scored trial's equity.csv, by job; lines of old versions name none."""
    lines = connection.scalars(
        select(schema.ledger.c.body).where(schema.ledger.c.kind == TrialScored.kind)
    )
    scored = (readable_body(TrialScored.kind, line) for line in lines)
    return {
        each.job_id: each.equity_sha256
        for each in scored
        if isinstance(each, TrialScored) and each.equity_sha256 is not None
    }


def _ends_of(connection: Connection, sweep_id: str) -> dict[str, list[AttemptEnd]]:
    """Job id -> how its attempts ended, in that order."""
    trials, attempts = schema.trials, schema.attempts
    query = (
        select(attempts)
        .join(trials, trials.c.job_id == attempts.c.job_id)
        .where(trials.c.sweep_id == sweep_id, attempts.c.ended_at.is_not(None))
        .order_by(attempts.c.job_id, attempts.c.number)
    )
    found: dict[str, list[AttemptEnd]] = {}
    for row in connection.execute(query):
        end = AttemptEnd(JobState(row.state), row.ended_at, row.pid is not None, reason_of(row))
        found.setdefault(row.job_id, []).append(end)
    return found


def _sweep_of(row: Row[Any], trials: tuple[Trial, ...]) -> Sweep:
    return Sweep(
        id=row.id,
        week_id=row.week_id,
        seeds=tuple(row.seeds),
        folds=tuple(row.folds),
        steps=row.steps,
        playbook_sha256=row.playbook_sha256,
        train_sha256=row.train_sha256,
        backtest_sha256=row.backtest_sha256,
        by=row.by,
        at=row.at,
        stopped_by=row.stopped_by,
        stopped_at=row.stopped_at,
        resumed_at=row.resumed_at,
        trials=trials,
    )
