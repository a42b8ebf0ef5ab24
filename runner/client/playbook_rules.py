"""Who may bring a playbook's rules into a week: known rules anybody, others the lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.language import Message, joined
from core.vocabulary import Right
from runner.client.base import BaseClient
from runner.client.signatures.approved_rules import (
    ComparedRules,
    approved_rules,
    compared_rules,
)
from runner.outcomes import Refused
from runner.store import queries, rows, schema

if TYPE_CHECKING:
    from runner.records import Signature


class PlaybookRules(BaseClient):
    """Compares the rules of a playbook with the shipped and with the approved ones."""

    def compared_rules(self, text: str) -> ComparedRules:
        """What differs in the rules of a valid playbook.

        :param text: with everything that it inherits written out.
        """
        table = schema.signatures
        with self.store.read() as connection:
            found = connection.execute(select(table).order_by(table.c.id))
            signatures: list[Signature] = [rows.signature_of(row) for row in found]
            approved = approved_rules(
                signatures,
                lambda signature: queries.week_by_id(connection, signature.week_id),
                queries.signing_keys(connection),
                verified=self.person.verified,
            )
        return compared_rules(text, approved)

    def _denied_rules(self, text: str) -> Refused | None:
        """Why this person can't make a week with these rules; never call it in a transaction."""
        leads = self.compared_rules(text).leads
        if not leads or (denied := self._denied(Right.PLAN)) is None:
            return None
        return Refused(
            joined(
                [
                    denied.reason,
                    Message(
                        "The playbook changes rules: {changes}.",
                        changes="; ".join(
                            f"{one.field} {one.before} → {one.after}" for one in leads
                        ),
                    ),
                ],
                " ",
            ),
            Message("Ask the ML lead to create the week, or leave these rules as they are."),
        )
