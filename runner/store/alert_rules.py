"""Rules of the engineers' own: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.alerts.own_rule import Operator, OwnRule, RuleTerms
from core.vocabulary import Severity
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import AlertRuleChanged, AlertRuleMade, AlertRuleRetired
    from runner.store.row_writer import RowWriter


def make(rows: RowWriter, fields: Mapping[str, Any], body: AlertRuleMade) -> None:
    """Apply the line that makes a rule."""
    names = ("week_id", "by", "role", "verified", "at", "at_week")
    known = {name: fields[name] for name in names}
    rows.insert(schema.alert_rules, {"id": fields["seq"], **known, **body.given()})


def change(rows: RowWriter, fields: Mapping[str, Any], body: AlertRuleChanged) -> None:
    """Apply the line that gives a rule other terms."""
    rows.update(schema.alert_rules, {"id": body.id}, body.given())


def retire(rows: RowWriter, fields: Mapping[str, Any], body: AlertRuleRetired) -> None:
    """Apply the line that ends a rule."""
    rows.update(schema.alert_rules, {"id": body.id}, {"retired_at": fields["at"]})


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
