"""A resume that passed over a damaged checkpoint calls people: what else did the disk change?

The training goes on from the one before. That is a data issue all the same: what was
written whole, with its sums, was changed later. It opens the manual's incident for data,
which blocks the next start until a person has looked. Where that stands already, or the
playbook has none, the runner's log says it, once.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy import Row, select

from core.errors import TrainweekError
from core.files import write_text
from core.paths import Home
from core.vocabulary import JobKind
from runner.files import read_json
from runner.incidents.evidence_files import protect, write_issue_line
from runner.incidents.opening import open_incident, procedure_of, standing
from runner.models.checkpoints import PASSED_OVER
from runner.store import queries, schema
from runner.store.fence import Fence

log = logging.getLogger("trainweek.runner")
_PROCEDURE = "data"
_TOLD = "broken_checkpoints.told"  # in the same folder: it stands in the log, no incident opened


def tell_of_broken_checkpoints(
    home: Home, fence: Fence, row: Row, folder: Path, now: datetime
) -> None:
    """Open the incident, once for each attempt that found any.

    :param folder: of the attempt, in which the trainer wrote down what it passed over.
    """
    if row.kind != JobKind.TRAIN or row.week_id is None:
        return
    found = read_json(folder / PASSED_OVER)
    problems = found.get("problems") if found else None
    if not found or not isinstance(problems, list) or (folder / _TOLD).exists():
        return
    summary = (
        f"{row.id}, {folder.name}: {' '.join(map(str, problems))} "
        f"It goes on from checkpoint {found.get('used')}, which verifies."
    )
    incidents = schema.incidents
    same = incidents.c.summary.startswith(summary, autoescape=True)
    with fence.store.read() as look:
        told = look.execute(select(incidents.c.id).where(same)).first() is not None
        week = queries.week_by_id(look, row.week_id)
        known = standing(look, row.week_id, _PROCEDURE)
    if told or week is None:
        return
    # Asked before anything is kept: a copy of the model at each look would fill the disk.
    spec = procedure_of(week, _PROCEDURE)
    if spec is None or known is not None:
        why = f"The playbook has no procedure {_PROCEDURE!r}."
        if known is not None:
            why = f"Incident {known.id} ({_PROCEDURE}) stands open: look at it there."
        _tell_once(folder, f"{summary} {why}")
        return
    kept, lack = protect(home, _PROCEDURE)
    with fence.write(now) as write:
        opened = open_incident(write, week, _PROCEDURE, f"{summary}{lack}", row.id, kept)
    if opened:
        write_issue_line(home, spec, now)
        log.error("%s", summary)


def _tell_once(folder: Path, text: str) -> None:
    try:
        write_text(folder / _TOLD, text + "\n")
    except TrainweekError:
        return  # a full disk takes no line of the log either; the next look tries again
    log.error("%s", text)
