"""How a request for a job is written, by a person's client and by the schedule."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.vocabulary import JobKind


def submit_body(
    kind: JobKind, params: Mapping[str, Any], run: str | None, now: datetime
) -> dict[str, Any]:
    """The ledger body of a request; the job's id is made here."""
    return {
        "action": "submit",
        "job_id": f"{kind.value}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        "kind": kind.value,
        "params": dict(params),
        "run": run,
    }
