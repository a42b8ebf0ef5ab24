"""The ledger as short sentences: who did what, when. Ticks of one slot are one story."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from core.vocabulary import ENDED_STATES, JobKind, JobState, SignatureAct
from dashboard.components.states import mark
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import LedgerEntry

TOLD_STATES = ENDED_STATES | {JobState.RUNNING}


def stories(page: Page, snapshot: Snapshot, most: int) -> list[str]:
    """Newest first, as Markdown; what nobody needs to read is left out."""
    told: list[str] = []
    for _, group in groupby(snapshot.activity, key=_together):
        entries = list(group)
        what = _TELLERS.get(entries[0].kind, _other)(page, snapshot, entries)
        if what:
            told.append(_line(page, entries[0], what))
        if len(told) == most:
            break
    return told


def _together(entry: LedgerEntry) -> object:
    if entry.kind == "tick":
        return entry.by, entry.body.get("slot")
    return entry.seq


def _line(page: Page, entry: LedgerEntry, what: str) -> str:
    when = ""
    if entry.at_week:
        when = f"{page.viewer.day(entry.at_week)} {entry.at_week:%H:%M}"
    return f":small[:gray[{plain(when)}] **{plain(entry.by)}** {what}]"


def _tick(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    slot = _slot(page, snapshot, str(body.get("slot")))
    if len(entries) > 1:
        return page.say("story.ticks", count=len(entries), slot=slot)
    check = snapshot.week.playbook.checks.get(str(body.get("check")))
    title = check.title.in_(page.viewer.language) if check else body.get("check")
    return page.say("story.tick", check=title, slot=slot)


def _job(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    state = (body.get("job") or {}).get("state")
    if state not in TOLD_STATES:
        return ""
    name = _kind(page, str(body.get("job_id")))
    return f"{plain(name)} {mark(JobState(state), page.say)}"


def _request(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    kind = _kind(page, str(body.get("job_id")))
    restart = body.get("restart") or (body.get("params") or {}).get("restart")
    if restart:
        given = body.get("changes") or body["params"]
        changes = [f"{n} {given[n]:g}" for n in ("learning_rate", "ent_coef") if n in given]
        return page.say("story.restart", kind=kind, changes=", ".join(changes))
    key = "story.stop" if body.get("action") == "stop" else "story.request"
    return page.say(key, kind=kind)


def _incident(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    text = body.get("summary") or body.get("reason") or ""
    told = page.say(f"story.incident_{body.get('action', 'open')}", text=text)
    if undone := body.get("actions_undone"):
        told += f" {page.say('story.incident_undone', count=len(undone))}"
    return told


def _signature(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    act = SignatureAct(str(entries[0].body["act"]))
    return page.say("story.signature", act=page.say.raw(f"sign.{act.value}").lower())


def _condition(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return page.say("story.condition", text=entries[0].body.get("note", ""))


def _countersign(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return page.say("story.countersign", text=entries[0].body.get("reason", ""))


def _decision(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    return page.say(
        "story.decision", decision=body.get("decision", ""), score=body.get("score", "")
    )


def _note(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    body = entries[0].body
    return page.say(
        "story.note", text=body.get("text", ""), slot=_slot(page, snapshot, str(body.get("slot")))
    )


def _week(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return page.say("story.week", action=page.say.raw(f"story.week_{entries[0].body['action']}"))


def _other(page: Page, snapshot: Snapshot, entries: list[LedgerEntry]) -> str:
    return plain(entries[0].kind)


def _slot(page: Page, snapshot: Snapshot, slot_id: str) -> str:
    slots = {
        slot.id: slot.title.in_(page.viewer.language) for slot in snapshot.week.playbook.schedule
    }
    return slots.get(slot_id, slot_id)


def _kind(page: Page, job_id: str) -> str:
    """A job's id begins with its kind."""
    kind = next((k for k in JobKind if job_id.startswith(f"{k.value}-")), None)
    return page.say.raw(f"kind.{kind.value}") if kind else job_id


_TELLERS: dict[str, Callable[[Page, Snapshot, list[LedgerEntry]], str]] = {
    "tick": _tick,
    "job": _job,
    "request": _request,
    "incident": _incident,
    "decision": _decision,
    "signature": _signature,
    "condition": _condition,
    "countersign": _countersign,
    "key": lambda page, snapshot, entries: page.say("story.key"),
    "note": _note,
    "week": _week,
    "clock": lambda page, snapshot, entries: "",
    "runner": lambda page, snapshot, entries: "",
}
