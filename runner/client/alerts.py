"""Alerts: which hold, how their delivery stands, who acknowledged them, and silences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.acknowledgement import Acknowledgement, incident_of
from core.alerts.chain import Answers
from core.alerts.conditions import EVERYTHING, Silence
from core.alerts.kinds import EventKind
from core.errors import TrainweekError
from core.field_hints import shown
from core.language import Message
from core.ledger_bodies import AlertAcknowledged, AlertsSilenced, SilenceEnded
from core.text_rules import is_blank
from core.timestamps import iso
from core.vocabulary import IncidentState, Right
from runner.alerts.alert_store import AlertStore, ChannelState, LastLook
from runner.alerts.channels import read_alerts
from runner.client.base import BaseClient, refused_text
from runner.client.incidents import closed_already
from runner.outcomes import Conflict, Recorded, Refused
from runner.store import record_queries
from runner.store.alerts import acknowledgements, silences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.alerts.conditions import Alert

LONGEST_SILENCE = timedelta(days=7)
_CLOCK_STEP = timedelta(seconds=5)


@dataclass(frozen=True)
class AlertList:
    """What is reported now.

    :ivar firing: alerts that have not recovered, the oldest first.
    :ivar silences: those that hold now.
    :ivar channels: how delivery stands, by channel.
    :ivar acknowledged: key of a firing alert to its acknowledgement.
    :ivar look: the runner's newest look for alerts; None: there was none yet.
    :ivar on: there is an ``alerts.yaml``; without it the runner does not look.
    :ivar part_of: key of an alert to the key of the one that it is part of: of the finding that an
        incident is about. It is not among the firing ones, and is acknowledged with the other.
    :ivar past: the list is of a past moment: only what had been reported by then, where it is kept.
    """

    firing: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    channels: tuple[ChannelState, ...]
    acknowledged: Mapping[str, Acknowledgement] = field(default_factory=dict)
    look: LastLook | None = None
    part_of: Mapping[str, str] = field(default_factory=dict)
    past: bool = False
    on: bool = True

    def unknown(self, now: datetime) -> Message | None:
        """Why an empty list says nothing about now; None: it does."""
        if self.past and self.look is not None:
            return Message(
                "As reported by then: what was silenced, or not reported yet, is not kept."
            )
        if self.past:
            return Message("Not known: what was reported at a past moment is not kept.")
        if self.look is None and not self.on:
            return Message("Not known: without an alerts.yaml nobody looks for alerts.")
        if self.look is None:
            return Message("Not known: the runner has not looked for alerts yet.")
        ahead = now < self.look.at - _CLOCK_STEP  # the clock was set back since
        if ahead or now > self.look.trusted_until:
            return Message(
                "Not known: the last look for alerts was at {time:%Y-%m-%d %H:%M} UTC.",
                time=self.look.at,
            )
        if not self.look.complete:
            return Message("Not known: the last look for alerts could not read everything.")
        return None


class Alerts(BaseClient):
    """Lists alerts, acknowledges and silences them, ends silences."""

    def alerts(self) -> AlertList:
        """The alerts that hold as of the runner's last look, and what waits to be sent.

        :raises SetupError: the database of the alerts can't be used.
        """
        store = AlertStore(self.home)
        if self.moment is None:
            every = [alert for alert in store.alerts().values() if alert.firing]
        else:
            reported = store.reported_by(self.moment)
            if reported is None:
                return AlertList((), tuple(self.silences()), (), past=True)
            every = reported
        part_of = _part_of(every)
        firing = [alert for alert in every if alert.key not in part_of]
        with self.store.read() as connection:
            answers = Answers(tuple(acknowledgements(connection)))
        return AlertList(
            tuple(sorted(firing, key=lambda alert: (alert.first.since, alert.key))),
            tuple(self.silences()),
            self._channels(store) if self.moment is None else (),
            {alert.key: answer for alert in firing if (answer := answers.of(alert)) is not None},
            store.last_look(),
            part_of,
            past=self.moment is not None,
            on=self.alerts_on(),
        )

    def _channels(self, store: AlertStore) -> tuple[ChannelState, ...]:
        """Each channel of ``alerts.yaml``, also before it was sent anything, and those of before."""
        known = {one.channel: one for one in store.states()}
        try:
            file = read_alerts(self.home)
        except (TrainweekError, OSError):  # doctor and the runner's log say what is wrong with it
            file = None
        for channel in () if file is None else file.channels:
            unused = ChannelState(channel.name, 0, 0, 0, None, None)
            known.setdefault(channel.name, unused)
        return tuple(known[name] for name in sorted(known))

    def alerts_on(self) -> bool:
        """Whether people are sent messages: there is an ``alerts.yaml``."""
        return self.home.alerts_file.exists()

    def acknowledge(
        self, key: str
    ) -> Recorded[Acknowledgement] | Conflict[Acknowledgement] | Refused:
        """Take an alert on: it is neither repeated nor passed to the next owner any more.

        The first one counts. A request that is repeated by the same person is answered like the
        first.

        :param key: of an alert that is reported now, or ``incident:ID`` of an open incident.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        every = AlertStore(self.home).alerts()
        key = _part_of([one for one in every.values() if one.firing]).get(key, key)
        alert = every.get(key)
        with self.store.write() as transaction:
            connection = transaction.connection
            week = self._meant_week(connection)
            week_id = None if week is None else week.id
            if (number := incident_of(key)) is not None:
                incident = record_queries.incident(connection, number)
                if incident is None:
                    return Refused(Message("There is no incident {number}.", number=str(number)))
                if incident.state is not IncidentState.OPEN:
                    return closed_already(incident)
                known = [one for one in acknowledgements(connection) if one.what == key]
                week_id = incident.week_id
            elif alert is None or not alert.firing:
                return Refused(
                    Message("There is no active alert {key}.", key=shown(key)),
                    Message("List them: trainweek alerts list"),
                )
            else:
                known = [one for one in acknowledgements(connection) if one.covers(alert)]
            if known and known[0].by == self.person.name:
                return Recorded(known[0])
            if known:
                return Conflict(
                    known[0],
                    Message(
                        "{by} acknowledged it at {time:%Y-%m-%d %H:%M} UTC.",
                        by=known[0].by,
                        time=known[0].at,
                    ),
                )
            entry = self._append(transaction, AlertAcknowledged(what=key), week_id)
        return Recorded(Acknowledgement(entry.seq, key, self.person.name, entry.at))

    def silences(self) -> list[Silence]:
        """The silences that hold now, oldest first."""
        now = self.now()
        with self.store.read() as connection:
            return [one for one in silences(connection, after=now) if one.holds(now)]

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
            week = self._meant_week(transaction.connection)
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
                week = self._meant_week(transaction.connection)
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


def _part_of(firing: Sequence[Alert]) -> dict[str, str]:
    """Key of an alert to that of the firing one which covers it."""
    return {part: alert.key for alert in firing for part in alert.last.covers}
