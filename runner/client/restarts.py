"""Restarting the week's training with a lower learning rate or a higher entropy weight."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from core.playbook.settings import TrainingSettings
from core.timestamps import iso
from core.vocabulary import LIVE_STATES, JobKind, Right
from core.week import Week
from runner.client.base import BaseClient
from runner.client.start_rules import blocked_start, launch_params
from runner.outcomes import Refused, Submitted
from runner.store import queries, rows, schema
from runner.store.requests import submit_body
from runner.store.restarts import restart_pending

# The scenario of the playbook whose log line a change calls for, where none is named.
_SCENARIOS = {"learning_rate": "kl_explosion", "ent_coef": "flat_reward"}


class Restarting(BaseClient):
    """One click: stop and save, then go on from the last good checkpoint."""

    def restart(
        self,
        *,
        learning_rate: float | None = None,
        ent_coef: float | None = None,
        scenario: str | None = None,
        key: str | None = None,
    ) -> Submitted | Refused:
        """Ask for a new attempt of the week's training, with changed settings or without.

        A living attempt is asked to save and end first. One that has ended early goes on
        as a new job of the same run. The change is in the ledger with the person's name,
        and later attempts keep it.

        :param scenario: of the playbook, whose line is written to training.log; without
            it a lower rate is ``kl_explosion``, a raised weight ``flat_reward``.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        given = {"learning_rate": learning_rate, "ent_coef": ent_coef}
        changes = {name: value for name, value in given.items() if value is not None}
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key):
                return Submitted(self._job_row(connection, entry.body["job_id"]))
            week = queries.active_week(connection)
            row = queries.newest_job(connection, JobKind.TRAIN, week.id) if week else None
            if week is None or row is None:
                return Refused("There is no training to restart.", "Start one.")
            if refused := blocked_start(connection, week) or _refused(week, changes):
                return refused
            if refused := self._stop_in_force(row):
                return refused
            now = self.now()
            record = {
                "by": self.person.name,
                "what": _in_words(changes),
                "log_line": _log_line(week, row.params, changes, scenario),
            }
            if row.state in queries.ACTIVE_STATES:
                record["attempt"] = row.attempt + 1
                body = {
                    "action": "restart",
                    "job_id": row.id,
                    "params": {**row.params, **changes},
                    "restart": record,
                    "changes": changes,
                    "stop": row.state in LIVE_STATES,
                }
            else:
                record |= {"attempt": 1, "at": iso(now)}
                asked: dict[str, Any] = {"resume": True, **changes, "restart": record}
                launch = launch_params(connection, self.home, week, self.person, asked, now)
                if isinstance(launch, Refused):
                    return launch
                body = submit_body(JobKind.TRAIN, launch[0], launch[1], now)
            self._append(transaction, "request", body, week.id, key)
            return Submitted(self._job_row(connection, body["job_id"]))

    def _stop_in_force(self, row: Any) -> Refused | None:
        """What one person asked for last, another must not turn into its opposite."""
        asked_for = row.state in queries.ACTIVE_STATES and row.stop_requested_at is not None
        if not asked_for or row.stop_requested_by == self.person.name or restart_pending(row):
            return None
        return Refused(
            f"{row.stop_requested_by} asked for {row.id} to be stopped, "
            f"at {row.stop_requested_at:%Y-%m-%d %H:%M:%S} UTC.",
            "Wait until it has ended, then restart it.",
        )

    @staticmethod
    def _job_row(connection: Any, job_id: str) -> Any:
        jobs = schema.jobs
        return rows.job_of(connection.execute(jobs.select().where(jobs.c.id == job_id)).one())


def _refused(week: Week, changes: dict[str, float]) -> Refused | None:
    if week.playbook.training.command is not None and changes:
        return Refused(
            "The playbook names a trainer of its own; its settings are not trainweek's to change.",
            "Change them in the trainer, stop the training and start it again.",
        )
    try:
        TrainingSettings.model_validate({**week.playbook.training.model_dump(), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        return Refused(
            f"{'.'.join(map(str, first['loc']))} {first['input']!r}: {first['msg']}.",
            "Give a value within the playbook's bounds.",
        )
    return None


def _in_words(changes: dict[str, float]) -> str:
    return (
        "with " + " and ".join(f"{name} {value:g}" for name, value in changes.items())
        if changes
        else "with the same settings"
    )


def _log_line(
    week: Week, params: Any, changes: dict[str, float], scenario: str | None
) -> str | None:
    """The manual's line, if what is done is what the manual says it of."""
    training = week.playbook.training
    lower = changes.get("learning_rate", 1.0) < params.get("learning_rate", training.learning_rate)
    raised = changes.get("ent_coef", 0.0) > params.get("ent_coef", training.ent_coef)
    found = scenario or (_SCENARIOS["learning_rate"] if lower else None)
    found = found or (_SCENARIOS["ent_coef"] if raised else None)
    spec = week.playbook.find_scenario(found)
    return None if spec is None else spec.log_line
