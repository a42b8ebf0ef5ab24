"""A resume that passed over a damaged checkpoint calls people: what else did the disk change?

The training goes on from the one before. That is a data issue all the same: what was
written whole, with its sums, was changed later. It opens the manual's incident for data,
which blocks the next start until a person has looked.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy import Row, select

from core.paths import Home
from core.vocabulary import JobKind
from runner.checkpoints import PASSED_OVER
from runner.fence import Fence
from runner.files import read_json
from runner.incidents import open_incident
from runner.procedures import protect
from runner.store import queries, schema

log = logging.getLogger("trainweek.runner")
_PROCEDURE = "data"


def tell_of_broken_checkpoints(
    home: Home, fence: Fence, row: Row, folder: Path, now: datetime
) -> None:
    """Open the incident, once for each attempt that found any.

    :param folder: of the attempt, in which the trainer wrote down what it passed over.
    """
    if row.kind != JobKind.TRAIN or row.week_id is None:
        return
    if (found := read_json(folder / PASSED_OVER)) is None:
        return
    summary = (
        f"{row.id}, {folder.name}: {' '.join(found['problems'])} "
        f"It goes on from checkpoint {found['used']}, which verifies."
    )
    incidents = schema.incidents
    with fence.store.read() as look:
        told = look.execute(select(incidents.c.id).where(incidents.c.summary.startswith(summary)))
        if told.first() is not None:
            return
        week = queries.week_by_id(look, row.week_id)
    if week is None:
        return
    kept, lack = protect(home, _PROCEDURE)
    with fence.write(now) as write:
        opened = open_incident(write, week, _PROCEDURE, f"{summary}{lack}", row.id, kept)
    if opened:
        log.error("%s", summary)
