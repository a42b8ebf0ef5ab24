"""What is sent: the notices of one week and channel as one short message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.alerts.conditions import NoticeState, rank
from core.alerts.kinds import MOMENTS, TODO
from core.drill import DRILL, NOT_REAL
from core.language import Message, plural
from core.state_words import capitals
from core.timestamps import age_text
from core.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.alerts.alerts_file import Channel
    from core.alerts.conditions import Condition, Notice, Said

MOST_LINES = 10
_TAKEN_CARE_OF = {NoticeState.RESOLVED, NoticeState.ACKNOWLEDGED}
_MOST_CHARACTERS = 600  # of one sentence


@dataclass(frozen=True)
class AlertMessage:
    """One message of a channel, in its language."""

    title: str
    body: str
    level: Severity
    resolved: bool  # all of it is good news


def message_of(
    notices: Sequence[Notice], channel: Channel, base_url: str | None, drill: bool = False
) -> AlertMessage:
    """The message for notices that are due together, in their order; at least one.

    Several become one message: the worst gives the title and the link, each has a line.

    :param drill: it is about a drill, and begins by saying so.
    """
    worst = max(notices, key=lambda one: (one.state is not NoticeState.RESOLVED, rank(one.level)))
    resolved = all(one.state is NoticeState.RESOLVED for one in notices)
    lines = _alone(worst, channel) if len(notices) == 1 else _together(notices, channel)
    link = link_of(worst.condition, base_url)
    if link:
        lines.append(link)
    title = _title(notices, worst, channel)
    if drill:
        title = f"{DRILL.in_(channel.language)} {title}"
        lines.insert(0, NOT_REAL.in_(channel.language))
    return AlertMessage(title, "\n".join(lines), worst.level, resolved)


def link_of(condition: Condition, base_url: str | None) -> str | None:
    """The page that shows the condition; None without a base address or a page.

    Where somebody is waited for, it is the page on which it is acknowledged.
    """
    if not base_url or not condition.page:
        return None
    asked, page = [], condition.page
    if condition.chain or condition.level is Severity.CRITICAL:
        asked, page = [f"alert={condition.key}"], "alerts"
    if condition.week:
        asked.append(f"week={condition.week}")
    query = f"?{'&'.join(asked)}" if asked else ""
    return f"{base_url}/{page}{query}"


def _title(notices: Sequence[Notice], worst: Notice, channel: Channel) -> str:
    language = channel.language
    subject = worst.condition.subject[language]
    if len(notices) > 1:
        more = plural("and {n} more", "and {n} more", len(notices) - 1)
        subject = f"{subject} {more.in_(language)}"
    where = f" · {worst.condition.week}" if worst.condition.week else ""
    return f"[{_word(worst).in_(language)}] {subject}{where}"


def _word(notice: Notice) -> Message:
    match notice.state:
        case NoticeState.RESOLVED:
            return Message("RESOLVED")
        case NoticeState.ACKNOWLEDGED:
            return Message("ACKNOWLEDGED")
        case NoticeState.ESCALATED:
            return Message("ESCALATED")
    return capitals(notice.level)


def _alone(notice: Notice, channel: Channel) -> list[str]:
    condition, language = notice.condition, channel.language
    lines = [_sentence(notice, channel)]
    if condition.kind not in MOMENTS:
        lines.append(_since(notice, channel))
    if notice.state not in _TAKEN_CARE_OF:
        todo = _short(condition.todo, channel) if condition.todo else ""
        known = TODO.get(condition.kind)
        todo = todo or (known.in_(language) if known else "")
        if todo:
            lines.append(Message("To do: {what}", what=todo).in_(language))
    lines.append(_reference(notice))
    return lines


def _together(notices: Sequence[Notice], channel: Channel) -> list[str]:
    lines = []
    for notice in notices[:MOST_LINES]:
        subject = notice.condition.subject[channel.language]
        when = f"{notice.condition.since.astimezone(channel.zone):%H:%M}"
        word = _word(notice).in_(channel.language)
        lines.append(f"• {when} [{word}] {subject}: {_sentence(notice, channel)}")
    if (left := len(notices) - MOST_LINES) > 0:
        lines.append(plural("and {n} more", "and {n} more", left).in_(channel.language))
    return lines


def _sentence(notice: Notice, channel: Channel) -> str:
    text = _short(notice.condition.text, channel)
    if notice.state is NoticeState.RESOLVED and notice.end is not None:
        end = _short(notice.end, channel)
        return Message("{end} First: {text}", end=end, text=text).in_(channel.language)
    if notice.state is NoticeState.RESOLVED:
        return Message("It is over. First: {text}", text=text).in_(channel.language)
    if notice.state is NoticeState.ACKNOWLEDGED:
        by = notice.condition.by
        return Message("Acknowledged by {by}: {text}", by=by, text=text).in_(channel.language)
    if notice.state is NoticeState.ESCALATED:
        owner = notice.condition.chain[notice.turn].title[channel.language]
        return Message(
            "Not acknowledged, so passed on to: {owner}. {text}", owner=owner, text=text
        ).in_(channel.language)
    if notice.state is NoticeState.REPEATED:
        return Message("It still holds: {text}", text=text).in_(channel.language)
    return text


def _since(notice: Notice, channel: Channel) -> str:
    since = notice.condition.since
    given = {
        "time": since.astimezone(channel.zone),
        "zone": since.astimezone(channel.zone).tzname() or "UTC",
        "age": age_text(notice.at - since),
    }
    if notice.condition.since_known:
        said = Message("Since {time:%Y-%m-%d %H:%M} {zone} ({age}).", **given)
    else:
        said = Message("First seen {time:%Y-%m-%d %H:%M} {zone} ({age} ago).", **given)
    return said.in_(channel.language)


def _reference(notice: Notice) -> str:
    """Tells a program or a person that a message was sent twice."""
    return f"({notice.dedup})"


def _short(text: Said, channel: Channel) -> str:
    said = " ".join(text[channel.language].split())
    return said if len(said) <= _MOST_CHARACTERS else said[: _MOST_CHARACTERS - 1] + "…"
