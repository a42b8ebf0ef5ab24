"""All training runs with their own models, and the choice of the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError, SetupError, TrainweekError
from core.job_params import TrainParams, stored_params
from core.language import Message, literal
from core.ledger_bodies import DecisionMade, ModelChosen
from core.model_manifest import Validations
from core.text_rules import is_blank
from core.vocabulary import ENDED_STATES, JobKind, JobState, Right
from runner.client.base import ANOTHER_WEEK, BaseClient, refused_text
from runner.client.models import restore_in_progress, revalidation_in_progress
from runner.client.run_settings import settings_of
from runner.files import read_json
from runner.models.best_model import read_best_model
from runner.models.model_in_use import Choice, RunModel, choice_of, model_of_run, put_in_use
from runner.outcomes import Recorded, Refused
from runner.store import queries, record_queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.paths import Home
    from core.playbook import TrainingSettings
    from core.week import Week
    from runner.records import Job


_NOT_KEPT = Message("Which model it had at a past moment is not recorded.")


@dataclass(frozen=True)
class TrainingRun:
    """A training run over all its jobs, with the model that it keeps."""

    run: str
    week_id: str | None
    job: Job  # the newest
    first: Job
    settings: Mapping[str, Any]  # the playbook's training settings with the run's newest values
    changed: Mapping[str, tuple[Any, ...]]  # by restarts: name to all its values, in their order
    note: str
    steps: int | None  # reached; None: not reported
    total_steps: int | None
    model: RunModel | None
    problem: Message | None  # why it has no usable model
    in_use: bool  # its model is the one of best_model.zip
    choice: Choice | None  # who put it there
    decided: DecisionMade | None  # the last decision on its model

    @property
    def started_at(self) -> datetime | None:
        """The first start; a resume is no new one."""
        return self.first.started_at if self.first.started_at else self.job.started_at

    @property
    def state(self) -> JobState:
        """The state of its newest job."""
        return self.job.state

    @property
    def validation(self) -> Mapping[str, Any]:
        """The best validation, as the manifest has it; empty without a model."""
        found = self.model.manifest.get("validation") if self.model else None
        return found if isinstance(found, dict) else {}

    @property
    def validations(self) -> Validations | None:
        """All its validations; None: not counted."""
        return Validations.read(self.validation)


@dataclass(frozen=True)
class ModelInUse:
    """What the manual's commands take, and who put it there."""

    model: RunModel
    choice: Choice | None  # None: not recorded


@dataclass(frozen=True)
class RunWindow:
    """Some of the runs, newest first: a list does not grow with the past."""

    runs: tuple[TrainingRun, ...]
    first: int  # number of the first of them, from 0
    count: int  # of all that the list has
    weeks: int  # that have a run at all


