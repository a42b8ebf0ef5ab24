"""Ledger entries as short sentences: who did what, when. Ticks of one slot are grouped."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from core.language import Message, plural
from core.reading import as_set
from core.vocabulary import ENDED_STATES, JobKind, JobState, SignatureAct
from dashboard.components.states import mark
from dashboard.wording import plain
from dashboard.wording.decision import ACTS
from dashboard.wording.names import JOB_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import LedgerEntry

SHOWN_STATES = ENDED_STATES | {JobState.RUNNING}


def activity_lines(page: Page, snapshot: Snapshot, most: int) -> list[str]:
    """Up to ``most`` sentences as Markdown, newest first; internal entries are left out."""
    lines: list[str] = []
    for _, group in groupby(snapshot.activity, key=_together):
        entries = list(group)
        what = _SENTENCES.get(entries[0].kind, _other)(page, snapshot, entries)
        if what:
            lines.append(_line(page, entries[0], what))
        if len(lines) == most:
            break
    return lines


def _together(entry: LedgerEntry) -> object:
    if entry.kind == "tick":
        return entry.by, entry.body.get("slot")
    return entry.seq


def _line(page: Page, entry: LedgerEntry, what: str) -> str:
    when = ""
    if entry.at_week:
        when = page.viewer.clock(entry.at_week)
    return f":small[:gray[{plain(when)}] **{plain(entry.by)}** {what}]"


def _tick(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    slot = _slot(page, snapshot, str(body.get("slot")))
    if len(entries) > 1:
        return page.say("ticked {count} items of {slot}", count=len(entries), slot=slot)
    check = snapshot.week.playbook.checks.get(str(body.get("check")))
    title = check.title.in_(page.viewer.language) if check else body.get("check")
    return page.say("ticked {check} ({slot})", check=title, slot=slot)


def _job(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    state = (body.get("job") or {}).get("state")
    if state not in SHOWN_STATES:
        return ""
    name = _kind(page, str(body.get("job_id")))
    return f"{plain(name)} {mark(JobState(state), page.say)}"


def _request(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    kind = _kind(page, str(body.get("job_id")))
    restart = body.get("restart") or (body.get("params") or {}).get("restart")
    if restart:
        given = body.get("changes") or body["params"]
        named = [name for name in ("learning_rate", "ent_coef") if name in given]
        changes = ", ".join(f"{name} {page.say.raw(as_set(given[name]))}" for name in named)
        return page.say("requested a restart: {kind} {changes}", kind=kind, changes=changes)
    if body.get("action") == "stop":
        return page.say("requested a stop: {kind}", kind=kind)
    return page.say("requested: {kind}", kind=kind)


def _incident(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    text = Message.from_record(body.get("summary") or body.get("reason") or "")
    action = body.get("action", "open")
    if action == "do":
        return page.say("completed an action of the incident")
    if action == "open":
        return page.say("opened an incident: {text}", text=text)
    line = page.say("closed the incident: {text}", text=text)
    if undone := body.get("actions_undone"):
        count = len(undone)
        left = page.say(plural("({n} action not done)", "({n} actions not done)", count))
        line = f"{line} {left}"
    return line


def _signature(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    act = SignatureAct(str(entries[0].body["act"]))
    return page.say("signed: {act}", act=page.say.raw(ACTS[act]).lower())


def _condition(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return page.say("closed a condition: {text}", text=entries[0].body.get("note", ""))


def _countersign(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return page.say("countersigned an override: {text}", text=entries[0].body.get("reason", ""))


def _decision(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    return page.say(
        "recorded the decision {decision} {score}",
        decision=body.get("decision", ""),
        score=body.get("score", ""),
    )


def _note(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    return page.say(
        "wrote a note on {slot}: {text}",
        text=body.get("text", ""),
        slot=_slot(page, snapshot, str(body.get("slot"))),
    )


def _week(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    if entries[0].body["action"] == "create":
        return page.say("created the week")
    return page.say("activated the week")


def _other(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return plain(entries[0].kind)


def _slot(page: Page, snapshot: Snapshot, slot_id: str) -> str:
    slots = {
        slot.id: slot.title.in_(page.viewer.language) for slot in snapshot.week.playbook.schedule
    }
    return slots.get(slot_id, slot_id)


def _kind(page: Page, job_id: str) -> str:
    """The name of a job's kind, which is the prefix of its id."""
    kind = next((k for k in JobKind if job_id.startswith(f"{k.value}-")), None)
    return page.say.raw(JOB_KINDS[kind]) if kind else job_id


_SENTENCES: dict[str, Callable[[Page, Snapshot, list[LedgerEntry]], str]] = {
    "tick": _tick,
    "job": _job,
    "request": _request,
    "incident": _incident,
    "decision": _decision,
    "signature": _signature,
    "condition": _condition,
    "countersign": _countersign,
    "key": lambda page, snapshot, entries: page.say("created the signing key"),
    "note": _note,
    "week": _week,
    "clock": lambda page, snapshot, entries: "",
    "runner": lambda page, snapshot, entries: "",
}
