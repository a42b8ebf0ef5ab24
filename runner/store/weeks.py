"""The effect of the ledger's lines about weeks on the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runner.store import schema

if TYPE_CHECKING:
    from core.ledger_bodies import (
        ClockSet,
        PlaybookTaken,
        WeekArchived,
        WeekBegun,
        WeekClosed,
        WeekCreated,
        WeekMended,
        WeekUnarchived,
        WeekUsed,
    )
    from runner.store.row_writer import RowWriter

Fields = Mapping[str, Any]


def create(rows: RowWriter, fields: Fields, body: WeekCreated) -> None:
    """Add the week."""
    if body.active:
        rows.update(schema.weeks, {"active": True}, {"active": False})
    created = {**body.given(), "active": body.active, "created_at": fields["at"]}
    rows.insert(schema.weeks, created)


def use(rows: RowWriter, fields: Fields, body: WeekUsed) -> None:
    """Make it the active one."""
    rows.update(schema.weeks, {"active": True}, {"active": False, "beside": body.beside})
    _change(rows, body.id, active=True, beside=False)


def begin(rows: RowWriter, fields: Fields, body: WeekBegun) -> None:
    """It is in progress beside the active one."""
    _change(rows, body.id, beside=True)


def close(rows: RowWriter, fields: Fields, body: WeekClosed) -> None:
    """It no longer is."""
    _change(rows, body.id, beside=False)


def mend(rows: RowWriter, fields: Fields, body: WeekMended) -> None:
    """Change its launch time."""
    _change(rows, body.id, launch=body.launch)


def archive(rows: RowWriter, fields: Fields, body: WeekArchived) -> None:
    """Mark it as archived."""
    _change(rows, body.id, archived_at=fields["at"])


def unarchive(rows: RowWriter, fields: Fields, body: WeekUnarchived) -> None:
    """Remove that mark."""
    _change(rows, body.id, archived_at=None)


def take_playbook(rows: RowWriter, fields: Fields, body: PlaybookTaken) -> None:
    """The week has another playbook; the text of the earlier one stays in the ledger alone."""
    _change(
        rows,
        body.id,
        playbook_text=body.playbook_text,
        playbook_sha256=body.playbook_sha256,
        playbook_file=body.playbook_file,
        tag=body.tag,
        symbol=body.symbol,
    )


def _change(rows: RowWriter, week_id: str, **values: Any) -> None:
    rows.update(schema.weeks, {"id": week_id}, values)


def set_clock(rows: RowWriter, fields: Fields, body: ClockSet) -> None:
    """Add a point to its clock."""
    point = {"real": body.real, "week": body.week, "pace": body.pace}
    rows.insert(schema.clock_points, {"id": fields["seq"], "week_id": fields["week_id"], **point})
