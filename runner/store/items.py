"""The items of an incident's list of actions, as the table keeps them: place to state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.language import recorded_message
from core.people import RUNNER
from core.timestamps import iso, parse_moment
from core.vocabulary import ItemState
from runner.incident_records import IncidentItem
from runner.store import schema

if TYPE_CHECKING:
    from core.ledger_bodies import (
        IncidentActionDone,
        IncidentActionSkipped,
        IncidentClosed,
        IncidentOpened,
    )
    from runner.store.row_writer import RowWriter

Fields = Mapping[str, Any]
Stored = dict[str, dict[str, Any]]
"""The items that are done or skipped, by their place in the procedure's list, from 0."""


def done_at_opening(fields: Fields, body: IncidentOpened) -> Stored:
    """The items that the runner had done when the incident was opened."""
    author = {"by": RUNNER.name, "at": fields["at"]}
    return {
        str(each.index): _item(ItemState.DONE, author, each.proof)
        | ({"note_message": each.proof_message} if each.proof_message else {})
        for each in body.done
    }


def do(rows: RowWriter, fields: Fields, body: IncidentActionDone) -> None:
    """Mark an item as done."""
    _change(rows, body.id, {str(body.index): _item(ItemState.DONE, fields, body.note)})


def skip(rows: RowWriter, fields: Fields, body: IncidentActionSkipped) -> None:
    """Mark an item as skipped."""
    _change(rows, body.id, {str(body.index): _item(ItemState.SKIPPED, fields, body.reason)})


def skip_the_open(rows: RowWriter, fields: Fields, body: IncidentClosed) -> None:
    """Mark the items that were open at the closing as skipped, with its reason."""
    skipped = _item(ItemState.SKIPPED, fields, body.reason)
    _change(rows, body.id, {str(index): skipped for index in body.skipped})


def item_of(kept: Mapping[str, Any]) -> IncidentItem:
    """One item from the table."""
    return IncidentItem(
        state=ItemState(kept["state"]),
        by=kept["by"],
        at=parse_moment(kept["at"]),
        note=recorded_message(kept, "note"),
    )


def _item(state: ItemState, fields: Fields, note: str) -> dict[str, Any]:
    """One item, with the author and the time of its ledger line."""
    author = {"by": fields["by"], "at": iso(fields["at"])}
    return {"state": state.value, **author, "note": str(note)}


def _change(rows: RowWriter, incident_id: int, changed: Stored) -> None:
    table = schema.incidents
    known = rows.scalar(select(table.c.actions_done).where(table.c.id == incident_id))
    rows.update(table, {"id": incident_id}, {"actions_done": {**(known or {}), **changed}})
