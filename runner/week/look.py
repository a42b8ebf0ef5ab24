"""A look at the home, for its alerts: what holds now, by the same rules as the pages."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from core.alerts.chain import of_shift_first
from core.alerts.conditions import Condition, Look, Owner, Said, rank, said_in_all
from core.alerts.kinds import EventKind
from core.errors import TrainweekError
from core.language import Message, literal
from core.people import RUNNER
from core.state_words import ACTS_DONE
from core.telemetry import RunReader
from core.vocabulary import JobKind, JobState, Severity, Verdict
from runner.alerts.alert_store import AlertStore
from runner.alerts.seen_readings import SeenStore
from runner.client import Client
from runner.reported_problems import ReportedProblems
from runner.week.concerns import concerns, judged_now
from runner.week.judged_week import JudgedWeek
from runner.week.late_checklists import late_checklists, real_moment
from runner.week.machine_conditions import machine_conditions
from runner.week.own_rules import newest_readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from core.ledger_bodies.body import LedgerHead
    from core.paths import Home
    from runner.records import WeekRecords
    from runner.settings import Settings
    from runner.week.concern import Concern

log = logging.getLogger("trainweek.runner")

# A slot's verdicts are reported check by check; that a runner is away, it can't report itself.
_NOT_HERE = {EventKind.CHECK, EventKind.UNREACHABLE}
_FAILED = {JobState.FAILED, JobState.LOST}


class Looks:
    """Looks at one home, again and again; readers of event files are kept between them.

    :param absence: that the runner was away before this one.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        now: Callable[[], datetime],
        absence: Condition | None = None,
    ) -> None:
        self.home, self.settings, self.now = home, settings, now
        self._since = now()
        self._absence = [] if absence is None else [absence]
        self.client = Client(home, RUNNER, now=now)
        self._head: LedgerHead | None = None
        self._readers: dict[str, dict[Path, RunReader]] = {}  # of each week's newest run
        self._records: dict[str, WeekRecords] = {}  # of the weeks in progress, the active one first
        self._problems = ReportedProblems(log)

    def take(self, began: int | None) -> tuple[Look, LedgerHead | None]:
        """What holds now, and the ledger's last line.

        What can't be judged makes the look incomplete, not clear.

        :param began: the ledger line after which things are reported that happened once; None:
            from now on.
        """
        now = self.now()
        found = list(machine_conditions(self.home, self.settings, self._since, now))
        moments = list(self._absence)
        ends: dict[str, Said] = {}
        readings: dict[str, float] = {}
        try:
            self._read_weeks()
            self._head = self.client.ledger_head()
            self.client.store.require_ledger()
            if (damage := self.client.store.damage) is not None:
                raise damage
        except TrainweekError as error:
            found.append(_damaged(error, now))
            active, *beside = self._records or [None]
            look = Look(week=active, beside=beside, conditions=tuple(found), complete=False)
            return look, self._head
        moments += _head_of_day(self._head, now)
        complete = True
        seen = SeenStore(AlertStore(self.home)).read() if self._records else None
        for number, records in enumerate(self._records.values()):
            week = JudgedWeek(self.home, records, now, partial(self._reader, records.week.id), seen)
            of_week: list[Condition] = []
            for part in (_concerns, _failing, late_checklists, _backup_job):
                complete = self._judged(part, week, of_week) and complete
            if began is not None:
                moments += _signed(week, began)
            ends |= _closed(week)
            if complete:
                readings |= newest_readings(week.rule_states)
            # Who is on call for the active week is told of the machine, too.
            told = of_week if number else [*found, *of_week]
            found = [*(found if number else ()), *(_told_apart(week, one) for one in told)]
        readings = readings if complete else {}
        active, *beside = self._records or [None]
        look = Look(
            week=active,
            beside=beside,
            conditions=tuple(found),
            moments=tuple(moments),
            ends=ends,
            readings=readings,
            complete=complete,
        )
        return look, self._head

    def _judged(
        self,
        part: Callable[[JudgedWeek], Iterator[Condition]],
        week: JudgedWeek,
        found: list[Condition],
    ) -> bool:
        subject = f"Alerts ({part.__name__.strip('_')}) of week {week.week.id}"
        try:
            found.extend(part(week))
        except Exception as error:  # a fault of one rule must not silence the others
            self._problems.report(subject, f"{type(error).__name__}: {error}", error)
            return False
        self._problems.solved(subject)
        return True

    def _read_weeks(self) -> None:
        ids = self.client.weeks_in_progress()
        found = {one: self.client.week_records(one, self._records.get(one)) for one in ids}
        self._records = {one: records for one, records in found.items() if records is not None}
        self._readers = {one: self._readers[one] for one in ids if one in self._readers}

    def _reader(self, week_id: str, folder: Path) -> RunReader:
        known = self._readers.get(week_id, {})
        self._readers[week_id] = {folder: known.get(folder) or RunReader(folder)}
        return self._readers[week_id][folder]


_OF_ONE_WEEK = ("incident:", "backup:", "signed:")  # whose keys have the number of one thing


