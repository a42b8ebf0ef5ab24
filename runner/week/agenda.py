"""The week's timeline now: the schedule, and which slots are recorded as done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from core.checks.daily import read_daily_summary
from core.playbook import SlotSpec
from core.schedule import SlotView, timeline
from core.vocabulary import JobKind, JobState, SignatureAct, SignatureState, Verdict
from core.week import Week
from runner.client import Client
from runner.records import Job, Tick

_TROUBLE = frozenset({Verdict.FAIL, Verdict.WARN})
_SIGNED = frozenset({SignatureState.STANDS, SignatureState.EXPIRED})


def agenda(client: Client, week: Week) -> list[SlotView]:
    """All slots of a week with their state at the present week time."""
    ticks = client.ticks(week.id)
    seen: dict[str, list[Verdict]] = {}
    for tick in ticks:
        seen.setdefault(tick.slot, []).append(tick.verdict_seen)
    return timeline(
        week.launch,
        week.playbook,
        client.now_week(week.id),
        done=done_slots(client, week, ticks),
        anomaly_days=anomaly_days(client, week),
        seen=seen,
    )


def done_slots(client: Client, week: Week, ticks: Sequence[Tick] | None = None) -> dict[str, bool]:
    """Which slots have their work recorded.

    A slot with a checklist is done when every check is ticked; the others when their job
    or signature exists.

    :param ticks: the week's, if they were read already.
    """
    ticked: dict[str, set[str]] = {}
    for tick in client.ticks(week.id) if ticks is None else ticks:
        ticked.setdefault(tick.slot, set()).add(tick.check)
    return {
        slot.id: _recorded(client, week, slot, ticked.get(slot.id, set()))
        for slot in week.playbook.schedule
    }


def anomaly_days(client: Client, week: Week) -> Collection[date]:
    """Days whose written daily summary found a failure or a warning."""
    days = set()
    for slot in week.playbook.slots_of_kind("daily"):
        day = slot.at(week.launch).date()
        record = read_daily_summary(client.home.daily_summary(day))
        checks = (record.data or {}).get("checks", [])
        if any(check.get("verdict") in _TROUBLE for check in checks):
            days.add(day)
    return days


def _recorded(client: Client, week: Week, slot: SlotSpec, ticked: set[str]) -> bool:
    match slot.kind:
        case "launch":
            job = client.latest_job(JobKind.TRAIN, week.id)
            return job is not None and job.started_at is not None
        case "revalidation" | "results":
            return _saved_revalidation(client, week) is not None
        case "approval":
            job = _saved_revalidation(client, week)
            sha256 = (client.result(job.id) or {}).get("sha256") if job else None
            signature = client.signature_of(sha256) if sha256 else None
            if signature is not None and signature.act is SignatureAct.REJECT:
                return True  # the model is expected to change after a rejection
            # An expired signature was given in time; a void one must be given again.
            return client.standing(signature).state in _SIGNED
        case _:
            return bool(slot.checks) and ticked >= set(slot.checks)


def _saved_revalidation(client: Client, week: Week) -> Job | None:
    """The newest successful revalidation with a saved report."""
    for job in client.jobs(kind=JobKind.REVALIDATE, week_id=week.id):
        if job.state is JobState.SUCCEEDED and job.params.get("save_report"):
            return job
    return None
