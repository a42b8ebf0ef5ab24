"""From what holds now to what is reported: fires once, repeats, gets worse, recovers, fires again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.chain import Answers, as_begun, turn
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
    answers: Answers = Answers(),  # noqa: B008 - it can't be changed
) -> Edges:
    """Compare a look with the alerts that are known.

    A condition is reported when it begins, when it becomes worse, and at intervals while it is
    critical. Its end is reported once it was gone for :data:`RESOLVE_AFTER`, if its beginning
    was. One that is silenced or part of another is reported later, if it still holds then.
    One that a person has acknowledged is not repeated; one that no one has goes to the next owner
    of its chain.

    :param known: key to alert, also those that have recovered.
    :param repeat_after: real time after which a critical alert is reported again; zero: never.
    """
    silences = tuple(silences)
    found = Edges()
    present = {condition.key: condition for condition in look.conditions}
    covered = frozenset().union(*(condition.covers for condition in look.conditions))
    for condition in present.values():
        alert = _seen(known.get(condition.key), condition, now)
        condition = as_begun(alert, condition)
        quiet = condition.key in covered or muted(condition, silences, now)
        again = repeat_after if answers.of(alert) is None else timedelta(0)
        state = None if quiet else _reported_as(alert, condition, now, again)
        if state is not None:
            repeats = alert.repeats + (state is NoticeState.REPEATED)
            told = max(condition.level, alert.told_level or condition.level, key=rank)
            update = {"notified": now, "told_level": told, "repeats": repeats}
            alert = alert.model_copy(update={**update, "told": alert.told or now})
            found.notices.append(_notice(alert, state, condition, now))
        if not quiet and alert.notified is not None:
            alert = _answered(found, alert, condition, answers, now)
        found.alerts.append(alert)
    for alert in known.values():
        if not alert.firing or alert.key in present:
            continue
        if alert.key in covered:
            found.alerts.append(alert.model_copy(update={"last_seen": now}))
        elif look.complete and alert.first.week not in (None, look.week, *look.beside):
            # That week is no longer in progress: no recovery.
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
    """The alert with its newest condition; a new episode when it has come back."""
    if alert is None:
        return Alert(first=condition, last=condition, last_seen=now, began=now)
    eased = _eased(alert, condition, now)
    came_back = alert.eased and eased is None and now - alert.eased >= RESOLVE_AFTER
    before, this = alert.last.occasion, condition.occasion
    another = bool(before and this and before != this)
    if not alert.firing or alert.first.week != condition.week or came_back or another:
        episode = alert.episode + 1
        return Alert(first=condition, last=condition, last_seen=now, began=now, episode=episode)
    return alert.model_copy(update={"last": condition, "last_seen": now, "eased": eased})


def _eased(alert: Alert, condition: Condition, now: datetime) -> datetime | None:
    """Since when it is less severe than what was reported."""
    if alert.told_level is None or rank(condition.level) >= rank(alert.told_level):
        return None
    return alert.eased or now


def _answered(
    found: Edges, alert: Alert, condition: Condition, answers: Answers, now: datetime
) -> Alert:
    """Report that a person has acknowledged it, or that it is the next owner's turn."""
    if (answer := answers.of(alert)) is not None:
        if alert.acknowledged is None:
            alert = alert.model_copy(update={"acknowledged": answer.id})
            whose = condition.model_copy(update={"by": answer.by})
            found.notices.append(_notice(alert, NoticeState.ACKNOWLEDGED, whose, now))
        return alert
    place = turn(alert.told or now, len(condition.chain), answers.each, now)
    if place > alert.turn:
        alert = alert.model_copy(update={"turn": place})
        found.notices.append(_notice(alert, NoticeState.ESCALATED, condition, now))
    return alert


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
    number = f"-{alert.turn}" if state is NoticeState.ESCALATED else number
    level = f"-{condition.level}" if state is NoticeState.WORSE else ""
    dedup = f"{condition.week or 'home'}/{alert.key}#{alert.episode}:{state}{number}{level}"
    return Notice(
        dedup=dedup,
        state=state,
        condition=condition.model_copy(
            update={"since": alert.first.since, "since_known": alert.first.since_known}
        ),
        at=now,
        turn=alert.turn,
    )
