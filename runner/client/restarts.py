"""Restarts of the week's run with a lower learning rate or a higher entropy weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.job_params import (
    RestartRecord,
    StoredTrainParams,
    TrainParams,
    asked_params,
    stored_params,
)
from core.language import Message
from core.ledger_bodies import JobRequested, RestartRequested
from core.vocabulary import ACTIVE_STATES, LIVE_STATES, JobKind, Right
from runner.client.base import BaseClient, requested_job
from runner.client.start_rules import blocked_start, launch_params, own_trainer
from runner.outcomes import Refused, Submitted
from runner.settings import Settings
from runner.store import queries, rows, schema
from runner.store.requests import job_request, restart_pending

if TYPE_CHECKING:
    from sqlalchemy import Row

    from core.week import Week

# The scenario whose log line is written for a change, if the caller names none.
_SCENARIOS = {"learning_rate": "kl_explosion", "ent_coef": "flat_reward"}


class Restarts(BaseClient):
    """Requests restarts: stop and save, then resume from the last good checkpoint."""

    def restart(
        self,
        *,
        learning_rate: float | None = None,
        ent_coef: float | None = None,
        scenario: str | None = None,
        because: Message | None = None,
        key: str | None = None,
    ) -> Submitted | Refused:
        """Request a new attempt of the week's run, with or without changed settings.

        A live attempt saves and ends first. A run that ended early is resumed as a new job.
        The change is in the ledger with the person's name, and later attempts keep it.

        :param scenario: id of the playbook scenario whose line is written to training.log;
            by default ``kl_explosion`` for a learning rate, ``flat_reward`` for ent_coef.
        :param because: the reason, if there is one; the ledger has it with the change.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        given = {"learning_rate": learning_rate, "ent_coef": ent_coef}
        try:
            asked = asked_params(
                JobKind.TRAIN, {name: value for name, value in given.items() if value is not None}
            )
        except InputError as error:
            return Refused.by(error)
        changes = asked.as_json()
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, JobRequested, RestartRequested):
                return Submitted(self._job_row(connection, requested_job(entry)))
            if refused := self._elsewhere(connection):
                return refused
            week = self._meant_week(connection)
            row = queries.newest_job(connection, JobKind.TRAIN, week.id) if week else None
            if week is None or row is None:
                return Refused(
                    Message("There is no training run to restart."), Message("Start one.")
                )
            if refused := blocked_start(connection, week):
                return refused
            if refused := own_trainer(week, TrainParams(**changes)):
                return refused
            if refused := self._stop_in_force(row):
                return refused
            now = self.now()
            record = RestartRecord(
                by=self.person.name,
                what=_in_words(changes),
                log_line=_log_line(week, row, changes, scenario),
            )
            if because is not None:
                record = record.model_copy(update={"because": because})
            if row.state in ACTIVE_STATES:
                body: JobRequested | RestartRequested = RestartRequested(
                    job_id=row.id,
                    params={**row.params, **changes},
                    restart=record.model_copy(update={"attempt": row.attempt + 1}).as_json(),
                    changes=changes,
                    stop=row.state in LIVE_STATES,
                )
            else:
                record = record.model_copy(update={"attempt": 1, "at": now})
                resumed = StoredTrainParams(resume=True, restart=record, **changes)
                launch = launch_params(
                    connection, self._files(week), week, self.person, resumed, now
                )
                if isinstance(launch, Refused):
                    return launch
                body = job_request(JobKind.TRAIN, launch, launch.run, now)
            self._append(transaction, body, week.id, key)
            return Submitted(self._job_row(connection, body.job_id))

    def stop_grace_s(self) -> float:
        """Seconds that a run has to save and end before it is killed."""
        return float(Settings.read(self.home).stop_grace_s)

    def _stop_in_force(self, row: Any) -> Refused | None:
        """One person's pending stop must not become a restart by another."""
        asked_for = row.state in ACTIVE_STATES and row.stop_requested_at is not None
        if not asked_for or row.stop_requested_by == self.person.name or restart_pending(row):
            return None
        return Refused(
            Message(
                "{by} requested a stop of {job} at {at:%Y-%m-%d %H:%M:%S} UTC.",
                by=row.stop_requested_by,
                job=row.id,
                at=row.stop_requested_at,
            ),
            Message("Wait until it has ended, then restart it."),
        )

    @staticmethod
    def _job_row(connection: Any, job_id: str) -> Any:
        jobs = schema.jobs
        return rows.job_of(connection.execute(jobs.select().where(jobs.c.id == job_id)).one())


def _in_words(changes: dict[str, float]) -> Message:
    match changes:
        case {"learning_rate": rate, "ent_coef": weight}:
            return Message(
                "with learning_rate {rate:g} and ent_coef {weight:g}", rate=rate, weight=weight
            )
        case {"learning_rate": rate}:
            return Message("with learning_rate {rate:g}", rate=rate)
        case {"ent_coef": weight}:
            return Message("with ent_coef {weight:g}", weight=weight)
    return Message("with the same settings")


def _log_line(
    week: Week, row: Row[Any], changes: dict[str, float], scenario: str | None
) -> str | None:
    """The manual's line for this change, if it has one."""
    training, before = week.playbook.training, stored_params(TrainParams, row.params)
    rate = training.learning_rate if before.learning_rate is None else before.learning_rate
    weight = training.ent_coef if before.ent_coef is None else before.ent_coef
    lower = changes.get("learning_rate", 1.0) < rate
    raised = changes.get("ent_coef", 0.0) > weight
    found = scenario or (_SCENARIOS["learning_rate"] if lower else None)
    found = found or (_SCENARIOS["ent_coef"] if raised else None)
    spec = week.playbook.find_scenario(found)
    return None if spec is None else spec.log_line
