"""Requests for jobs. The parameters stay as they were recorded; :mod:`core.job_params` reads them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from core.ledger_bodies.body import Body, PlainText
from core.vocabulary import JobKind


class JobRequested(Body):
    """A job was requested."""

    model_config = ConfigDict(populate_by_name=True)

    kind = "request"
    action = "submit"

    job_id: PlainText
    job_kind: Annotated[JobKind, Field(strict=False)] = Field(alias="kind")
    params: dict[str, Any]
    run: PlainText | None


class StopRequested(Body):
    """The end of a job was requested."""

    kind = "request"
    action = "stop"

    job_id: PlainText


class MachineGone(Body):
    """A person says that the machine of an attempt is gone: nothing of it can run any more."""

    kind = "request"
    action = "machine-gone"

    job_id: PlainText
    number: int  # of the attempt
    host: PlainText | None  # as its last sign named it
    reason: PlainText


class RestartRequested(Body):
    """Another attempt of a job was requested, with changed parameters or the same."""

    kind = "request"
    action = "restart"

    job_id: PlainText
    params: dict[str, Any]  # of the next attempts, with the changes
    restart: dict[str, Any]  # a RestartRecord; its time is the line's
    changes: dict[str, Any]
    stop: bool  # a live attempt is to end first