def _told_apart(week: JudgedWeek, one: Condition) -> Condition:
    """The condition with who is on call, and with a key that no other week in progress has.

    The keys of the weeks with the manual's paths stay as they always were.
    """

    def own(key: str) -> str:
        return key if key.startswith(_OF_ONE_WEEK) else f"{key}@{week.week.place}"

    update: dict[str, object] = {"on_call": week.on_call}
    if week.week.place is not None and one.week == week.week.id:
        update |= {"key": own(one.key), "covers": frozenset(map(own, one.covers))}
    return one.model_copy(update=update)


def _concerns(week: JudgedWeek) -> Iterator[Condition]:
    for concern in concerns(week):
        if concern.kind is EventKind.RULE:  # people chose its level
            yield _condition(week, concern, concern.severity)
            continue
        waits = concern.kind is EventKind.DECISION
        if concern.kind not in _NOT_HERE and (concern.severity is not Severity.INFO or waits):
            level = max(concern.severity, Severity.WARNING, key=rank)
            yield _condition(week, concern, level)


def _condition(week: JudgedWeek, concern: Concern, level: Severity) -> Condition:
    return Condition(
        key=concern.key,
        kind=concern.kind,
        level=level,
        subject=said_in_all(concern.what),
        text=said_in_all(concern.text),
        todo=None if concern.todo is None else said_in_all(concern.todo),
        page=concern.page,
        week=week.week.id,
        since=concern.since or week.now,
        since_known=concern.since is not None,
        covers=concern.covers,
        occasion=concern.occasion,
        chain=of_shift_first(_chain(week, concern.procedure), week.on_call),
    )


def _chain(week: JudgedWeek, procedure: str | None) -> tuple[Owner, ...]:
    """The owners of a procedure in their order."""
    playbook = week.week.playbook
    spec = playbook.find_escalation(procedure)
    return tuple(
        Owner(role=role, title=said_in_all(playbook.roles[role].title))
        for role in (() if spec is None else spec.chain)
    )


def _failing(week: JudgedWeek) -> Iterator[Condition]:
    """Each check that fails in a checklist whose verdicts count now."""
    for view in judged_now(week):
        for judged in week.judgements(view.spec):
            if judged.verdict is not Verdict.FAIL:
                continue
            spec = week.week.playbook.checks.get(judged.check)
            yield Condition(
                key=f"check:{judged.check}",
                kind=EventKind.CHECK,
                level=Severity.WARNING,
                subject=said_in_all(literal(judged.check) if spec is None else spec.title),
                text=said_in_all(judged.why),
                page=view.spec.page,
                week=week.week.id,
                since=real_moment(week, judged.as_of),
            )


def _backup_job(week: JudgedWeek) -> Iterator[Condition]:
    job = week.latest(JobKind.BACKUP)
    if job is not None and job.state in _FAILED:
        reason = job.reason if isinstance(job.reason, Message) else literal(job.reason)
        yield Condition(
            key=f"backup:{job.id}",
            kind=EventKind.BACKUP,
            level=Severity.WARNING,
            subject=said_in_all(Message("Backup of the model failed")),
            text=said_in_all(reason),
            todo=said_in_all(Message("Open Jobs, read its log, and start it again.")),
            page="jobs",
            week=week.week.id,
            since=job.ended_at or week.now,
        )


def _signed(week: JudgedWeek, began: int) -> Iterator[Condition]:
    for signature in week.records.signatures:
        if signature.week_id == week.week.id and signature.id > began:
            text = Message("{act} by {by}.", act=ACTS_DONE[signature.act], by=signature.by)
            yield Condition(
                key=f"signed:{signature.id}",
                kind=EventKind.SIGNED,
                level=Severity.WARNING,
                subject=said_in_all(Message("Decision signed")),
                text=said_in_all(text),
                page="decision",
                week=week.week.id,
                since=signature.at,
                by=signature.by,
            )


def _closed(week: JudgedWeek) -> dict[str, Said]:
    return {
        f"incident:{one.id}": said_in_all(
            Message("Closed by {by}: {reason}", by=one.closed_by, reason=one.close_reason)
        )
        for one in week.incidents
        if one.closed_at is not None
    }


def _head_of_day(head: LedgerHead | None, now: datetime) -> Iterator[Condition]:
    if head is None:
        return
    text = Message("Line {line:,}, SHA-256 {hash}", line=head.line, hash=head.sha256)
    yield Condition(
        key=f"ledger-head:{now:%Y-%m-%d}",
        kind=EventKind.LEDGER_HEAD,
        level=Severity.INFO,
        subject=said_in_all(Message("Last line of the ledger today")),
        text=said_in_all(text),
        since=now,
    )


def _damaged(error: TrainweekError, now: datetime) -> Condition:
    remedy = literal(error.remedy) if error.remedy else None
    return Condition(
        key="record:damaged",
        kind=EventKind.RECORD,
        level=Severity.CRITICAL,
        subject=said_in_all(Message("Nothing can be saved")),
        text=said_in_all(literal(error.what)),
        todo=None if remedy is None else said_in_all(remedy),
        since=now,
        since_known=False,
    )
