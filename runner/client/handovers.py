"""Handovers of the active week: signed over to the next person, who accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.handover import SECTIONS
from core.language import Message
from core.ledger_bodies import HandoverAccepted, HandoverSigned
from core.people import MAX_NAME, is_name
from core.vocabulary import Right
from core.week import CREATE_WEEK
from runner.client.base import BaseClient, refused_text
from runner.outcomes import Recorded, Refused
from runner.store.handovers import handovers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.handover import Handover


class Handovers(BaseClient):
    """Signs a handover over, and accepts one."""

    def sign_handover(
        self, to: str, texts: Mapping[str, str], key: str | None = None
    ) -> Recorded[Handover] | Refused:
        """Hand over to a person, with the texts as they stand; a repeated key is answered alike.

        :param texts: section to its text; one that is missing is empty.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        if not is_name(to):
            return Refused(
                Message("That is not the name of a person."),
                Message("Give a name of 1 to {most} characters on one line.", most=MAX_NAME),
            )
        if to == self.person.name:
            return Refused(
                Message("A handover is to somebody else."), Message("Choose who comes next.")
            )
        given = {name: texts.get(name, "").strip() for name in SECTIONS}
        for text in given.values():
            if refused := refused_text(text):
                return refused
        with self.store.write() as transaction:
            connection = transaction.connection
            if refused := self._elsewhere(connection):
                return refused
            week = self._meant_week(connection)
            if week is None:
                return Refused(Message("There is no active week."), CREATE_WEEK)
            entry = self._keyed(connection, key, HandoverSigned)
            if entry is None:
                body = HandoverSigned(to=to, **given)
                entry = self._append(transaction, body, week.id, key)
            known = handovers(connection, entry.week_id or week.id)
            return Recorded(next(one for one in known if one.id == entry.seq))

    def accept_handover(self, handover_id: int) -> Recorded[Handover] | Refused:
        """Accept what was signed over to this person; a second time changes nothing."""
        if denied := self._denied(Right.RECORD):
            return denied
        with self.store.write() as transaction:
            connection = transaction.connection
            if refused := self._elsewhere(connection):
                return refused
            week = self._meant_week(connection)
            known = {} if week is None else {one.id: one for one in handovers(connection, week.id)}
            found = known.get(handover_id)
            if week is None or found is None:
                return Refused(Message("There is no handover {number}.", number=handover_id))
            if found.to != self.person.name:
                return Refused(Message("It was signed over to {person}.", person=found.to))
            if found.accepted_at is None:
                self._append(transaction, HandoverAccepted(id=handover_id), week.id)
                found = {one.id: one for one in handovers(connection, week.id)}[handover_id]
            return Recorded(found)
