"""What people say of the alerts that they acknowledged, and the record of each alert's rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import Message
from core.ledger_bodies import AlertMarked
from core.vocabulary import Right
from runner.alerts.alert_store import AlertStore
from runner.client.alerts import Alerts
from runner.client.base import refused_text
from runner.outcomes import Conflict, Recorded, Refused
from runner.store.alerts import acknowledgements

if TYPE_CHECKING:
    from core.alerts.acknowledgement import Acknowledgement
    from core.alerts.conditions import Alert

_ASKED_FOR, _MOST_ASKED = timedelta(days=2), 5


@dataclass(frozen=True)
class AlertRecord:
    """How often an alert's rule fired, and what became of it.

    :ivar fired: episodes since the data directory's alerts began.
    """

    fired: int = 0
    acknowledged: int = 0
    useful: int = 0
    noise: int = 0


class AlertMarks(Alerts):
    """Acknowledges alerts, marks acknowledged alerts as useful or noise, and counts."""

    def acknowledge_and_mark(
        self, key: str, useful: bool | None, note: str = ""
    ) -> Recorded[Acknowledgement] | Conflict[Acknowledgement] | Refused:
        """Take an alert on, and say whether it was useful.

        Who has acknowledged it before may say so also once it is over.

        :param useful: None: not said.
        :param note: why; only with ``useful``.
        """
        if note and useful is None:
            return Refused(
                Message("A note says why an alert was useful or noise."),
                Message("Say which of the two, too."),
            )
        if refusal := refused_text(note):  # before anything is recorded
            return refusal
        taken = self.acknowledge(key)
        if useful is None or isinstance(taken, Conflict):
            return taken
        if isinstance(taken, Recorded):
            return self.mark_alert(taken.record.id, useful, note)
        with self.store.read() as connection:
            every = acknowledgements(connection)
        mine = [one.id for one in every if one.what == key and one.by == self.person.name]
        return self.mark_alert(mine[-1], useful, note) if mine else taken

    def mark_alert(
        self, acknowledgement_id: int, useful: bool, note: str = ""
    ) -> Recorded[Acknowledgement] | Refused:
        """Say whether an alert was useful; the person who acknowledged it may change their mind."""
        if denied := self._denied(Right.RECORD) or refused_text(note):
            return denied
        with self.store.write() as transaction:
            every = {one.id: one for one in acknowledgements(transaction.connection)}
            answer = every.get(acknowledgement_id)
            if answer is None:
                return Refused(
                    Message(
                        "There is no acknowledgement {number}.", number=str(acknowledgement_id)
                    ),
                    Message("Acknowledge the alert first: trainweek alerts ack KEY"),
                )
            if answer.by != self.person.name:
                return Refused(
                    Message("{by} acknowledged this alert.", by=answer.by),
                    Message("Only who acknowledged it says whether it was useful."),
                )
            if answer.useful is not useful or note:
                week = self._meant_week(transaction.connection)
                given = {"note": note} if note else {}  # an older version reads the others
                body = AlertMarked(id=answer.id, useful=useful, **given)
                self._append(transaction, body, None if week is None else week.id)
                every = {one.id: one for one in acknowledgements(transaction.connection)}
        return Recorded(every[acknowledgement_id])

    def unmarked_alerts(self) -> list[tuple[Acknowledgement, Alert | None]]:
        """What the person acknowledged in the last days and has not marked, the newest first.

        With what is known of the alert; None: the runner never saw it.
        """
        since = self.now() - _ASKED_FOR
        with self.store.read() as connection:
            every = acknowledgements(connection)
        mine = [one for one in every if one.by == self.person.name and one.at >= since]
        waiting = [one for one in reversed(mine) if one.useful is None][:_MOST_ASKED]
        known = AlertStore(self.home).alerts() if waiting else {}
        return [(one, known.get(one.what)) for one in waiting]

    def alert_records(self) -> dict[str, AlertRecord]:
        """The record of each alert that has fired or was acknowledged, by its key."""
        fired = {alert.key: alert.episode for alert in AlertStore(self.home).alerts().values()}
        with self.store.read() as connection:
            every = acknowledgements(connection)
        found: dict[str, AlertRecord] = {}
        for key in dict.fromkeys([*fired, *(one.what for one in every)]):
            own = [one for one in every if one.what == key]
            found[key] = AlertRecord(
                fired=fired.get(key, 0),
                acknowledged=len(own),
                useful=sum(one.useful is True for one in own),
                noise=sum(one.useful is False for one in own),
            )
        return found
