"""The week's part of a decision: its day, its approval slot, its training log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from core.checks.log_summary import JudgedModel, log_summary_of
from core.clock import Clock
from core.decision import EarlierDecision, EarlierDecisions, SavedDecision, history, read_decision
from core.errors import InputError, IntegrityError
from core.facts import Facts
from core.people import Person
from core.vocabulary import APPROVALS, IncidentState, Role, SignatureState
from runner.client import Client
from runner.week.facts import facts_of_run
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from core.ledger_bodies.body import LedgerHead
    from core.playbook import Playbook
    from runner.incident_records import Incident
    from runner.jobs.attempt import Spec


@dataclass(frozen=True)
class DecisionContext:
    """The week's part of a decision.

    :ivar day: the week's day of the decision, in document and file names.
    :ivar earlier: the newest revalidation of any week, and the newest approval.
    """

    day: date
    approval_at: datetime | None  # week time
    log_summary: str
    earlier: EarlierDecisions
    ledger_head: LedgerHead | None = None


def decision_context(spec: Spec, now: datetime, model: JudgedModel) -> DecisionContext:
    """Read the spec's week from the store; a job without a week has only its spec.

    :param now: real time.
    """
    approval = _slot_moment(spec.playbook, "approval", spec.launch)
    client = Client(spec.home, Person(spec.requested_by or spec.job_id, Role.VIEWER), lambda: now)
    week = client.week(spec.week_id) if spec.week_id else None
    if week is not None:
        sources = Sources.of(client, week)
        day = sources.now_week.date()
        summary = _summary(spec, client, sources, model)
    else:
        planned = _slot_moment(spec.playbook, "revalidation", spec.launch)
        facts = Facts(now, now, spec.launch or now, Clock())
        day = (planned or now).date()
        summary = log_summary_of(spec.playbook, facts, spec.home.training_log, model=model)
    past = history(spec.home)
    previous = _earlier(past[-1]) if past else None
    # Without a week there are no signatures, and there may be no store.
    approved = approvals(client) if week is not None else Approvals()
    earlier = EarlierDecisions(previous, approved.production, approved.lapsed)
    head = client.ledger_head() if week is not None else None
    return DecisionContext(day, approval, summary, earlier, head)


def _summary(spec: Spec, client: Client, of_week: Sources, model: JudgedModel) -> str:
    """Of the run that made the judged model: it may be an earlier one, or of an earlier week."""
    runs = [] if model.imported else client.runs()
    own = next((run for run in runs if run.run == model.run), None)
    week = client.week(own.week_id) if own is not None and own.week_id else None
    sources = of_week if week is None else Sources.of(client, week)
    facts = facts_of_run(sources, run=model.run)
    if own is None:  # a run of the same name, of another home
        facts = replace(facts, run=None)
    starts = [(run.started_at, run.run) for run in runs if run.started_at is not None]
    starts += [
        (attempt.started_at, job.run)
        for job, attempt in sources.training_attempts()
        if job.run is not None
    ]
    return log_summary_of(
        spec.playbook if sources is of_week else sources.week.playbook,
        facts,
        spec.home.training_log,
        _incidents(sources.records.incidents),
        model,
        partial(_written_by, sorted((start.replace(microsecond=0), run) for start, run in starts)),
    )


def _written_by(starts: Sequence[tuple[datetime, str]], moment: datetime) -> str | None:
    """The run whose process was started last before a moment; log lines are in whole seconds."""
    earlier = [run for start, run in starts if start <= moment]
    return earlier[-1] if earlier else None


def _earlier(saved: SavedDecision) -> EarlierDecision:
    return EarlierDecision(saved.sha256, saved.decision)


@dataclass(frozen=True)
class Approvals:
    """:ivar production: the newest approval, if it is valid. An earlier one does not return to
        production when the newer one becomes invalid.
    :ivar lapsed: the newest approval, if it is void or has expired.
    """

    production: EarlierDecision | None = None
    lapsed: EarlierDecision | None = None


def approvals(client: Client) -> Approvals:
    """The newest approval, each decision judged by its newest signature.

    Altered records and decisions with an incomplete archive don't count.
    """
    newest = {signed.revalidation_sha256: signed for signed in client.signatures()}
    for signature in sorted(newest.values(), key=lambda signed: signed.id, reverse=True):
        if signature.act not in APPROVALS:
            continue
        validity = client.validity(signature)
        if validity.state is SignatureState.ALTERED:
            continue
        folder = client.home.revalidation_archive / signature.revalidation_sha256
        try:
            found = replace(_earlier(read_decision(folder)), validity=validity.state)
        except (InputError, IntegrityError):
            continue
        return Approvals(found) if validity.valid else Approvals(lapsed=found)
    return Approvals()


def _slot_moment(playbook: Playbook, kind: str, launch: datetime | None) -> datetime | None:
    slots = playbook.slots_of_kind(kind)
    return slots[0].at(launch) if slots and launch else None


def _incidents(incidents: Sequence[Incident]) -> list[str]:
    sentences = []
    for incident in reversed(incidents):
        ended = "open"
        if incident.state is IncidentState.CLOSED and incident.closed_at is not None:
            ended = f"closed {incident.closed_at:%Y-%m-%d %H:%M} UTC: {incident.close_reason}"
        opened = f"{incident.opened_at:%Y-%m-%d %H:%M} UTC"
        sentences.append(f"{incident.procedure}, {opened}: {incident.summary} ({ended})")
    return sentences
