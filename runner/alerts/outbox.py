"""What is to be sent of one notice: to which channels, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.chain import receivers
from core.alerts.conditions import NoticeState
from core.alerts.kinds import EventKind
from core.vocabulary import Severity

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

    from core.alerts.alerts_file import Channel
    from core.alerts.conditions import Notice

GROUP_WAIT = timedelta(seconds=10)  # what happens for one cause comes together
INCIDENT_WAIT = timedelta(seconds=15)  # more than a look: an incident about it comes in its place


def enqueue(
    connection: sqlite3.Connection, notice: Notice, channels: Iterable[Channel], now: datetime
) -> bool:
    """Add a notice for each channel that wants it; one that is known changes nothing."""
    added = connection.execute(
        "insert into notices (dedup, key, body, at) values (?, ?, ?, ?) on conflict do nothing",
        (notice.dedup, notice.key, notice.model_dump_json(), notice.at.timestamp()),
    )
    if not added.rowcount:
        return False
    condition = notice.condition
    wait = timedelta(0) if notice.level is Severity.CRITICAL else GROUP_WAIT
    if condition.kind is EventKind.FINDING and condition.chain:
        wait = INCIDENT_WAIT
    for channel in receivers(notice, channels):
        if notice.state is NoticeState.RESOLVED and _never_told(connection, notice, channel):
            continue
        connection.executemany(
            "delete from outbox where channel = ? and state = 'waiting' and attempts = 0 and"
            " notice in (select id from notices where key = ?)",
            [(channel.name, part) for part in condition.covers],
        )
        at = channel.not_before(notice, now + wait).timestamp()
        connection.execute(
            "insert into outbox (notice, channel, state, next_at) values (?, ?, 'waiting', ?)",
            (added.lastrowid, channel.name, at),
        )
        # What waits of the same key goes with it, at the latest: a worse one waits for no morning.
        connection.execute(
            "update outbox set next_at = ?1 where channel = ?2 and state = 'waiting' and"
            " attempts = 0 and next_at > ?1 and notice in (select id from notices where key = ?3)",
            (at, channel.name, notice.key),
        )
    return True


def _never_told(connection: sqlite3.Connection, notice: Notice, channel: Channel) -> bool:
    """Whether nothing of this episode was meant for the channel, or an incident took its place.

    False once the episode's notices are no longer kept.
    """
    episode = notice.dedup.removesuffix(notice.state)
    told, kept = connection.execute(
        "select count(o.id), count(*) from notices n left join outbox o on o.notice = n.id"
        " and o.channel = ?1 where n.key = ?2 and n.dedup != ?3 and substr(n.dedup, 1, ?4) = ?5",
        (channel.name, notice.key, notice.dedup, len(episode), episode),
    ).fetchone()
    return bool(kept) and not told
