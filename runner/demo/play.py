"""The demo's driver: plays one week from the pre-flight to the decision."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.errors import TrainweekError
from core.language import Message, joined, literal
from core.market.sample import write_sample
from core.state_words import capitals
from core.timestamps import parse_moment
from core.vocabulary import ENDED_STATES, GLYPHS, JobKind, JobState, Verdict
from runner.client import Client
from runner.demo.pace import week_moment
from runner.demo.people import ENGINEER, LEAD, tick_slot
from runner.demo.place import placed_playbook
from runner.outcomes import Recorded, Refused, Submitted

if TYPE_CHECKING:
    from core.paths import Home
    from core.playbook.placement import ExecutorName
    from core.week import Week
    from runner.records import Job

LAUNCH = parse_moment("2026-02-23T14:00Z")  # the manual's own week
BEGIN = LAUNCH - timedelta(hours=6, minutes=5)  # just before the pre-flight
_POLL_S = 0.25
_SLOT_PAUSE_S = 1.0  # so that a viewer can follow each day

Show = Callable[[str], None]


class DemoError(TrainweekError):
    """A step of the demo's week failed; the job's folder has the reason."""


class Play:
    """One week, played through the client with the same calls that people make.

    :param home: an empty data directory with a runner.
    :param steps: training steps; None: the playbook's.
    :param show: gets one line of text for each event.
    :param executor: what runs training and revalidation.
    :param watched: somebody may look at its pages: it pauses before each day's ticks.
    """

    def __init__(
        self,
        home: Home,
        steps: int | None,
        show: Show,
        executor: ExecutorName = "local",
        watched: bool = True,
    ) -> None:
        self.home, self.executor = home, executor
        self.steps = steps
        self.watched = watched
        self.show = show
        self.lead = Client(home, LEAD)
        self.engineer = Client(home, ENGINEER)
        self.week: Week = self._make_week()
        self._unmoved: datetime | None = None  # last poll without progress

    def run(self) -> Mapping[str, Any]:
        """Play the whole week; returns the revalidation's result.

        :raises DemoError: a request was refused, or a job failed.
        """
        self.show(Message("Times are week time, on a fast clock. Files and logs have real time."))
        self._preflight()
        self._training()
        self._preparation()
        result = self._revalidation()
        self._jump(self._slot("delivery") + timedelta(minutes=5))
        self._tick("delivery")
        # From here on week time runs like real time: the decision is ready for the CTO.
        self._jump(self._slot("delivery") + timedelta(minutes=6), pace=1.0)
        return result

    def _make_week(self) -> Week:
        write_sample(self.home.train_data, self.home.backtest_data)
        playbook = None if self.executor == "local" else placed_playbook(self.home, self.executor)
        outcome = self.lead.create_week(LAUNCH, playbook, synthetic=True, clock_at=BEGIN)
        if not isinstance(outcome, Recorded):
            raise DemoError(
                Message("The demo's week was refused: {reason}", reason=outcome.reason),
                outcome.remedy,
            )
        return outcome.record

    def _preflight(self) -> None:
        self._jump(self._slot("preflight"))
        self._finish(self._submit(JobKind.PREFLIGHT, {}))
        self._tick("preflight")

    def _training(self) -> None:
        self._jump(LAUNCH)
        job = self._submit(JobKind.TRAIN, {"timestamp": True} | self._steps())
        wanted = self.week.playbook.training.total_steps
        length = (self.steps or wanted) / wanted
        watched = [slot for slot in self.week.playbook.schedule if slot.kind in {"hourly", "daily"}]
        while job.state not in ENDED_STATES:
            time.sleep(_POLL_S)
            job = self.lead.job(job.id) or job
            progress = self.lead.progress(job.id) or {}
            share = progress.get("steps", 0) / max(progress.get("total_steps", 1), 1)
            self._follow(week_moment(LAUNCH, share, length))
            now = self.lead.now_week(self.week.id)
            while watched and watched[0].at(LAUNCH) <= now:
                self._tick(watched.pop(0).id)
        self._require(job)
        for slot in watched:
            self._jump(slot.at(LAUNCH))
            if self.watched:
                time.sleep(_SLOT_PAUSE_S)
            self._tick(slot.id)

    def _preparation(self) -> None:
        self._jump(self._slot("preparation"))
        self._finish(self._submit(JobKind.DATA_CHECK, {}))
        self._finish(self._submit(JobKind.BACKUP, {}))
        self._tick("preparation")

    def _revalidation(self) -> Mapping[str, Any]:
        self._jump(self._slot("revalidation"))
        job = self._finish(self._submit(JobKind.REVALIDATE, {"save_report": True}))
        result = self.lead.result(job.id) or {}
        self._jump(self._slot("results"))
        self.show(
            Message(
                "Decision: {decision} {score}",
                decision=str(result.get("decision")),
                score=str(result.get("score")),
            )
        )
        return result

    def _steps(self) -> dict[str, int]:
        return {} if self.steps is None else {"steps": self.steps}

    def _slot(self, slot_id: str) -> datetime:
        return next(s for s in self.week.playbook.schedule if s.id == slot_id).at(LAUNCH)

    def _follow(self, moment: datetime) -> None:
        """Move the clock to a week time, evenly since the last poll, and stop it there.

        Without progress only the time of the poll is remembered: the start-up of the trainer
        is not spread over the first hour.
        """
        polled = self.lead.now()
        present = self.lead.now_week(self.week.id)
        if moment > present:
            if self._unmoved is not None:
                self.lead.record_clock_point(self.week.id, self._unmoved, present, 0.0)
            self.lead.record_clock_point(self.week.id, polled, moment, 0.0)
            self._unmoved = None
        else:
            self._unmoved = polled

    def _jump(self, moment: datetime, pace: float = 0.0) -> None:
        """Stop the clock until now, then set it to a week time.

        Without the first point, what happened while the clock was stopped would be spread
        over the skipped hours.
        """
        self._record(self.lead.now_week(self.week.id))
        self._record(moment, pace)
        self._unmoved = None

    def _record(self, moment: datetime, pace: float = 0.0) -> None:
        self.lead.record_clock_point(self.week.id, self.lead.now(), moment, pace)

    def _tick(self, slot_id: str) -> None:
        seen = tick_slot(self.engineer, self.week, slot_id)
        if seen:
            at = self._slot(slot_id)
            glyphs = " ".join(GLYPHS[j.verdict] for j in seen)
            self.show(Message("{at:%Y-%m-%d %H:%M} {rest}", at=at, rest=f"{slot_id:<12} {glyphs}"))
        for judgement in seen:
            if judgement.verdict is Verdict.UNKNOWN:
                about = f"{'':<17}{GLYPHS[Verdict.UNKNOWN]} {judgement.check}:"
                self.show(joined([about, judgement.why]))

    def _submit(self, kind: JobKind, params: dict[str, Any]) -> Job:
        outcome = self.lead.submit(kind, params)
        if not isinstance(outcome, Submitted):
            reason = outcome.reason if isinstance(outcome, Refused) else literal(str(outcome))
            raise DemoError(
                Message("{job} was refused: {reason}", job=kind.value, reason=reason),
                Message("See logs/state/runner.log."),
            )
        now = self.lead.now_week(self.week.id)
        self.show(Message("{at:%Y-%m-%d %H:%M} {kind} requested", at=now, kind=kind.value))
        return outcome.job

    def _finish(self, job: Job) -> Job:
        while (job := self.lead.job(job.id) or job).state not in ENDED_STATES:
            time.sleep(_POLL_S)
        return self._require(job)

    def _require(self, job: Job) -> Job:
        if job.state is not JobState.SUCCEEDED:
            folder = self.home.relative(self.home.job(job.id))
            raise DemoError(
                Message(
                    "{job} {state}: {reason}",
                    job=job.id,
                    state=capitals(job.state),
                    reason=job.reason,
                ),
                Message("See {folder}.", folder=folder),
            )
        return job
