"""Alerts: which hold, how their delivery stands, and silences with a reason and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import EVERYTHING, Silence
from core.alerts.kinds import EventKind
from core.language import Message
from core.ledger_bodies import AlertsSilenced, SilenceEnded
from core.text_rules import is_blank
from core.timestamps import iso
from core.vocabulary import Right
from runner.alerts.alert_store import AlertStore, ChannelState
from runner.client.base import BaseClient, refused_text
from runner.outcomes import Recorded, Refused
from runner.store import queries
from runner.store.alerts import silences

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.conditions import Alert

LONGEST_SILENCE = timedelta(days=7)


@dataclass(frozen=True)
class AlertList:
    """What is reported now.

    :ivar firing: alerts that have not recovered, the oldest first.
    :ivar silences: those that hold now.
    :ivar channels: how delivery stands, by channel.
    """

    firing: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    channels: tuple[ChannelState, ...]


class Alerts(BaseClient):
    """Lists alerts, silences them, ends silences."""

    def alerts(self) -> AlertList:
        """The alerts that hold as of the runner's last look, and what waits to be sent.

        :raises SetupError: the database of the alerts can't be used.
        """
        store = AlertStore(self.home)
        firing = [alert for alert in store.alerts().values() if alert.firing]
        return AlertList(
            tuple(sorted(firing, key=lambda alert: (alert.first.since, alert.key))),
            tuple(self.silences()),
            tuple(store.states()),
        )

    def silences(self) -> list[Silence]:
        """The silences that hold now, oldest first."""
        now = self.now()
        with self.store.read() as connection:
            return [one for one in silences(connection) if one.holds(now)]

    def silence(self, what: str, until: datetime, reason: str) -> Recorded[Silence] | Refused:
        """Stop reporting alerts until a moment; what still holds then is reported.

        :param what: an alert's key, a kind of event (``check``), or ``all``.
        :param until: real time, at most :data:`LONGEST_SILENCE` from now.
        """
        if denied := self._denied(Right.RECORD) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("A silence requires a reason."), Message("Say why nobody needs to be told.")
            )
        now = self.now()
        if not now < until <= now + LONGEST_SILENCE:
            return Refused(
                Message("A silence ends within {n} days.", n=LONGEST_SILENCE.days),
                Message("Give an end between now and then."),
            )
        if (unknown := self._unknown(what)) is not None:
            return unknown
        with self.store.write() as transaction:
            week = queries.active_week(transaction.connection)
            body = AlertsSilenced(what=what, until=iso(until), reason=reason)
            entry = self._append(transaction, body, None if week is None else week.id)
            found = silences(transaction.connection)
        return Recorded(next(one for one in found if one.id == entry.seq))

    def end_silence(self, silence_id: int) -> Recorded[Silence] | Refused:
        """End a silence before its time; one that has ended stays as it is."""
        if denied := self._denied(Right.RECORD):
            return denied
        with self.store.write() as transaction:
            found = {one.id: one for one in silences(transaction.connection)}
            known = found.get(silence_id)
            if known is None:
                return Refused(
                    Message("There is no silence {number}.", number=silence_id),
                    Message("List them: trainweek alerts list"),
                )
            if known.holds(self.now()):
                week = queries.active_week(transaction.connection)
                body = SilenceEnded(id=silence_id)
                self._append(transaction, body, None if week is None else week.id)
                found = {one.id: one for one in silences(transaction.connection)}
        return Recorded(found[silence_id])

    def _unknown(self, what: str) -> Refused | None:
        kinds = [kind.value for kind in EventKind]
        if what == EVERYTHING or what in kinds or what in AlertStore(self.home).alerts():
            return None
        return Refused(
            Message("There is no alert {key}, nor such a kind.", key=what),
            Message(
                "Give the key of an alert (trainweek alerts list), `all`, or one of: {kinds}.",
                kinds=", ".join(kinds),
            ),
        )