class RunModels(BaseClient):
    """Reads the runs' models (hashes and JSON only), and puts one in use."""

    def runs(self) -> list[TrainingRun]:
        """All training runs of all weeks, newest first."""
        return list(self.run_window(None).runs)

    def run_window(
        self, limit: int | None, first: int = 0, week_id: str | None = None, run: str | None = None
    ) -> RunWindow:
        """At most ``limit`` runs after the ``first`` newest ones.

        :param first: beyond the last one: the last window.
        :param week_id: only of this week; None: of all.
        :param run: take the window that has this run, if there is one, whatever ``first`` is.
        """
        with self.store.read() as connection:
            listed = record_queries.run_names(connection, week_id)
            names = [name for name, _ in listed]
            if limit is not None:
                first = names.index(run) if run in names else min(first, max(len(names) - 1, 0))
                first = first // limit * limit
            shown = names[first:] if limit is None else names[first : first + limit]
            jobs = record_queries.jobs_of_runs(connection, shown)
            ids = {job.week_id for job in jobs if job.week_id}
            weeks = queries.weeks_by_id(connection, ids)
            made = record_queries.decisions_made(connection)
            requests = record_queries.training_requests(connection, [job.id for job in jobs])
            of_weeks = len({week for _, week in record_queries.run_names(connection)})
        by_run: dict[str, list[Job]] = {}
        for job in jobs:
            if job.run is not None:
                by_run.setdefault(job.run, []).append(job)
        decided = {str(body.candidate.get("model")): body for body in made if body.candidate}
        used = self.model_in_use()
        found = (
            self._run(run, own, weeks.get(own[0].week_id or ""), used, decided, requests)
            for run, own in by_run.items()
        )
        return RunWindow(tuple(found), first, len(names), of_weeks)

    def model_in_use(self, week: Week | None = None) -> ModelInUse | None:
        """The verified model of ``best_model.zip``; None if there is none that can be used.

        :param week: whose; None: of the one that is shown.
        """
        if self.moment is not None:
            return None
        try:
            home = self.here() if week is None else self._files(week)
            manifest = read_best_model(home.best_model)[1]
        except (InputError, IntegrityError):
            return None
        found = RunModel(str(manifest.get("run")), str(manifest["sha256"]), manifest)
        return ModelInUse(found, choice_of(home, found.sha256))

    def use_model(
        self, run: str, reason: str, key: str | None = None
    ) -> Recorded[RunModel] | Refused:
        """Put the best model of a run in use; the replaced one is kept.

        The act is on the ledger before the file changes, so a repeated call completes it.
        """
        if denied := self._denied(Right.REVALIDATE) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("The choice of a model requires a reason."),
                Message("Say why this one, for those who read the decision."),
            )
        try:
            home = self.here()
            found = model_of_run(home, run)
        except (InputError, IntegrityError) as error:
            return Refused.by(error)
        used = self.model_in_use()
        with self.store.write() as transaction:
            connection = transaction.connection
            if (entry := self._keyed(connection, key, ModelChosen)) is not None:
                if used is not None and used.choice is not None and used.choice.at >= entry.at:
                    return Recorded(found)  # done, or replaced by a later choice or run
                if self._files(queries.week_by_id(connection, entry.week_id or "")) != home:
                    return ANOTHER_WEEK
            else:
                week = self._meant_week(connection)
                of = None if week is None else week.id
                if refused := self._elsewhere(connection):
                    return refused
                if self._files(week) != home:
                    return ANOTHER_WEEK
                if refused := restore_in_progress(connection, of):
                    return refused
                active = queries.active_job(connection, JobKind.REVALIDATE, of)
                if refused := revalidation_in_progress(active):
                    return refused
                body = ModelChosen(
                    run=run,
                    sha256=found.sha256,
                    reason=reason,
                    replaces=used.model.sha256 if used else None,
                )
                self._append(transaction, body, of, key)
        try:
            placed = put_in_use(
                home,
                run,
                how="chosen",
                by=self.person.name,
                at=self.now(),
                reason=reason,
            )
        except (InputError, IntegrityError, SetupError) as error:
            return Refused.by(error)
        return Recorded(placed)

    def _run(
        self,
        run: str,
        jobs: list[Job],
        week: Week | None,
        used: ModelInUse | None,
        decided: Mapping[str, DecisionMade],
        requests: Mapping[str, list[Mapping[str, Any]]],
    ) -> TrainingRun:
        """:param jobs: of the run, newest first."""
        job = jobs[0]
        model, problem = (
            _model(self._files(week), run) if self.moment is None else (None, _NOT_KEPT)
        )
        asked_for = [params for each in reversed(jobs) for params in requests.get(each.id, ())]
        asked = stored_params(TrainParams, job.params)
        training = week.playbook_at(job.requested_at_week).training if week else None
        settings, changed = settings_of(
            model.manifest if model else None, asked_for or [job.params], training
        )
        in_use = model is not None and used is not None and used.model.sha256 == model.sha256
        reached = self._reached(job)
        return TrainingRun(
            run=run,
            week_id=job.week_id,
            job=job,
            first=jobs[-1],
            settings=settings,
            changed=changed,
            note=asked.note or "",
            steps=_whole(reached.get("steps")),
            total_steps=_whole(reached.get("total_steps")) or _total(asked, training),
            model=model,
            problem=problem,
            in_use=in_use,
            choice=used.choice if in_use and used is not None else None,
            decided=decided.get(model.sha256) if model else None,
        )

    def _reached(self, job: Job) -> Mapping[str, Any]:
        if not job.attempt:
            return {}
        if self.moment is not None and job.state not in ENDED_STATES:
            return {}
        folder = self.home.attempt(job.id, job.attempt)
        return read_json(folder / "result.json") or read_json(folder / "progress.json") or {}


def _model(home: Home, run: str) -> tuple[RunModel | None, Message | None]:
    try:
        return model_of_run(home, run), None
    except TrainweekError as error:
        return None, error.what if isinstance(error.what, Message) else literal(error.what)


def _total(asked: TrainParams, training: TrainingSettings | None) -> int | None:
    return asked.steps or (training.total_steps if training else None)


def _whole(value: object) -> int | None:
    return value if type(value) is int else None
