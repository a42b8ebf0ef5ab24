"""Twin runs: start, resume, what they found, and keeping a change that is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError, TrainweekError
from core.job_params import TwinParams, program_params
from core.language import Message, joined, literal
from core.state_words import capitals
from core.text_rules import is_blank
from core.twin.arms import default_steps, minutes, whole_rollouts
from core.vocabulary import ACTIVE_STATES, JobKind, JobState, Right
from runner.client.base import refused_text
from runner.client.jobs import Jobs
from runner.client.restarts import Restarts
from runner.client.twin_rules import intact_checkpoint
from runner.files import read_json
from runner.outcomes import AlreadyRunning, Refused, Submitted
from runner.store import queries, record_queries
from runner.store.twins import twins

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.week import Week
    from runner.records import Job
    from runner.store.twins import TwinRun

_LIST = Message("List them: trainweek twin list")


class Twins(Jobs, Restarts):
    """Lists, starts and resumes twin runs, and keeps their change."""

    def twins(self, week_id: str | None = None) -> list[TwinRun]:
        """The twin runs of a week (with None: of all), newest first."""
        with self.store.read() as connection:
            return twins(connection, week_id)

    def twin(self, job_id: str) -> TwinRun | None:
        """A twin run by its job; None if it does not exist."""
        return next((each for each in self.twins() if each.job.id == job_id), None)

    def twin_steps(self, week: Week, steps: int | None = None) -> int:
        """The steps of an arm, in whole rollouts."""
        training = week.playbook.training
        return whole_rollouts(training, steps or default_steps(training))

    def twin_minutes(self, week: Week, pairs: int, steps: int | None = None) -> float:
        """Minutes of all arms, at the speed that the week's run has, or else the slowest allowed."""
        return minutes(self.twin_steps(week, steps), pairs, self._speed(week))

    def start_twin(
        self, asked: TwinParams, key: str | None = None
    ) -> Submitted | AlreadyRunning | Refused:
        """Fork the week's run from its newest intact checkpoint, with and without a change.

        The run itself goes on, if it is in progress.
        """
        if denied := self.denied_job(JobKind.TWIN, asked):
            return denied
        try:
            if refused := self._other_data():
                return refused
        except TrainweekError as error:
            return Refused.by(error)
        return self.submit(JobKind.TWIN, asked, key)

    def resume_twin(
        self, job_id: str, key: str | None = None
    ) -> Submitted | AlreadyRunning | Refused:
        """Go on with one that was stopped or failed, as a job of its own; ended arms are kept."""
        found = self.twin(job_id)
        if found is None:
            return _missing(job_id)
        job = found.job
        if job.state in ACTIVE_STATES or job.state is JobState.SUCCEEDED:
            return Refused(
                Message("{job} can't be resumed: {state}.", job=job_id, state=capitals(job.state)),
                _LIST,
            )
        try:
            before = program_params(TwinParams, job.params)[0]
        except InputError as error:
            return Refused.by(error)
        kept = [*(before.continues or ()), job_id]
        return self.start_twin(before.model_copy(update={"continues": kept}), key)

    def keep_twin(
        self, job_id: str, reason: str = "", key: str | None = None
    ) -> Submitted | Refused:
        """Restart the run with the change that a twin run tried; its verdict is the reason.

        The run's own checkpoint is resumed, never an arm's, so there is one run as before.

        :param reason: of the person; required if the change was not found better.
        """
        if denied := self._denied(Right.OPERATE) or refused_text(reason):
            return denied
        found = self.twin(job_id)
        if found is None:
            return _missing(job_id)
        result = found.result
        if result is None:
            return Refused(Message("{job} has no result.", job=job_id), _LIST)
        with self.store.read() as connection:
            week = self._meant_week(connection)
            row = queries.newest_job(connection, JobKind.TRAIN, week.id) if week else None
        if week is None or row is None or (found.job.week_id, result.run) != (week.id, row.run):
            return Refused(
                Message("{job} was of {run}, which is no longer the run of the active week.",
                        job=job_id, run=result.run),
                Message("Start another twin run."),
            )  # fmt: skip
        if not result.is_better and is_blank(reason):
            return Refused(
                joined([Message("The change was not found better."), result.sentence()]),
                Message("Give a reason to make it all the same."),
            )
        words = [Message("{job}:", job=job_id), result.sentence(), literal(reason.strip())]
        scenario = found.job.params.get("scenario")
        return self.restart(
            learning_rate=result.change.get("learning_rate"),
            ent_coef=result.change.get("ent_coef"),
            scenario=scenario if isinstance(scenario, str) else None,
            key=key,
            because=joined([each for each in words if each]),
        )

    def _other_data(self) -> Refused | None:
        """Why the newest checkpoint can't be trained further on the candles that are here now.

        :raises TrainweekError: candles or checkpoint can't be read.
        """
        from core.market.candle_files import candles_sha256

        with self.store.read() as connection:
            week = self._meant_week(connection)
            job = self._run_of(connection, week)
        if week is None or job is None or job.run is None:
            return None  # said by the rules
        found = intact_checkpoint(self._files(week), job.run)
        if isinstance(found, Refused):
            return found
        before = (found.config.get("data") or {}).get("sha256")
        now = candles_sha256(self.home.train_data_of(week.playbook.symbol))
        if before == now:
            return None
        return Refused(
            Message(
                "Checkpoint {step} of {run} was trained on data with SHA-256 {before}, but the"
                " training data now have {now}.",
                step=found.step,
                run=found.run,
                before=str(before),
                now=now,
            ),
            Message("Restore the original data, then start the twin run."),
        )

    def _speed(self, week: Week) -> float:
        with self.store.read() as connection:
            job = self._run_of(connection, week)
        slowest = week.playbook.training.min_steps_per_second
        if job is None or not job.attempt:
            return slowest
        progress = read_json(self.home.attempt(job.id, job.attempt) / "progress.json") or {}
        measured = progress.get("steps_per_second")
        return float(measured) if isinstance(measured, int | float) and measured > 0 else slowest

    @staticmethod
    def _run_of(connection: Connection, week: Week | None) -> Job | None:
        if week is None:
            return None
        return next(iter(record_queries.jobs(connection, JobKind.TRAIN, week.id, 1)), None)


def _missing(job_id: str) -> Refused:
    return Refused(Message("There is no twin run {job}.", job=job_id), _LIST)
