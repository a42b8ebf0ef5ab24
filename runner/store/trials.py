"""The trials of a data directory: which candidates were scored, read from the ledger.

A training attempt that ran is one candidate, and a restart with changed settings another. A
revalidation that decided scores its model on its data. Refused requests, starts that failed and
repetitions add nothing. Older lines don't name the model that was revalidated: there a path counts
as another model only after another training run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from core.job_params import RevalidateParams, TrainParams, stored_params
from core.ledger_bodies import (
    AttemptStarted,
    DecisionMade,
    JobChanged,
    JobRequested,
    PlaybookTaken,
    RestartRequested,
    StartRequeued,
    readable_body,
)
from core.trading.candidates import Candidate, with_backtest
from core.vocabulary import JobKind, JobState
from runner.store import queries
from runner.store.schema import jobs, ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import AnyBody
    from core.playbook import Playbook
    from core.week import Week

_KINDS = (JobRequested.kind, AttemptStarted.kind, DecisionMade.kind, PlaybookTaken.kind)
_TRIES = (JobKind.TRAIN, JobKind.REVALIDATE)


class CountedTrials(NamedTuple):
    """The candidates that were scored in any week: a new week does not reset the count."""

    candidates: tuple[Candidate, ...]
    week_id: str | None

    @property
    def in_all(self) -> int:
        """Over all weeks."""
        return len(self.candidates)

    @property
    def of_week(self) -> int:
        """Those of the week alone."""
        return sum(candidate.week == self.week_id for candidate in self.candidates)


def counted_trials(connection: Connection, week_id: str | None) -> CountedTrials:
    """The trials up to now, by the ledger."""
    rows = connection.execute(select(jobs.c.id, jobs.c.week_id).where(jobs.c.kind.in_(_TRIES)))
    owners = {row.id: row.week_id for row in rows}
    lines = connection.execute(
        select(ledger.c.kind, ledger.c.body).where(ledger.c.kind.in_(_KINDS)).order_by(ledger.c.seq)
    )
    bodies = [
        readable_body(line.kind, line.body)
        for line in lines
        if isinstance(line.body, dict)
        and (line.body.get("job_id") in owners or line.body.get("action") == PlaybookTaken.action)
    ]
    weeks = queries.weeks_by_id(connection, {week for week in owners.values() if week})
    found = _Candidates(owners, weeks, _without_result(bodies))
    for body in bodies:
        found.add(body)
    return CountedTrials(found.scored, week_id)


def _without_result(bodies: list[AnyBody]) -> set[tuple[str, int]]:
    """Attempts that failed, or that never had a process."""
    failed = set()
    for body in bodies:
        if isinstance(body, StartRequeued):
            failed.add((body.job_id, body.number))
        elif isinstance(body, AttemptStarted):
            failed.discard((body.job_id, body.number))
        elif isinstance(body, JobChanged) and body.number is not None and body.attempt is not None:
            key = (body.job_id, body.number)
            if body.attempt.state is JobState.FAILED:
                failed.add(key)
    return failed


class _Candidates:
    """The candidates of the ledger's lines, added in their order."""

    def __init__(
        self,
        owners: Mapping[str, str | None],
        weeks: Mapping[str, Week],
        failed: set[tuple[str, int]],
    ) -> None:
        self.owners, self.weeks, self.failed = owners, weeks, failed
        self.scored: tuple[Candidate, ...] = ()
        self.requests: dict[str, JobRequested] = {}
        self.params: dict[str, Mapping[str, object]] = {}
        self.paths: dict[str, list[tuple[object, ...]]] = {}  # settings of each run, in order
        self.known: dict[tuple[object, ...], str] = {}  # run
        self.same_as: dict[str, str] = {}  # a run by the earlier one that it repeats
        self.newest: str | None = None  # run
        self.replaced: dict[str, int] = {}  # week: how many of its playbooks, up to this line

    def add(self, body: AnyBody) -> None:
        """Take the next line."""
        if isinstance(body, JobRequested):
            self.requests[body.job_id], self.params[body.job_id] = body, body.params
        elif isinstance(body, PlaybookTaken):
            self.replaced[body.id] = self.replaced.get(body.id, 0) + 1
        elif isinstance(body, RestartRequested):
            self.params[body.job_id] = body.params
        elif isinstance(body, AttemptStarted):
            asked = self.requests.get(body.job_id)
            if asked is not None and asked.job_kind is JobKind.TRAIN:
                self._trained(asked, body.number)
        elif isinstance(body, DecisionMade) and body.job_id in self.requests:
            self._backtested(body)

    def _trained(self, asked: JobRequested, number: int) -> None:
        if (asked.job_id, number) in self.failed:
            return
        week_id = self.owners[asked.job_id]
        rules = self._in_force(week_id)
        params = stored_params(TrainParams, self.params[asked.job_id])
        settings: dict[str, float | int | None] = {}
        for name in ("seed", "learning_rate", "ent_coef"):
            given = getattr(params, name)
            default = None if rules is None else getattr(rules[1].training, name)
            settings[name] = default if given is None else given
        run = asked.run or asked.job_id
        self.newest = run
        self.same_as.setdefault(run, run)
        resumes = bool(params.resume) or number > 1
        before = self.paths.get(run, []) if resumes else []
        changed = tuple(settings.values())
        path = before if before and before[-1] == changed else [*before, changed]
        self.paths[run] = path
        key = (week_id, rules and rules[0], params.steps, *path)
        if key in self.known:
            self.same_as[run] = self.known[key]
            return
        self.known[key] = run
        self.scored += (Candidate(week=week_id, run=run, settings=settings),)

    def _backtested(self, body: DecisionMade) -> None:
        week_id = self.owners[body.job_id]
        if body.candidate is not None:
            own = Candidate.model_validate({**body.candidate, "week": week_id})
        else:
            asked = stored_params(RevalidateParams, self.params[body.job_id])
            rules = self._in_force(week_id)
            own = Candidate(
                week=week_id,
                run=self.newest,
                model=asked.model_path or "best_model",
                data=asked.backtest_data_dir or "data/backtest",
                playbook=None if rules is None else rules[0],
            )
        first = self.same_as.get(own.run or "", own.run)
        self.scored = with_backtest(self.scored, own.model_copy(update={"run": first}))

    def _in_force(self, week_id: str | None) -> tuple[str, Playbook] | None:
        """Hash and content of the week's playbook at this line; None without a week."""
        week = self.weeks.get(week_id or "")
        if week is None:
            return None
        replaced = self.replaced.get(week.id, 0)
        if replaced < len(week.earlier):
            return week.earlier[replaced].sha256, week.earlier[replaced].playbook
        return week.playbook_sha256, week.playbook
