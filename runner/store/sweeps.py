"""Sweeps: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.language import Message
from core.sweep.record import Sweep, Trial
from core.vocabulary import Decision, JobState
from runner.store import queries, schema
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
        TrialScored,
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
        )
        for row in connection.execute(query)
    )


def held_by(connection: Connection, sweep: Sweep) -> Message | None:
    """Why no further trial of a sweep begins; None: nothing holds it."""
    week = queries.week_by_id(connection, sweep.week_id)
    if week is None or week.playbook_sha256 != sweep.playbook_sha256:
        return Message("The week's playbook has changed: this sweep was of another recipe.")
    if week.archived_at is not None:
        return Message("Week {week} is archived.", week=week.id)
    if held := queries.blocking_incident(connection, sweep.week_id):
        return Message("The open incident {procedure!r} blocks it.", procedure=held.procedure)
    return None


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
