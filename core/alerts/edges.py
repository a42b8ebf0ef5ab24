"""From what holds now to what is reported: fires once, repeats, gets worse, recovers, fires again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import Alert, Notice, NoticeState, muted, rank
from core.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.alerts.conditions import Condition, Look, Silence

RESOLVE_AFTER = timedelta(seconds=60)  # one that comes and goes within it is still the same


@dataclass
class Edges:
    """What a look changes."""

    alerts: list[Alert] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def edges(
    known: Mapping[str, Alert],
    look: Look,
    silences: Iterable[Silence],
    now: datetime,
    repeat_after: timedelta,
) -> Edges:
    """Compare a look with the alerts that are known.

    A condition is reported when it begins, when it becomes worse, and at intervals while it is
    critical. Its end is reported once it was gone for :data:`RESOLVE_AFTER`, if its beginning
    was. One that is silenced or part of another is reported later, if it still holds then.

    :param known: key to alert, also those that have recovered.
    :param repeat_after: real time after which a critical alert is reported again; zero: never.
    """
    silences = tuple(silences)
    found = Edges()
    present = {condition.key: condition for condition in look.conditions}
    covered = frozenset().union(*(condition.covers for condition in look.conditions))
    for condition in present.values():
        alert = _seen(known.get(condition.key), condition, now)
        quiet = condition.key in covered or muted(condition, silences, now)
        state = None if quiet else _reported_as(alert, condition, now, repeat_after)
        if state is not None:
            repeats = alert.repeats + (state is NoticeState.REPEATED)
            told = max(condition.level, alert.told_level or condition.level, key=rank)
            alert = alert.model_copy(
                update={"notified": now, "told_level": told, "repeats": repeats}
            )
            found.notices.append(_notice(alert, state, condition, now))
        found.alerts.append(alert)
    for alert in known.values():
        if not alert.firing or alert.key in present:
            continue
        if alert.key in covered:
            found.alerts.append(alert.model_copy(update={"last_seen": now}))
        elif alert.first.week not in (None, look.week):  # another week is active: no recovery
            found.alerts.append(alert.model_copy(update={"resolved": now}))
        elif look.complete and now - alert.last_seen >= RESOLVE_AFTER:
            ended = alert.model_copy(update={"resolved": now})
            found.alerts.append(ended)
            if alert.notified is not None and not muted(alert.last, silences, now):
                level = alert.told_level or alert.first.level
                first = alert.first.model_copy(update={"level": level})
                notice = _notice(ended, NoticeState.RESOLVED, first, now)
                end = look.ends.get(alert.key)
                found.notices.append(notice.model_copy(update={"end": end}))
    found.notices += [
        Notice(dedup=one.key, state=NoticeState.HAPPENED, condition=one, at=now)
        for one in look.moments
    ]
    return found


def _seen(alert: Alert | None, condition: Condition, now: datetime) -> Alert:
    if alert is None:
        return Alert(first=condition, last=condition, last_seen=now)
    if not alert.firing:
        return Alert(first=condition, last=condition, last_seen=now, episode=alert.episode + 1)
    return alert.model_copy(update={"last": condition, "last_seen": now})


def _reported_as(
    alert: Alert, condition: Condition, now: datetime, repeat_after: timedelta
) -> NoticeState | None:
    if alert.notified is None or alert.told_level is None:
        return NoticeState.FIRING
    if rank(condition.level) > rank(alert.told_level):
        return NoticeState.WORSE
    critical = condition.level is Severity.CRITICAL
    if critical and repeat_after and now - alert.notified >= repeat_after:
        return NoticeState.REPEATED
    return None


def _notice(alert: Alert, state: NoticeState, condition: Condition, now: datetime) -> Notice:
    number = f"-{alert.repeats}" if state is NoticeState.REPEATED else ""
    level = f"-{condition.level}" if state is NoticeState.WORSE else ""
    dedup = f"{condition.week or 'home'}/{alert.key}#{alert.episode}:{state}{number}{level}"
    return Notice(
        dedup=dedup,
        state=state,
        condition=condition.model_copy(update={"since": alert.first.since}),
        at=now,
    )
