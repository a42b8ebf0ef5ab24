"""The week's timeline now: the schedule, and which slots are recorded as done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.job_params import RevalidateParams, stored_params
from core.schedule import SlotView, timeline
from core.vocabulary import ADVERSE, JobKind, JobState, SignatureAct, SignatureState, Verdict
from runner.week.judged_moment import run_finished, slots_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from core.playbook import SlotSpec
    from runner.records import Job
    from runner.week.sources import Sources

_SIGNED = frozenset({SignatureState.STANDS, SignatureState.EXPIRED})


def agenda(sources: Sources) -> list[SlotView]:
    """All slots of a week with their state at the present week time."""
    seen: dict[str, list[Verdict]] = {}
    for tick in sources.records.ticks:
        seen.setdefault(tick.slot, []).append(tick.verdict_seen)
    return timeline(
        sources.week.launch,
        slots_of(sources),
        sources.now_week,
        done=done_slots(sources),
        anomaly_days=anomaly_days(sources),
        seen=seen,
        run_finished=run_finished(sources),
        created=sources.created_week,
    )


def done_slots(sources: Sources) -> dict[str, bool]:
    """Which slots have their work recorded.

    A slot with a checklist is done when every check is ticked; the others when their job
    or signature exists.
    """
    ticked: dict[str, set[str]] = {}
    for tick in sources.records.ticks:
        ticked.setdefault(tick.slot, set()).add(tick.check)
    return {
        slot.id: _recorded(sources, slot, ticked.get(slot.id, set())) for slot in slots_of(sources)
    }


def anomaly_days(sources: Sources) -> Collection[date]:
    """Days whose written daily summary found a failure or a warning."""
    days = set()
    for slot in slots_of(sources):
        if slot.kind != "daily":
            continue
        day = slot.at(sources.week.launch).date()
        checks = (sources.daily_summary(day).data or {}).get("checks", [])
        if any(check.get("verdict") in ADVERSE for check in checks):
            days.add(day)
    return days


def _recorded(sources: Sources, slot: SlotSpec, ticked: set[str]) -> bool:
    match slot.kind:
        case "launch":
            newest = next((job for job in sources.records.jobs if job.kind is JobKind.TRAIN), None)
            return newest is not None and newest.started_at is not None
        case "revalidation" | "results":
            return _saved_revalidation(sources) is not None
        case "approval":
            job = _saved_revalidation(sources)
            sha256 = (sources.result(job) or {}).get("sha256") if job else None
            signature = sources.signature_of(sha256)
            if signature is not None and signature.act is SignatureAct.REJECT:
                return True  # the model is expected to change after a rejection
            # An expired signature was given in time; a void one must be given again.
            return sources.validity(signature).state in _SIGNED
        case _:
            return bool(slot.checks) and ticked >= set(slot.checks)


def _saved_revalidation(sources: Sources) -> Job | None:
    """The newest successful revalidation with a saved report."""
    for job in sources.records.jobs:
        if (
            job.kind is JobKind.REVALIDATE
            and job.state is JobState.SUCCEEDED
            and stored_params(RevalidateParams, job.params).save_report
        ):
            return job
    return None
