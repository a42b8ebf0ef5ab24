"""A resume that skipped a corrupt checkpoint is reported as a data issue.

The training run continues from the checkpoint before. But files that were complete, with
their hashes, were changed later, so other files may be corrupt too. That opens the manual's
data incident, which blocks the next start until a person has checked. If that incident is
already open, or the playbook has none, it is logged once.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from core.errors import TrainweekError
from core.files import write_text
from core.language import Message, joined, literal
from core.vocabulary import JobKind
from runner.files import read_json
from runner.incidents.evidence_files import copy_evidence, write_issue_line
from runner.incidents.opening import open_incident, open_incident_of
from runner.models.checkpoints import SKIPPED
from runner.store import queries, schema

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home
    from runner.store.fenced_store import FencedStore

log = logging.getLogger("trainweek.runner")
_PROCEDURE = "data"
_LOGGED = "broken_checkpoints.logged"  # in the attempt's folder: logged, because no incident opened


def report_corrupt_checkpoints(
    home: Home, fenced: FencedStore, row: Row, folder: Path, now: datetime
) -> None:
    """Open the incident, once for each attempt that skipped a corrupt checkpoint.

    :param folder: of the attempt; the trainer lists the skipped checkpoints there.
    """
    if row.kind != JobKind.TRAIN or row.week_id is None:
        return
    found = read_json(folder / SKIPPED)
    problems = found.get("problems") if found else None
    if not found or not isinstance(problems, list) or (folder / _LOGGED).exists():
        return
    summary = Message(
        "{job}, {attempt}: {problems} Resumed from checkpoint {step}, which is intact.",
        job=row.id,
        attempt=folder.name,
        problems=joined(map(_problem, problems)),
        step=str(found.get("used")),
    )
    incidents = schema.incidents
    same = incidents.c.summary.startswith(str(summary), autoescape=True)
    with fenced.store.read() as connection:
        reported = connection.execute(select(incidents.c.id).where(same)).first() is not None
        week = queries.week_by_id(connection, row.week_id)
        known = open_incident_of(connection, row.week_id, _PROCEDURE)
    if reported or week is None:
        return
    # Checked before anything is copied: a copy of the model at each tick would fill the disk.
    spec = week.playbook.find_escalation(_PROCEDURE)
    if spec is None or known is not None:
        why = f"The playbook has no procedure {_PROCEDURE!r}."
        if known is not None:
            why = f"Incident {known.id} ({_PROCEDURE}) is already open; check it there."
        _log_once(folder, f"{summary} {why}")
        return
    home = home.of(week.place)
    kept, missing = copy_evidence(home, _PROCEDURE)
    text = joined([summary, missing]) if missing else summary
    with fenced.write(now) as write:
        opened = open_incident(write, week, _PROCEDURE, text, row.id, kept)
    if opened:
        write_issue_line(home, spec, now)
        log.error("%s", summary)


def _problem(stored: object) -> Message:
    """The message of a stored problem; older versions wrote plain text."""
    try:
        return Message.from_record(stored)
    except ValueError:
        return literal(str(stored))


def _log_once(folder: Path, text: str) -> None:
    try:
        write_text(folder / _LOGGED, text + "\n")
    except TrainweekError:
        return  # on a full disk the log can't be written either; retried at the next tick
    log.error("%s", text)
