"""What the runner records of a job and its attempts: the columns that change."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from core.json_model import Moment
from core.ledger_bodies.body import Body, BodyPart, MessageRecord, MessageText, PlainText
from core.vocabulary import JobState


class ProcessColumns(BodyPart):
    """What a job and its attempt both have."""

    state: Annotated[JobState, Field(strict=False)] | None = None
    reason: MessageText | None = None
    reason_message: MessageRecord | None = None
    pid: int | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    exit_code: int | None = None


class JobColumns(ProcessColumns):
    """Columns of a job."""

    attempt: int | None = None
    not_before: Moment | None = None
    spawns_lost: int | None = None
    stop_requested_by: PlainText | None = None
    stop_requested_at: Moment | None = None


class AttemptColumns(ProcessColumns):
    """Columns of an attempt."""

    attempt_id: PlainText | None = None
    mark: PlainText | None = None  # the attempt_id, as older versions wrote it
    epoch: int | None = None
    folder: PlainText | None = None
    event_folder: PlainText | None = None


class AttemptStarted(Body):
    """An attempt began; it replaces one of the same number that never had a process."""

    kind = "job"
    action = "start"

    job_id: PlainText
    number: int
    job: JobColumns
    attempt: AttemptColumns


class StartRequeued(Body):
    """A start left no process: the attempt is removed, and the job waits again."""

    kind = "job"
    action = "requeue"

    job_id: PlainText
    number: int
    job: JobColumns


class JobChanged(Body):
    """A job changed, and one of its attempts with it where ``number`` is given."""

    kind = "job"
    action = "change"

    job_id: PlainText
    job: JobColumns
    number: int | None = None
    attempt: AttemptColumns | None = None
    resumes: bool = False  # an automatic resume; they are counted

    @classmethod
    def with_attempt(cls, job_id: str, number: int, columns: ProcessColumns) -> Self:
        """The same change of a job and of its attempt."""
        given = columns.given()
        return cls(
            job_id=job_id,
            number=number,
            job=JobColumns(**given),
            attempt=AttemptColumns(**given),
        )
