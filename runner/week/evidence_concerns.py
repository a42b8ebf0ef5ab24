"""What is to be said of the models that were approved last: what came true of their forecasts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.language import Message, joined
from core.timestamps import age_text
from core.vocabulary import JobState, Severity
from runner.client.paper import followed_by
from runner.store.approvals import approved_by_place
from runner.week.concern import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.ledger_bodies import DecisionFollowed
    from runner.records import Signature
    from runner.week.judged_week import JudgedWeek

UNFOLLOWED = timedelta(days=3)  # candles are hourly, so by then somebody has forgotten them
_FAILED = {JobState.FAILED, JobState.LOST}


def approved_here(week: JudgedWeek) -> list[Signature]:
    """The newest approvals whose models are this week's to tell of.

    Of its own place, while it is in progress or if it is its own; and, in the active week, of each
    place where no week is in progress: its model stays in use.
    """
    records, own = week.records, week.week
    newest = {one.revalidation_sha256: one for one in records.signatures}
    signed = ((one.revalidation_sha256, one.act, place_of(week, one)) for one in records.signatures)
    served = {one.place for one in (own, *records.other_weeks.values()) if one.in_progress}
    found = []
    for place, sha256 in approved_by_place(reversed(list(signed))).items():
        approved = newest[sha256]
        if place == own.place:
            if own.in_progress or approved.week_id == own.id:
                found.append(approved)
        elif own.active and place not in served:
            found.append(approved)
    return found


def place_of(week: JudgedWeek, signature: Signature) -> str | None:
    """Where the runs of a signature's week are."""
    found = week.records.week_of(signature)
    return None if found is None else found.place


def evidence_concerns(week: JudgedWeek) -> Iterator[Concern]:
    """The models that were approved last.

    It is over when a newer decision is approved in the same place, or this one is rejected.
    """
    for approved in approved_here(week):
        yield from concerns_of(week, approved)


def concerns_of(week: JudgedWeek, approved: Signature) -> Iterator[Concern]:
    """What is to be said of one approved model."""
    sha256 = approved.revalidation_sha256
    line = followed_by(week.records.decision_lines).get(sha256)
    if line is not None and line.held is False:
        yield _failed(approved, line)
        return
    if line is not None and line.of is not None and line.days >= line.of:
        return
    yield from _not_followed(week, approved)


def _failed(approved: Signature, line: DecisionFollowed) -> Concern:
    """The model did not keep to its forecast: its evidence expired, or its equity fell out."""
    sha256, expired = approved.revalidation_sha256, line.expired_on
    severity = Severity.WARNING if expired is None else Severity.CRITICAL
    if expired is None:
        text = Message(
            "The model of decision {sha256}, approved by {by}, fell below the cone of its forecast.",
            sha256=sha256[:12],
            by=approved.by,
        )
    else:
        text = Message(
            "The evidence for the model of decision {sha256}, approved by {by}, expired on day {day}.",
            sha256=sha256[:12],
            by=approved.by,
            day=expired,
        )
    return _concern(severity, text, sha256, "expired" if expired is not None else "fell")


def _not_followed(week: JudgedWeek, approved: Signature) -> Iterator[Concern]:
    """The replay failed, or none was made for days."""
    sha256 = approved.revalidation_sha256
    jobs = [one for one in week.records.following if one.params.get("decision") == sha256]
    ended = next((one for one in jobs if one.ended_at is not None), None)
    if ended is not None and ended.state in _FAILED:
        failed = Message("The replay of the model of decision {sha256} failed.", sha256=sha256[:12])
        text = joined([failed, ended.reason]) if ended.reason else failed
        yield _concern(Severity.WARNING, text, sha256, "replay", ended.ended_at)
        return
    # A decision without a forecast can't be followed, and no candles come of a synthetic market.
    statement = (approved.sealed or {}).get("statement") or {}
    if week.week.synthetic or "forecast" not in statement:
        return
    since = approved.at if ended is None or ended.ended_at is None else ended.ended_at
    if week.now - since >= UNFOLLOWED:
        text = Message(
            "The model of decision {sha256} has not been replayed on new candles for {age}.",
            sha256=sha256[:12],
            age=age_text(week.now - since),
        )
        todo = Message("Put the candles that came since into data/live.")
        yield _concern(Severity.WARNING, text, sha256, "replay", since, todo)


def _concern(
    severity: Severity,
    text: Message,
    sha256: str,
    what: str,
    since: datetime | None = None,
    todo: Message | None = None,
) -> Concern:
    return Concern(
        severity,
        Message("Approved model"),
        text,
        "decision",
        EventKind.EVIDENCE,
        f"evidence:{what}:{sha256[:12]}",
        since,
        todo,
    )
