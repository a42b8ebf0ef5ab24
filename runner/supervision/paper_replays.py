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
from runner.store.approvals import approved_decisions, signed_decisions
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
_SELDOM = timedelta(days=1)  # of decisions that are not in use: what came true is by day


class PaperReplays:
    """Follows each signed decision until its last day while its symbol's candles grow.

    Rejected and replaced ones too: else only what stayed in use would be known. The one that was
    approved last in a place is followed at most hourly, the others at most daily. A look costs one ``stat`` a file; the store is read only after a write.
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
        self._over: set[str] = set()  # for good
        self._symbols: dict[str, str] = {}
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
        changes: dict[str, datetime | None] = {}
        for one in self._plan.decisions:
            if one.symbol not in changes:
                changes[one.symbol] = self._changed(one.symbol)
            if (changed := changes[one.symbol]) is None or not one.due(changed, now):
                continue
            with self.fenced.write(now) as write:
                if queries.active_job(write.connection, JobKind.PAPER) is None:
                    params = PaperParams(decision=one.sha256)
                    write.append(job_request(JobKind.PAPER, params, None, now), one.week_id)
            return  # one after the other

    def _read_plan(self, snapshot: ActiveSnapshot) -> _Plan:
        jobs = schema.jobs
        with self.fenced.store.read() as connection:
            signed = signed_decisions(connection)
            if not signed:
                return _Plan(snapshot)
            approved = set(approved_decisions(connection).values())
            asked: dict[str, datetime] = {}
            every = select(jobs.c.params, jobs.c.requested_at).where(jobs.c.kind == JobKind.PAPER)
            for row in connection.execute(every.order_by(jobs.c.seq)):
                asked[str(row.params.get("decision"))] = row.requested_at
        found = []
        for sha256, week_id in sorted(signed, key=lambda pair: pair[0] not in approved):
            if (symbol := self._symbol(sha256)) is None:
                continue
            often = sha256 in approved
            found.append(_Followed(sha256, week_id, asked.get(sha256), symbol, often))
        return _Plan(snapshot, tuple(found))

    def _symbol(self, sha256: str) -> str | None:
        """The symbol of a decision that is to be followed; None: its days are over, or it has none."""
        if sha256 in self._over:
            return None
        record = read_json(self.home.paper(sha256) / "record.json") or {}
        if record.get("days", 0) >= record.get("of", 1):
            self._over.add(sha256)
            return None
        if sha256 not in self._symbols:
            file = self.home.revalidation_archive / sha256 / "decision.json"
            decided = read_json(file)
            if decided is not None and not decided.get("forecast"):  # it forecasts nothing
                self._over.add(sha256)
                return None
            self._symbols[sha256] = str((decided or {}).get("symbol", ""))
        return self._symbols[sha256]


@dataclass(frozen=True)
class _Followed:
    """A decision whose days are not over.

    :ivar often: it was approved last in its place: it is followed as often as candles come.
    """

    sha256: str
    week_id: str | None
    asked_at: datetime | None
    symbol: str
    often: bool

    def due(self, changed: datetime, now: datetime) -> bool:
        """Whether candles that changed at a moment are to be replayed now."""
        if now - changed < _SETTLED:
            return False
        again = _AGAIN if self.often else _SELDOM
        return self.asked_at is None or (self.asked_at < changed and now - self.asked_at >= again)


@dataclass(frozen=True)
class _Plan:
    """Which decisions are followed; valid as long as its snapshot.

    :ivar decisions: those that were approved last in a place first, then those signed last.
    """

    snapshot: ActiveSnapshot
    decisions: tuple[_Followed, ...] = ()
