"""The sources of a week's facts: its records and its files, each read once.

All records are from one state of the store and all events up to one position, so repeated
reads agree, whatever is written in the meantime.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from core.checks.daily import SummaryRecord, read_daily_summary
from core.checks.training_log import read_log_facts
from core.errors import TrainweekError
from core.files import file_sha256, tail
from core.once import once
from core.telemetry import RunEvents, RunReader
from core.vocabulary import LIVE_STATES, JobKind
from runner.client.signatures.archived_decisions import (
    ArchivedDecision,
    archived_decisions,
    by_decision,
)
from runner.client.signatures.gate_answer import GateAnswer
from runner.client.signatures.kept_files import superseded
from runner.client.signatures.pipeline_gate import gate_answer
from runner.client.signatures.rules import unsignable
from runner.client.signatures.status import conditions_from, tracked
from runner.client.signatures.validity import validity_among
from runner.client.week_list import synthetic_market
from runner.files import read_json
from runner.home.filesystem import folder_bytes, free_bytes
from runner.home.runner_identity import runner_status
from runner.liveness.status import attempt_limits, pulse_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from core.clock import Clock
    from core.decision import SavedDecision
    from core.decision.validity import Validity
    from core.facts import LogFacts
    from core.liveness import Limits, Pulse
    from core.paths import Home
    from core.week import Week
    from runner.client import Client
    from runner.outcomes import Refused
    from runner.records import (
        Attempt,
        Condition,
        Job,
        RunnerStatus,
        Signature,
        WeekRecords,
    )

Read = TypeVar("Read")


class Sources:
    """One week at one real moment. Files are read at first use; several threads may share it.

    :param reader_of: returns the reader of a run's folder; if the caller keeps the readers,
        only new bytes are parsed.
    """

    def __init__(
        self,
        home: Home,
        records: WeekRecords,
        now: datetime,
        reader_of: Callable[[Path], RunReader] = RunReader,
    ) -> None:
        self.home = home.of(records.week.place)
        self.records = records
        self.now = now
        self._reader_of = reader_of
        self._answers: dict[tuple[object, ...], Any] = {}
        self.computing = RLock()

    @classmethod
    def of(
        cls, client: Client, week: Week, reader_of: Callable[[Path], RunReader] = RunReader
    ) -> Sources:
        """The sources of a week at the client's present time.

        :raises LookupError: there is no such week.
        """
        records = client.week_records(week.id)
        if records is None:
            raise LookupError(f"there is no week {week.id}")
        return cls(client.home, records, client.now(), reader_of)

    @property
    def week(self) -> Week:
        """The week itself."""
        return self.records.week

    @property
    def clock(self) -> Clock:
        """The map between real time and week time."""
        return self.records.clock

    @once
    def now_week(self) -> datetime:
        """The week time of :attr:`now`."""
        return self.clock.to_week(self.now)

    @property
    def created_week(self) -> datetime:
        """The week time at which the week was created: no work was due before."""
        return self.clock.to_week(self.week.created_at)

    def _once(self, read: Callable[..., Read], *given: object) -> Read:
        key = (read, *given)
        with self.computing:
            if key not in self._answers:
                self._answers[key] = read(*given)
            return self._answers[key]

    # --- jobs and their files

    def training_attempts(self, until: datetime | None = None) -> Sequence[tuple[Job, Attempt]]:
        """Every training attempt of the week that had started by ``until`` (real), oldest first."""
        found = [
            (job, attempt)
            for job in self.records.jobs
            if job.kind is JobKind.TRAIN
            for attempt in self.records.attempts.get(job.id, ())
            if until is None or attempt.started_at <= until
        ]
        return sorted(found, key=lambda pair: pair[1].started_at)

    def attempts(self, job: Job) -> Sequence[Attempt]:
        """The attempts of a job, in the order of their numbers."""
        return self.records.attempts.get(job.id, ())

    def result(self, job: Job) -> Mapping[str, Any] | None:
        """The newest attempt's result.json; None if it is absent or unreadable."""
        return self._json(job, "result.json")

    def progress(self, job: Job) -> Mapping[str, Any] | None:
        """The newest attempt's progress.json; None if it is absent or unreadable."""
        return self._json(job, "progress.json")

    def output_tail(self, job: Job, lines: int) -> str:
        """The end of the newest attempt's output; see :func:`core.files.tail`."""
        folder = self._newest_folder(job)
        return "" if folder is None else tail(folder / "output.log", lines)

    def pulse_of(self, job: Job) -> Pulse | None:
        """Whether a live job makes progress, with the evidence; None for one without a process."""
        return self._once(self._pulse_of, job.id) if job.state in LIVE_STATES else None

    def _pulse_of(self, job_id: str) -> Pulse | None:
        job = next((one for one in self.records.jobs if one.id == job_id), None)
        if job is None:
            return None
        playbook = self.week.playbook
        return pulse_of(self.home, job, self.attempts(job), self.clock, playbook, self.now)

    def limits(self, attempt: Attempt) -> Limits:
        """The silence limits of this attempt: stalled and hung."""
        return self._once(self._limits, self.home.root / attempt.folder)

    def _limits(self, folder: Path) -> Limits:
        return attempt_limits(folder, self.week.playbook)

    def _json(self, job: Job, name: str) -> Mapping[str, Any] | None:
        folder = self._newest_folder(job)
        return None if folder is None else self._once(read_json, folder / name)

    def _newest_folder(self, job: Job) -> Path | None:
        attempts = self.attempts(job)
        return self.home.attempt(job.id, attempts[-1].number) if attempts else None

    # --- files of the run

    def events(self, folder: Path) -> RunEvents | None:
        """The events in a run's folder; None if the folder does not exist."""
        return self._once(self._events, folder)

    def _events(self, folder: Path) -> RunEvents | None:
        if not folder.exists():
            return None
        reader = self._reader_of(folder)
        reader.refresh()
        return reader.events()

    def log(self, since: datetime, until: datetime) -> LogFacts:
        """The lines of training.log between two real moments, as facts."""
        path = self.home.training_log
        return self._once(read_log_facts, path, self.home.relative(path), since, until)

    def daily_summary(self, day: date) -> SummaryRecord:
        """The recorded summary of a day."""
        found = self._once(read_daily_summary, self.home.daily_summary(day))
        return found.of_week(self.week.id)

    def report_decision(self, result: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
        """The decision in a report file of a revalidation; None if it is not the result's."""
        file = self.home.resolve(path)
        if not file.is_file() or file_sha256(file) != result.get("sha256"):
            return None
        return read_json(file)

    # --- signatures

    def validity(self, signature: Signature | None) -> Validity:
        """Whether a signature of any week is valid now; UNSIGNED for None."""
        return self._once(self._validity, None if signature is None else signature.id)

    def _validity(self, signature_id: int | None) -> Validity:
        found = next((one for one in self.records.signatures if one.id == signature_id), None)
        week = None if found is None else self.records.week_of(found)
        return validity_among(
            self.home, found, week, self.records.signing_keys, self.records.decision_lines, self.now
        )

    def unsignable(self, sha256: str) -> Refused | None:
        """Why the week's newest decision can't be signed now; None if it can."""
        return self._once(self._unsignable, sha256)

    def _unsignable(self, sha256: str) -> Refused | None:
        return unsignable(self.home, self.records.decisions, sha256)

    def gate(self, saved: SavedDecision) -> GateAnswer:
        """Whether a pipeline may deploy a decision of this week."""
        signature = self.signature_of(saved.sha256)
        try:
            return gate_answer(
                self.home,
                self.week,
                saved,
                signature,
                self.validity(signature),
                [] if signature is None else self.conditions_of(signature),
                self.now_week.date(),
                superseded(self.records.decisions, saved.sha256),
            )
        except TrainweekError as error:
            return GateAnswer.blocked_by(error)

    def signature_of(self, sha256: str | None) -> Signature | None:
        """The newest signature of a decision."""
        return self.records.newest_signature(sha256)

    def conditions_of(self, signature: Signature) -> list[Condition]:
        """The conditions of one signature, open and closed, in its order."""
        return conditions_from(signature, self.records.closures)

    @once
    def archived_decisions(self) -> list[ArchivedDecision]:
        """All archived revalidations of all weeks, oldest first, altered ones included."""
        return archived_decisions(
            self.home, by_decision(self.records.signatures), self.validity, self.conditions_of
        )

    @once
    def conditions(self) -> list[Condition]:
        """The conditions of the week's signed decisions, from their newest signatures.

        Open conditions of other weeks come first: they are tracked until a person closes them.
        """
        own_signatures = [one for one in self.records.signatures if one.week_id == self.week.id]
        own = tracked(own_signatures, self.records.closures)
        every = tracked(self.records.signatures, self.records.closures)
        return [*(one for one in every if one.closed is None and one not in own), *own]

    # --- the machine and the data directory

    @once
    def runner(self) -> RunnerStatus:
        """Whether a runner is alive, and the age of its last heartbeat in real seconds."""
        return runner_status(self.home, self.now)

    @once
    def synthetic(self) -> bool:
        """Whether the candles are synthetic."""
        begun = next((j for j in self.records.jobs if j.kind is JobKind.TRAIN and j.attempt), None)
        result = None if begun is None else self.result(begun)
        return synthetic_market(self.home, self.week, result)

    @once
    def disk_free(self) -> int | None:
        """Free bytes on the disk of the data directory; None if that is unknown."""
        return free_bytes(self.home)

    @once
    def model_bytes(self) -> int | None:
        """Size of the model folder in bytes; None if it is absent."""
        return folder_bytes(self.home.model)
