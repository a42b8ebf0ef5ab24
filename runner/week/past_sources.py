"""A week's sources at a past moment: what only the files of now could say is not known.

Records come from the ledger's lines up to the moment, and events carry their own times. A file
without such times is used if it was complete then, or binds itself by its hash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.checks.daily import SummaryRecord
from core.decision import SavedDecision, latest_decision
from core.language import Message
from core.once import once
from core.vocabulary import ENDED_STATES
from runner.client.signatures.archived_decisions import ArchivedDecision, archived_decisions
from runner.client.signatures.validity import validity_then
from runner.records import RunnerStatus
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from core.decision.validity import Validity
    from core.liveness import Pulse
    from runner.outcomes import Refused
    from runner.records import Job

_OF_THE_START = ("begun_at_step",)  # of progress.json: written once, when the attempt begins


class PastSources(Sources):
    """:attr:`now` is the past moment, and the records are those of then."""

    def result(self, job: Job) -> Mapping[str, Any] | None:
        """The result of a job that had ended; None for one that was in progress."""
        return super().result(job) if job.state in ENDED_STATES else None

    def progress(self, job: Job) -> Mapping[str, Any] | None:
        """The part of it that does not change; of a job in progress the rest is not known."""
        found = super().progress(job)
        if found is None or job.state in ENDED_STATES:
            return found
        return {name: found[name] for name in _OF_THE_START if name in found}

    def output_tail(self, job: Job, lines: int) -> str:
        """The output of a job that had ended; empty for one that was in progress."""
        return super().output_tail(job, lines) if job.state in ENDED_STATES else ""

    def pulse_of(self, job: Job) -> Pulse | None:
        """None: what a process did then is not recorded; its events are."""
        return None

    def daily_summary(self, day: date) -> SummaryRecord:
        """The summary of a day, if it was written by then and never again."""
        path = self.home.daily_summary(day)
        try:
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            return super().daily_summary(day)
        if written <= self.now:
            return super().daily_summary(day)
        day_text = day.isoformat()
        for job in self.records.jobs:
            if (self.result(job) or {}).get("file") == self.home.relative(path) and (
                job.params.get("date") == day_text
            ):
                why = Message("It was written again later; what it said then is not kept.")
                return SummaryRecord("incomplete", why=why)
        return SummaryRecord("missing", why=Message("No summary was written for this day."))

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
            self.records.signatures_of,
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
        """Whether one was alive is known only if it had ended in order, or none had begun."""
        return self.records.runner or RunnerStatus(alive=False)

    @once
    def disk_free(self) -> int | None:
        """None: not recorded."""
        return None

    @once
    def model_bytes(self) -> int | None:
        """None: not recorded."""
        return None
