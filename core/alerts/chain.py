"""Whose turn it is: the owners of a procedure, one after the other, until one acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import Owner, said_in_all
from core.alerts.kinds import EventKind
from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.acknowledgement import Acknowledgement
    from core.alerts.alerts_file import Channel
    from core.alerts.conditions import Alert, Condition, Notice


ON_CALL = ""  # in place of a role


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


def of_shift_first(chain: tuple[Owner, ...], on_call: tuple[str, ...]) -> tuple[Owner, ...]:
    """The chain of a procedure, with those before it who are on call."""
    if not chain or not on_call:
        return chain
    return (Owner(role=ON_CALL, title=said_in_all(_named(on_call))), *chain)


def as_begun(alert: Alert, condition: Condition) -> Condition:
    """The condition with as many owners as when it was first seen.

    So that nobody's turn is skipped where a shift begins or ends in between: whoever is on call
    gets its messages at once, whatever the chain.
    """
    begun = alert.first.chain
    had, has = _is_of_shift(begun), _is_of_shift(condition.chain)
    if had is has or not condition.chain:
        return condition
    chain = condition.chain[1:] if has else (begun[0], *condition.chain)
    return condition.model_copy(update={"chain": chain})


def unnamed(people: Iterable[str], channels: Iterable[Channel]) -> tuple[str, ...]:
    """Those of the people whom no channel names, so that nothing reaches them."""
    named = {person for channel in channels for person in channel.people}
    return tuple(person for person in people if person not in named)


def has_come(channel: Channel, condition: Condition, place: int) -> bool:
    """Whether what has reached an owner of the chain is for this channel.

    One of a person who is on call gets everything. So does one without an owner, unless it is for
    the shifts of others; one of an owner who is not in the chain gets nothing of it.

    :param condition: with those on call whom a channel reaches.
    """
    if set(channel.people) & set(condition.on_call):
        return True
    if not condition.on_call and _is_of_shift(condition.chain):
        place = max(place, 1)  # nobody is there to take the first turn
    if channel.owner is not None and condition.chain:
        roles = [owner.role for owner in condition.chain]
        return channel.owner in roles and roles.index(channel.owner) <= place
    return not (channel.on_call and condition.on_call)


def _is_of_shift(chain: tuple[Owner, ...]) -> bool:
    return bool(chain) and chain[0].role == ON_CALL


def _named(people: tuple[str, ...]) -> Message:
    return Message("{people} (on call)", people=", ".join(people))


def receivers(notice: Notice, channels: Iterable[Channel]) -> list[Channel]:
    """The channels that a notice is sent to.

    What would reach nobody because of whose turn it is goes to all that want it. Somebody on call
    whom no channel names counts as nobody.
    """
    channels, condition = tuple(channels), notice.condition
    lost = unnamed(condition.on_call, channels)
    reached = tuple(person for person in condition.on_call if person not in lost)
    condition = condition.model_copy(update={"on_call": reached})
    wanting = [channel for channel in channels if channel.wants(notice)]
    if condition.kind is EventKind.LEDGER_HEAD:
        return wanting
    of_turn = [one for one in wanting if has_come(one, condition, notice.turn)]
    return of_turn or wanting
