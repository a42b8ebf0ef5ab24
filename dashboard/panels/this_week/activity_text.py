"""Ledger entries as short sentences: who did what, when. Ticks of one slot are grouped."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from core.language import plural
from core.ledger_bodies import (
    ActDenied,
    AlertAcknowledged,
    AlertMarked,
    AlertsSilenced,
    AttemptStarted,
    ClockSet,
    ConditionClosed,
    Countersigned,
    CountersignRequested,
    DecisionMade,
    DecisionSigned,
    HandoverAccepted,
    HandoverSigned,
    HoldOutLocked,
    HoldOutOpened,
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
    JobChanged,
    JobRequested,
    MachineGone,
    ModelChosen,
    NoteWritten,
    PlaybookTaken,
    RestartRequested,
    RunnerEnded,
    RunnerStarted,
    SessionsRevoked,
    ShiftRemoved,
    ShiftSet,
    ShiftTaken,
    SignedIn,
    SignedOut,
    SigningKeyCreated,
    SilenceEnded,
    StartRequeued,
    StopRequested,
    SweepResumed,
    SweepStarted,
    SweepStopped,
    Ticked,
    TickWithdrawn,
    TokenMade,
    TokensRevoked,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekCreated,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
)
from core.ledger_bodies.checks import step_of
from core.reading import as_set
from core.vocabulary import ENDED_STATES, JobKind, JobState
from dashboard.components.states import mark
from dashboard.formatting import number
from dashboard.wording import plain
from dashboard.wording.decision import ACTS
from dashboard.wording.names import JOB_KINDS
from runner.week.judged_moment import slots_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import LedgerEntry

SHOWN_STATES = ENDED_STATES | {JobState.RUNNING}


def activity_lines(page: Page, snapshot: Snapshot, most: int) -> list[str]:
    """Up to ``most`` sentences as Markdown, newest first; internal entries are left out."""
    lines: list[str] = []
    for _, group in groupby(snapshot.activity, key=_together):
        entries = list(group)
        what = _sentence(page, snapshot, entries)
        if what:
            lines.append(_line(page, entries[0], what))
        if len(lines) == most:
            break
    return lines


def _together(entry: LedgerEntry) -> object:
    if isinstance(entry.body, Ticked):
        return entry.by, entry.body.slot
    return entry.seq


def _line(page: Page, entry: LedgerEntry, what: str) -> str:
    when = page.viewer.clock(entry.at_week)
    return f":small[:gray[{plain(when)}] **{plain(entry.by)}** {what}]"


def _sentence(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    """Empty for an entry that is not shown."""
    match entries[0].body:
        case Ticked() as body:
            return _ticked(page, snapshot, body, len(entries))
        case TickWithdrawn() as body:
            return _withdrawn(page, snapshot, body)
        case NoteWritten(text=text, slot=slot) if (step := step_of(slot)) is not None:
            return page.say("wrote a note on step {step}: {text}", text=text, step=number(step))
        case NoteWritten(text=text, slot=slot):
            where = _slot(page, snapshot, slot)
            return page.say("wrote a note on {slot}: {text}", text=text, slot=where)
        case JobRequested() | StopRequested() | MachineGone() | RestartRequested() as body:
            return _requested(page, body)
        case AttemptStarted() | StartRequeued() | JobChanged() as body:
            return _changed(page, body)
        case IncidentOpened() | IncidentClosed() as body:
            return _incident(page, body)
        case IncidentActionDone() | IncidentActionSkipped() as body:
            return _incident(page, body)
        case (
            DecisionMade()
            | DecisionSigned()
            | Countersigned()
            | CountersignRequested()
            | ConditionClosed() as body
        ):
            return _decision(page, body)
        case ModelChosen(run=run, reason=reason):
            return page.say("put the model of {run} in use: {text}", run=run, text=reason)
        case HoldOutLocked(reason=reason):
            return page.say("locked the backtest bars for one final look: {text}", text=reason)
        case HoldOutOpened(reason=reason):
            return page.say("opened the backtest bars for their final look: {text}", text=reason)
        case SweepStarted(seeds=seeds):
            return page.say("started a sweep of {n} seeds", n=len(seeds))
        case SweepStopped(id=name):
            return page.say("stopped {sweep}", sweep=name)
        case SweepResumed(id=name):
            return page.say("resumed {sweep}", sweep=name)
        case AlertsSilenced(what=what, reason=reason):
            return page.say("silenced the alerts {what}: {text}", what=what, text=reason)
        case AlertAcknowledged(what=what):
            return page.say("acknowledged {what}", what=what)
        case AlertMarked(useful=useful, note=note):
            said = page.say("useful") if useful else page.say("noise")
            return page.say("marked an alert as {said} {text}", said=said, text=note)
        case SilenceEnded():
            return page.say("ended a silence of alerts")
        case ShiftSet(person=person):
            return page.say("put {person} on call", person=person)
        case HandoverSigned(to=to):
            return page.say("handed over to {person}", person=to)
        case HandoverAccepted():
            return page.say("accepted a handover")
        case ShiftTaken():
            return page.say("took a shift over")
        case ShiftRemoved():
            return page.say("removed a shift")
        case SigningKeyCreated():
            return page.say("created the signing key")
        case WeekCreated():
            return page.say("created the week")
        case WeekUsed():
            return page.say("activated the week")
        case WeekBegun():
            return page.say("began the week beside the active one")
        case WeekClosed():
            return page.say("closed the week")
        case ActDenied(right=right, reason=reason):
            return page.say("was refused ({right}): {reason}", right=right, reason=reason)
        case SessionsRevoked(count=count):
            return page.say(plural("ended {n} session", "ended {n} sessions", count))
        case TokenMade(name=name, scopes=scopes):
            scope = ", ".join(scopes)
            return page.say("made the access token {name} ({scopes})", name=name, scopes=scope)
        case TokensRevoked(tokens=tokens):
            count = len(tokens)
            return page.say(plural("revoked {n} access token", "revoked {n} access tokens", count))
        case PlaybookTaken(reason=reason):
            return page.say("took a changed playbook into the week: {text}", text=reason)
        case WeekMended(launch=launch, reason=reason):
            when = page.viewer.clock(launch)
            return page.say("changed the launch time to {time}: {text}", time=when, text=reason)
        case WeekArchived():
            return page.say("archived the week")
        case WeekUnarchived():
            return page.say("unarchived the week")
        case ClockSet() | RunnerStarted() | RunnerEnded() | SignedIn() | SignedOut():
            return ""
    return plain(entries[0].kind)  # also of a newer version


def _ticked(page: Page, snapshot: Snapshot, body: Ticked, count: int) -> str:
    slot = _slot(page, snapshot, body.slot)
    if count > 1:
        return page.say("ticked {count} items of {slot}", count=count, slot=slot)
    return page.say("ticked {check} ({slot})", check=_check(page, snapshot, body.check), slot=slot)


def _withdrawn(page: Page, snapshot: Snapshot, body: TickWithdrawn) -> str:
    return page.say(
        "took back the tick of {check} ({slot}): {text}",
        check=_check(page, snapshot, body.check),
        slot=_slot(page, snapshot, body.slot),
        text=body.reason,
    )


def _check(page: Page, snapshot: Snapshot, check_id: str) -> str:
    check = snapshot.week.playbook.checks.get(check_id)
    return check.title.in_(page.viewer.language) if check else check_id


def _changed(page: Page, body: AttemptStarted | StartRequeued | JobChanged) -> str:
    state = body.job.state
    if state not in SHOWN_STATES:
        return ""
    return f"{plain(_kind(page, body.job_id))} {mark(state, page.say)}"


def _requested(
    page: Page, body: JobRequested | StopRequested | MachineGone | RestartRequested
) -> str:
    kind = _kind(page, body.job_id)
    match body:
        case StopRequested():
            return page.say("requested a stop: {kind}", kind=kind)
        case MachineGone(reason=reason):
            return page.say(
                "said that the machine of {kind} is gone: {text}", kind=kind, text=reason
            )
        case RestartRequested(changes=changes):
            return _restarted(page, kind, changes)
        case JobRequested(params={"restart": restart, **given}) if restart:
            return _restarted(page, kind, given)
    return page.say("requested: {kind}", kind=kind)


def _restarted(page: Page, kind: str, given: Mapping[str, Any]) -> str:
    named = [name for name in ("learning_rate", "ent_coef") if name in given]
    changes = ", ".join(f"{name} {page.say.raw(as_set(given[name]))}" for name in named)
    return page.say("requested a restart: {kind} {changes}", kind=kind, changes=changes)


def _incident(
    page: Page,
    body: IncidentOpened | IncidentActionDone | IncidentActionSkipped | IncidentClosed,
) -> str:
    match body:
        case IncidentOpened(summary=summary):
            return page.say("opened an incident: {text}", text=summary)
        case IncidentActionSkipped(reason=reason):
            return page.say("skipped an action of the incident: {text}", text=reason)
        case IncidentClosed(reason=reason, actions_undone=undone):
            line = page.say("closed the incident: {text}", text=reason)
            if not undone:
                return line
            left = plural("({n} action not done)", "({n} actions not done)", len(undone))
            return f"{line} {page.say(left)}"
    return page.say("completed an action of the incident")


def _decision(
    page: Page,
    body: DecisionMade | DecisionSigned | Countersigned | CountersignRequested | ConditionClosed,
) -> str:
    match body:
        case DecisionMade(decision=decision, score=score):
            return page.say(
                "recorded the decision {decision} {score}",
                decision=decision.value if decision else "",
                score=score or "",
            )
        case DecisionSigned(act=act):
            return page.say("signed: {act}", act=page.say.raw(ACTS[act]).lower())
        case Countersigned(reason=reason):
            return page.say("countersigned an override: {text}", text=reason)
        case CountersignRequested(reason=reason):
            return page.say("asked for a countersignature: {text}", text=reason)
        case ConditionClosed(note=note):
            return page.say("closed a condition: {text}", text=note)


def _slot(page: Page, snapshot: Snapshot, slot_id: str) -> str:
    slots = {slot.id: slot.title.in_(page.viewer.language) for slot in slots_of(snapshot)}
    return slots.get(slot_id, slot_id)


def _kind(page: Page, job_id: str) -> str:
    """The name of a job's kind, which is the prefix of its id."""
    kind = next((k for k in JobKind if job_id.startswith(f"{k.value}-")), None)
    return page.say.raw(JOB_KINDS[kind]) if kind else job_id
