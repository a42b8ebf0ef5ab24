"""A week's sources at a past moment: what only the files of now could say is not known.

Records come from the ledger's lines up to the moment, and events carry their own times. A file
without such times is used if it was complete then, or binds itself by its hash. What the runner
had observed of itself, its machine and its jobs comes from the machine log.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.checks.daily import SummaryRecord
from core.decision import SavedDecision, latest_decision
from core.language import Message
from core.once import once
from core.vocabulary import ENDED_STATES, LIVE_STATES
from runner.client.host import HostLoad
from runner.client.signatures.archived_decisions import (
    ArchivedDecision,
    archived_decisions,
    by_decision,
)
from runner.client.signatures.validity import validity_then
from runner.home.machine_log import JobThen, MachineLog, MachineThen
from runner.home.runner_identity import read_identity, runner_status
from runner.records import RunnerStatus
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path
    from typing import Any

    from core.decision.validity import Validity
    from core.liveness import Pulse
    from core.telemetry import RunEvents
    from runner.outcomes import Refused
    from runner.records import Job

_OF_THE_START = ("begun_at_step",)  # of progress.json: written once, when the attempt begins


class PastSources(Sources):
    """:attr:`now` is the past moment, and the records are those of then."""

    def result(self, job: Job) -> Mapping[str, Any] | None:
        """The result of a job that had ended; None for one that was in progress."""
        return super().result(job) if job.state in ENDED_STATES else None

    @once
    def machine(self) -> MachineThen:
        """What the machine log says of the moment."""
        recorded = self.records.runner
        if recorded is None or recorded.epoch is None:
            return MachineThen()
        heartbeat = None
        identity = read_identity(self.home)
        if identity is not None and identity.epoch == recorded.epoch:
            # One that is still alive was alive then.
            heartbeat = self.now if self._present.alive else identity.heartbeat
        found = MachineLog(self.home.machine_log).then(self.now, recorded.epoch, heartbeat)
        if recorded.known and not recorded.alive:  # it had ended in order
            return replace(found, line=None)
        return found

    @once
    def host_then(self) -> HostLoad | None:
        """The load of the runner's machine; None: not recorded then."""
        line = self.machine.line
        if line is None or line.host is None or None in (line.cpu, line.cores):
            return None
        return HostLoad(
            name=line.host,
            cores=line.cores or 1,
            cpu=line.cpu or 0.0,
            memory_used=line.memory_used or 0,
            memory_total=line.memory_total or 0,
            disk_free=line.disk_free or 0,
            disk_total=line.disk_total or 0,
        )

    @property
    def _present(self) -> RunnerStatus:
        return runner_status(self.home, self.now)

    def _job_then(self, job: Job) -> JobThen | None:
        line = self.machine.line
        return None if line is None or job.state in ENDED_STATES else line.jobs.get(job.id)

    def progress(self, job: Job) -> Mapping[str, Any] | None:
        """Of a job in progress the part that does not change, and what the runner had read."""
        found = super().progress(job)
        if job.state in ENDED_STATES:
            return found
        then = self._job_then(job)
        if then is not None and then.progress is not None:
            return then.progress
        begun = {name: value for name, value in (found or {}).items() if name in _OF_THE_START}
        return begun or None

    def output_tail(self, job: Job, lines: int) -> str:
        """The output of a job that had ended; empty for one that was in progress."""
        return super().output_tail(job, lines) if job.state in ENDED_STATES else ""

    def _events(self, folder: Path) -> RunEvents | None:
        found = super()._events(folder)
        walls = [] if found is None else [file.first_wall for file in found.contents]
        begun = min((wall for wall in walls if wall is not None), default=None)
        # The folder came with its first file.
        return None if begun is not None and begun > self.now.timestamp() else found

    def pulse_of(self, job: Job) -> Pulse | None:
        """What the runner had observed of a live job's process; None: not recorded."""
        then = self._job_then(job)
        return None if then is None or job.state not in LIVE_STATES else then.pulse

    def daily_summary(self, day: date) -> SummaryRecord:
        """The summary of a day as it was then: from the file, or from the check that wrote it."""
        path = self.home.daily_summary(day)
        try:
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            return super().daily_summary(day)
        if written <= self.now:
            return super().daily_summary(day)
        for job in self.records.jobs:  # newest first
            result = self.result(job) or {}
            if result.get("date") == day.isoformat() and (
                result.get("file") == self.home.relative(path)
            ):
                summary = result.get("summary")
                if isinstance(summary, dict):
                    return SummaryRecord("ok", summary)
                why = Message("It was written again later; what it said then is not kept.")
                return SummaryRecord("incomplete", why=why)
        return SummaryRecord("missing", why=Message("No summary was written for this day."))

    def report_decision(self, result: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
        """A revalidation's decision; a later one takes its dated file over, never its archive."""
        found = super().report_decision(result, path)
        archive = result.get("archive")
        if found is None and isinstance(archive, str):
            found = super().report_decision(result, f"{archive}/decision.json")
        return found

    @once
    def saved_decision(self) -> SavedDecision | None:
        """The week's newest decision of then.

        :raises TrainweekError: its archive was altered.
        """
        return latest_decision(self.home, self.week.id, until=self.now)

    @once
    def archived_decisions(self) -> list[ArchivedDecision]:
        """The revalidations of all weeks that were archived by then, oldest first."""
        return archived_decisions(
            self.home,
            by_decision(self.records.signatures),
            self.validity,
            self.conditions_of,
            until=self.now,
        )

    def _validity(self, signature_id: int | None) -> Validity:
        found = next((one for one in self.records.signatures if one.id == signature_id), None)
        week = None if found is None else self.records.week_of(found)
        return validity_then(
            self.home, found, week, self.records.signing_keys, self.records.decision_lines, self.now
        )

    def unsignable(self, sha256: str) -> Refused | None:
        """None: nothing is signed in the past."""
        return None

    @once
    def runner(self) -> RunnerStatus:
        """As the ledger says it, or the machine log of one that did not end in order."""
        recorded = self.records.runner or RunnerStatus(alive=False)
        age = None if self.machine.last is None else (self.now - self.machine.last).total_seconds()
        if recorded.known:
            return replace(recorded, heartbeat_age_s=age if recorded.alive else None)
        alive = self.machine.alive
        return replace(recorded, alive=alive is True, known=alive is not None, heartbeat_age_s=age)

    @once
    def disk_free(self) -> int | None:
        """As the runner had read it; None: not recorded then."""
        return None if self.machine.line is None else self.machine.line.disk_free

    @once
    def model_bytes(self) -> int | None:
        """As the runner had read it; None: not recorded then."""
        return None if self.machine.line is None else self.machine.line.model_bytes
