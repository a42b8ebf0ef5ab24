"""The act of a person who says that the machine of an attempt is gone for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.language import Message
from core.ledger_bodies import MachineGone
from core.state_words import capitals
from core.timestamps import age_text
from core.vocabulary import LIVE_STATES, EngineState
from runner.client.base import refused_text, requested_job, used_otherwise
from runner.client.models import is_stored_restore, right_for
from runner.client.reads import Reads
from runner.outcomes import Recorded, Refused
from runner.store import queries, rows, schema

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from core.engine_words import EngineWords
    from runner.records import Job


class GoneMachines(Reads):
    """Says that a machine is gone, where neither its engine nor its runner can be asked."""

    def machine_gone(
        self, job_id: str, reason: str, key: str | None = None
    ) -> Recorded[Job] | Refused:
        """Say that the machine of a job's newest attempt is gone: nothing of it runs any more.

        The runner takes the attempt's lease away, and calls it INTERRUPTED once it has been silent
        for the grace. A run is then resumed as after any failure of the machine.

        :raises InputError: the key is not valid, or another request had it.
        """
        with self.store.read() as connection:
            row = queries.job_by_id(connection, job_id)
        if row is None:
            return Refused(
                Message("There is no job {job}.", job=job_id),
                Message("List the jobs: trainweek jobs list"),
            )
        if denied := self._denied(right_for(rows.job_of(row).kind, is_stored_restore(row))):
            return denied
        said = reason.strip()
        if not said:
            return Refused(
                Message("Why is it certain that the machine is gone?"), Message("Give a reason.")
            )
        if refused := refused_text(said):
            return refused
        pulse = self.pulse(job_id)
        words = None if pulse is None else pulse.words
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, MachineGone):
                if requested_job(entry) != job_id:
                    raise used_otherwise(entry)
                return Recorded(rows.job_of(row))
            if denied := self._elsewhere(connection):
                return denied
            row, attempt = _newest(connection, job_id)
            if refused := _refused(connection, row, attempt, words):
                return refused
            assert attempt is not None  # of a live job
            if attempt.gone_by is None:
                host = attempt.host if words is None else words.host or words.engine
                body = MachineGone(job_id=job_id, number=attempt.number, host=host, reason=said)
                self._append(transaction, body, row.week_id, key)
        return Recorded(rows.job_of(row))


def _newest(connection: Connection, job_id: str) -> tuple[Row, Row | None]:
    jobs, attempts, runners = schema.jobs, schema.attempts, schema.runners
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    attempt = connection.execute(
        select(attempts, runners.c.host, runners.c.machine)
        .join(runners, attempts.c.epoch == runners.c.epoch, isouter=True)
        .where(attempts.c.job_id == job_id, attempts.c.number == row.attempt)
    ).first()
    return row, attempt


def _refused(
    connection: Connection, row: Row, attempt: Row | None, words: EngineWords | None
) -> Refused | None:
    """Why nobody may say so: it has ended, or somebody sees it."""
    if row.state not in LIVE_STATES or attempt is None:
        return Refused(
            Message("{job} is not in progress: {state}.", job=row.id, state=capitals(row.state))
        )
    if words is None:
        return Refused(
            Message("The runner sees {job} itself: its machine is there.", job=row.id),
            Message("Stop it: trainweek jobs stop {job}", job=row.id),
        )
    runners = schema.runners
    newest = connection.scalar(select(runners.c.machine).order_by(runners.c.epoch.desc()).limit(1))
    if attempt.machine is not None and (newest, words.engine) == (attempt.machine, attempt.host):
        return Refused(
            Message(
                "The runner of {host} was the last that took this record: it looks at {job} itself.",
                host=attempt.host,
                job=row.id,
            ),
            Message("If that machine is gone, start a runner on another one: trainweek runner"),
        )
    if words.state is not EngineState.UNREACHABLE:
        return Refused(
            Message(
                "{engine} answers: {word}. What has ended there is found without you.",
                engine=words.engine,
                word=words.said,
            ),
            Message("Stop it: trainweek jobs stop {job}", job=row.id),
        )
    if not words.silent:
        return Refused(
            Message(
                "{job} is alive: its shim on {host} reported {age} ago, and still reads its lease.",
                job=row.id,
                host=words.host or "?",
                age=age_text(words.shim_age),
            ),
            Message("Stop it: trainweek jobs stop {job}", job=row.id),
        )
    return None
