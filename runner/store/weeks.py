"""Weeks: what their lines of the ledger do to the table, and their earlier playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, insert, select, update

from core.ledger_bodies import PlaybookTaken, WeekCreated, WeekUsed, readable_body
from core.timestamps import parse_moment
from core.week import EarlierPlaybook
from runner.store import schema
from runner.store.rows import week_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.engine import Connection

    from core.week import Week


def create(connection: Connection, fields: Mapping[str, Any], body: WeekCreated) -> None:
    """A new week is the active one."""
    connection.execute(update(schema.weeks).values(active=False))
    values = {**body.given(), "created_at": parse_moment(fields["at"])}
    connection.execute(insert(schema.weeks).values(**values, active=True))


def use(connection: Connection, fields: Mapping[str, Any], body: WeekUsed) -> None:
    """Another week is the active one."""
    weeks = schema.weeks
    connection.execute(update(weeks).values(active=False))
    connection.execute(update(weeks).where(weeks.c.id == body.id).values(active=True))


def take_playbook(connection: Connection, fields: Mapping[str, Any], body: PlaybookTaken) -> None:
    """The week has another playbook; the text of the earlier one stays in the ledger alone."""
    weeks = schema.weeks
    connection.execute(
        update(weeks)
        .where(weeks.c.id == body.id)
        .values(
            playbook_text=body.playbook_text,
            playbook_sha256=body.playbook_sha256,
            playbook_file=body.playbook_file,
            tag=body.tag,
            symbol=body.symbol,
        )
    )


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
