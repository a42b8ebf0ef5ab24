"""The effect of lines about runners and their machines on the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.ledger_bodies import MachineGone, RunnerEnded, RunnerStarted
    from runner.store.row_writer import RowWriter

    Fields = Mapping[str, Any]


def start(rows: RowWriter, fields: Fields, body: RunnerStarted) -> None:
    """A runner began."""
    rows.insert(schema.runners, {**body.given(), "since": fields["at"]})


def end(rows: RowWriter, fields: Fields, body: RunnerEnded) -> None:
    """A runner ended in order."""
    rows.update(schema.runners, {"epoch": body.epoch}, {"ended_at": fields["at"]})


def machine_gone(rows: RowWriter, fields: Fields, body: MachineGone) -> None:
    """A person said that the machine of an attempt is gone."""
    said = {"gone_by": fields["by"], "gone_reason": body.reason}
    rows.update(schema.attempts, {"job_id": body.job_id, "number": body.number}, said)
