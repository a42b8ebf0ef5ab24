"""Requests of a replay on paper when new candles have come, in the runner's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.files import own_folder
from core.job_params import PaperParams
from core.vocabulary import JobKind
from runner.files import read_json
from runner.store import queries, schema
from runner.store.approvals import newest_approved
from runner.store.fenced_store import FencedStore, StaleRunner
from runner.store.requests import job_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from runner.reported_problems import ReportedProblems
    from runner.settings import Settings
    from runner.supervision.active_jobs import ActiveJobs, ActiveSnapshot

_SUBJECT = "The replays on paper"  # of its problems in the log
_SETTLED = timedelta(seconds=30)  # a file that has just changed may still be written
_AGAIN = timedelta(hours=1)  # candles are hourly


class PaperReplays:
    """Follows the decision that was approved last while its symbol's candles grow, at most hourly.

    A look costs one ``stat`` a file; the store is read only after a write.
    """

    def __init__(
        self,
        home: Home,
        fenced: FencedStore,
        active: ActiveJobs,
        settings: Settings,
        monotonic: Callable[[], float],
        problems: ReportedProblems,
    ) -> None:
        self.home, self.fenced, self.active = home, fenced, active
        self.settings, self.monotonic, self._problems = settings, monotonic, problems
        self._plan: _Plan | None = None
        self._checked = -settings.schedule_s

    def tick(self, now: datetime) -> None:
        """Request a replay if candles have come since the last request.

        :raises StaleRunner: another runner has taken over.
        """
        if not self.settings.schedule:
            return
        if self.monotonic() - self._checked < self.settings.schedule_s:
            return
        self._checked = self.monotonic()
        with self._problems.guarding(_SUBJECT, through=StaleRunner):
            if self.home.live_data.is_dir():
                self._follow(now)

    def _changed(self, symbol: str) -> datetime | None:
        """When a file of a symbol's new candles last changed; None: there is none.

        By the time of its inode: a file that is moved here keeps the time of its content.
        """
        folder = own_folder(self.home.live_data, symbol)
        times = [file.stat().st_ctime for file in folder.iterdir() if file.is_file()]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def _follow(self, now: datetime) -> None:
        snapshot = self.active.read()
        if self._plan is None or self._plan.snapshot is not snapshot:
            self._plan = self._read_plan(snapshot)
        plan = self._plan
        if plan.decision is None or (changed := self._changed(plan.symbol)) is None:
            return
        asked, unsettled = plan.asked_at, now - changed < _SETTLED
        if unsettled or (asked is not None and (asked >= changed or now - asked < _AGAIN)):
            return
        with self.fenced.write(now) as write:
            if queries.active_job(write.connection, JobKind.PAPER) is None:
                params = PaperParams(decision=plan.decision)
                write.append(job_request(JobKind.PAPER, params, None, now), plan.week_id)

    def _read_plan(self, snapshot: ActiveSnapshot) -> _Plan:
        jobs = schema.jobs
        with self.fenced.store.read() as connection:
            found = newest_approved(connection)
            if found is None:
                return _Plan(snapshot)
            sha256, week_id = found
            newest = select(jobs.c.params, jobs.c.requested_at).where(jobs.c.kind == JobKind.PAPER)
            times = [
                row.requested_at
                for row in connection.execute(newest)
                if row.params.get("decision") == sha256
            ]
        record = read_json(self.home.paper(sha256) / "record.json") or {}
        over = record.get("days", 0) >= record.get("of", 1)
        decided = read_json(self.home.revalidation_archive / sha256 / "decision.json") or {}
        symbol, newest_request = str(decided.get("symbol", "")), max(times, default=None)
        return _Plan(snapshot, None if over else sha256, week_id, newest_request, symbol)


@dataclass(frozen=True)
class _Plan:
    """Which decision is followed, and since when; valid as long as its snapshot."""

    snapshot: ActiveSnapshot
    decision: str | None = None
    week_id: str | None = None
    asked_at: datetime | None = None
    symbol: str = ""
