"""Weeks with their earlier playbooks, whose texts are in the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from core.ledger_bodies import PlaybookTaken, WeekCreated, readable_body
from core.week import EarlierPlaybook
from runner.store import schema
from runner.store.rows import week_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

    from core.week import Week


def found_weeks(connection: Connection, query: Select[Any]) -> list[Week]:
    """The weeks of a query of their table, each with its earlier playbooks."""
    rows = connection.execute(query).all()
    earlier = _earlier_playbooks(connection, {row.id for row in rows})
    return [week_of(row, earlier.get(row.id, ())) for row in rows]


def _earlier_playbooks(
    connection: Connection, week_ids: Collection[str]
) -> dict[str, tuple[EarlierPlaybook, ...]]:
    """By week, oldest first; weeks whose playbook was never replaced are missing."""
    ledger = schema.ledger
    of_week = (ledger.c.kind == PlaybookTaken.kind) & ledger.c.week_id.in_(sorted(week_ids))
    changed = connection.execute(
        select(ledger.c.week_id)
        .where(of_week, ledger.c.body["action"].as_string() == PlaybookTaken.action)
        .distinct()
    ).scalars()
    return {week_id: _earlier(connection, week_id) for week_id in changed.all()}


def _earlier(connection: Connection, week_id: str) -> tuple[EarlierPlaybook, ...]:
    ledger = schema.ledger
    lines = connection.execute(
        select(ledger.c.at_week, ledger.c.body)
        .where(ledger.c.week_id == week_id, ledger.c.kind == WeekCreated.kind)
        .order_by(ledger.c.seq)
    )
    found: list[EarlierPlaybook] = []
    before: WeekCreated | PlaybookTaken | None = None
    for line in lines:
        body = readable_body(WeekCreated.kind, line.body)
        if not isinstance(body, WeekCreated | PlaybookTaken):
            continue
        if before is not None:
            found.append(
                EarlierPlaybook(before.playbook_text, before.playbook_sha256, line.at_week)
            )
        before = body
    return tuple(found)
