"""Rules of the engineers' own: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from core.alerts.own_rule import Operator, OwnRule, RuleTerms
from core.timestamps import parse_moment
from core.vocabulary import Severity
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import AlertRuleChanged, AlertRuleMade, AlertRuleRetired


def make(connection: Connection, fields: Mapping[str, Any], body: AlertRuleMade) -> None:
    """Apply the line that makes a rule."""
    connection.execute(
        insert(schema.alert_rules).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            **body.given(),
            by=fields["by"],
            role=fields["role"],
            verified=fields["verified"],
            at=parse_moment(fields["at"]),
            at_week=parse_moment(fields["at_week"]),
        )
    )


def change(connection: Connection, fields: Mapping[str, Any], body: AlertRuleChanged) -> None:
    """Apply the line that gives a rule other terms."""
    table = schema.alert_rules
    connection.execute(update(table).where(table.c.id == body.id).values(**body.given()))


def retire(connection: Connection, fields: Mapping[str, Any], body: AlertRuleRetired) -> None:
    """Apply the line that ends a rule."""
    table = schema.alert_rules
    at = parse_moment(fields["at"])
    connection.execute(update(table).where(table.c.id == body.id).values(retired_at=at))


def alert_rules(connection: Connection, *, retired: bool = False) -> list[OwnRule]:
    """The rules, oldest first.

    :param retired: also those that do not hold any more.
    """
    table = schema.alert_rules
    query = select(table).order_by(table.c.id)
    if not retired:
        query = query.where(table.c.retired_at.is_(None))
    return [
        OwnRule(
            id=row.id,
            terms=RuleTerms(
                name=row.name,
                tag=row.tag,
                operator=Operator(row.operator),
                threshold=row.threshold,
                level=Severity(row.level),
                minutes=row.minutes,
                steps=row.steps,
            ),
            by=row.by,
            at=row.at,
            retired=row.retired_at is not None,
        )
        for row in connection.execute(query)
    ]
