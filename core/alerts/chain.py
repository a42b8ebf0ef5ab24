"""Whose turn it is: the owners of a procedure, one after the other, until one acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.acknowledgement import Acknowledgement
    from core.alerts.alerts_file import Channel
    from core.alerts.conditions import Alert, Condition, Notice


@dataclass(frozen=True)
class Answers:
    """What people have acknowledged, and how long each owner has for it.

    :ivar each: real time; zero: nothing is passed on.
    """

    acknowledgements: tuple[Acknowledgement, ...] = ()
    each: timedelta = timedelta(0)

    def of(self, alert: Alert) -> Acknowledgement | None:
        """The first one of this episode; None: nobody has acknowledged it."""
        return next((one for one in self.acknowledgements if one.covers(alert)), None)


def turn(told: datetime, owners: int, each: timedelta, now: datetime) -> int:
    """Place in the chain, from 0, of the owner whose turn it is without an acknowledgement.

    :param told: when it was reported first.
    :param owners: length of the chain; 0: there is none.
    """
    if not each or owners == 0:
        return 0
    return max(0, min((now - told) // each, owners - 1))


def has_come(channel: Channel, condition: Condition, place: int) -> bool:
    """Whether what has reached an owner of the chain is for this channel.

    One without an owner gets everything; one of an owner who is not in the chain, nothing of it.
    """
    if channel.owner is None or not condition.chain:
        return True
    roles = [owner.role for owner in condition.chain]
    return channel.owner in roles and roles.index(channel.owner) <= place


def receivers(notice: Notice, channels: Iterable[Channel]) -> list[Channel]:
    """The channels that a notice is sent to.

    What would reach nobody because of whose turn it is goes to all that want it.
    """
    wanting = [channel for channel in channels if channel.wants(notice)]
    if notice.condition.kind is EventKind.LEDGER_HEAD:
        return wanting
    of_turn = [one for one in wanting if has_come(one, notice.condition, notice.turn)]
    return of_turn or wanting
